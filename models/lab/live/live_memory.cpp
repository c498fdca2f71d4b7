// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/live/live_memory.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include "models/machine/host/proc_files.hpp"

namespace spawnpoint {
namespace {

Bytes meminfo(const std::string& text, const char* key) {
  return Bytes{field_count(text, key).value_or(0)} * 1024;
}

// Address space of the record and the bookkeeping, and of mappings that only stand in for a limit.
Bytes not_the_programs(const LiveBoard& board) {
  return Bytes{board.other_virtual.load()} + Bytes{board.filled_maps.load()} * ::sysconf(_SC_PAGESIZE);
}

/// Tasks do not fill their slab pages, and no group is charged for the rest. Only root may read how many fit.
Bytes room_beside_a_task() {
  const auto text = read_text("/proc/slabinfo").value_or("");
  for (const auto line : lines(text)) {
    // Name, active objects, objects, an object's size, objects a slab, pages a slab.
    const auto parts = words(line);
    if (parts.size() < 6 || parts[0] != "task_struct") continue;
    const auto size = parse_count(parts[3]).value_or(0);
    const auto objects = parse_count(parts[4]).value_or(0);
    const auto pages = parse_count(parts[5]).value_or(0);
    if (objects <= 0) break;
    return std::max(Bytes{pages * ::sysconf(_SC_PAGESIZE) / objects - size}, Bytes{});
  }
  return Bytes{};
}

// SUnreclaim does not see objects that are made in free room, and sees other programs': with fewer threads than this,
// that is more than the kernel's accuracy that is asked for.
constexpr std::int64_t kCoarseBelow = 5'000;

// The threads' states are looked at for at most half a percent of a core's time, and not at all where one look takes
// longer than the series could bear.
constexpr std::int64_t kLookShare = 200;
constexpr std::int64_t kMostLookedAt = 1'000;
// Looks that see the same are kept in steps of this part of the run's time, so that a long run does not fill memory.
constexpr std::int64_t kLooksKept = 10'000;

/// Of the calling thread.
Duration own_cpu_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

LiveMemory::LiveMemory() : task_room_(room_beside_a_task()) {
  const auto text = read_text("/proc/meminfo").value_or("");
  // All threads of the machine have kernel stacks of one size, a power of two of pages.
  const auto loadavg = read_text("/proc/loadavg").value_or("");
  const auto parts = words(loadavg);
  if (parts.size() < 4) return;
  const auto threads = parse_count(parts[3].substr(parts[3].find('/') + 1)).value_or(0);
  const Bytes stacks = meminfo(text, "KernelStack");
  if (threads <= 0 || stacks <= Bytes{}) return;
  const std::int64_t each = stacks.count / threads;
  std::int64_t size = ::sysconf(_SC_PAGESIZE);
  while (size * 3 / 2 < each) size *= 2;
  kernel_stack_ = Bytes{size};
}

std::string LiveMemory::source() const {
  const auto stacks = fmt::format("kernel stacks: threads x {} KiB (KernelStack of /proc/meminfo, per thread); ",
                                  kernel_stack_.count / 1024);
  if (from_group_) {
    return stacks + "slab: what the run's memory control group is charged for besides stacks and page tables" +
           (task_room_ > Bytes{}
                ? fmt::format(", and {} B that a task leaves unused in its slab (/proc/slabinfo)", task_room_.count)
                : "; what tasks leave unused in their slabs is not known (only root may read /proc/slabinfo)");
  }
  return stacks + "slab: what SUnreclaim of /proc/meminfo grew by, which counts the whole machine" +
         (most_threads_ < kCoarseBelow ? ", and is too coarse for so few threads: take it as a hint only" : "");
}

std::string LiveMemory::why_not_runnable() const {
  if (looks_at_states_) return {};
  return fmt::format(
      "runnable threads: not known, since to look at the states of more than {} threads would disturb the "
      "run",
      kMostLookedAt);
}

void LiveMemory::begin(const LiveBoard& board, Trace& trace) {
  if (std::exchange(begun_, true)) return;
  const auto add = [&](SeriesKind kind, std::int64_t value) {
    trace[kind].append(Instant{}, static_cast<double>(value));
  };
  add(SeriesKind::resident, board.base_resident.load());
  add(SeriesKind::virtual_size, board.base_virtual.load());
  add(SeriesKind::kernel_stacks, 0);
  add(SeriesKind::page_tables, 0);
  add(SeriesKind::slab, 0);
  add(SeriesKind::runnable, 1);  // The main thread, which begins.
}

void LiveMemory::sample_runnable(const LiveProcess& process, Instant at, Trace& trace) {
  if (!looks_at_states_) return;
  if (threads_ > kMostLookedAt) {
    looks_at_states_ = false;
    trace[SeriesKind::runnable] = {};
    return;
  }
  if (at < next_look_) return;
  // What the looking itself takes of a cpu: on a machine that is busy, waiting for one would not disturb the run.
  const Duration began = own_cpu_time();
  const auto runnable = process.runnable();
  const Duration took = own_cpu_time() - began;
  next_look_ = at + took * kLookShare;
  if (!runnable) return;
  // Each look is kept, as what was in between is not known.
  Series& seen = trace[SeriesKind::runnable];
  const auto value = static_cast<double>(*runnable);
  const bool later = !seen.empty() && at > seen.time.back();
  if (!later || value != seen.value.back()) return seen.append(at, value);
  if (at - seen.time.back() < at.time_since_epoch() / kLooksKept) return;
  seen.time.push_back(at);
  seen.value.push_back(value);
}

void LiveMemory::sample(const LiveProcess& process, const RunCgroup* group, Instant at, Trace& trace) {
  const auto sample = process.sample();
  if (!sample) return;
  const LiveBoard& board = process.board();
  begin(board, trace);
  looked_ = at;
  threads_ = sample->threads;
  most_threads_ = std::max(most_threads_, threads_);
  resident_ = std::max(sample->resident - Bytes{board.other_resident.load()}, Bytes{});
  base_resident_ = Bytes{board.base_resident.load()};
  const Bytes virtual_size = std::max(sample->virtual_size - not_the_programs(board), Bytes{});
  // Of the kernel's memory, what the run's threads add: the main thread was there before.
  const Bytes tables = std::max(sample->page_tables - Bytes{board.base_page_tables.load()}, Bytes{});
  const Bytes stacks = kernel_stack_ * (sample->threads - 1);
  const auto text = read_text("/proc/meminfo").value_or("");
  Bytes slab = std::max(meminfo(text, "SUnreclaim") - Bytes{board.base_slab.load()}, Bytes{});
  const std::int64_t base = board.base_charged.load();
  const auto charged = group != nullptr && base >= 0 ? RunCgroup::kernel_memory(group->path()) : std::nullopt;
  if (charged) {
    slab = std::max(*charged - Bytes{base} - stacks - tables, Bytes{}) + task_room_ * (sample->threads - 1);
    from_group_ = true;
  }
  total_ = sample->resident + stacks + sample->page_tables;
  peak_.resident = std::max(peak_.resident, resident_);
  peak_.virtual_size = std::max(peak_.virtual_size, virtual_size);
  if (stacks + tables + slab > peak_.kernel) {
    peak_.kernel = stacks + tables + slab;
    peak_.kernel_stacks = stacks;
    peak_.page_tables = tables;
    peak_.slab = slab;
  }
  const auto add = [&](SeriesKind kind, Bytes bytes) { trace[kind].append(at, static_cast<double>(bytes.count)); };
  add(SeriesKind::resident, resident_);
  add(SeriesKind::virtual_size, virtual_size);
  add(SeriesKind::kernel_stacks, stacks);
  add(SeriesKind::page_tables, tables);
  add(SeriesKind::slab, slab);
  sample_runnable(process, at, trace);
}

void LiveMemory::finish(const LiveBoard& board, Instant at, Trace& trace) {
  // It may have died before it knew what it had.
  if (board.base_resident.load() > 0) begin(board, trace);
  if (begun_ && looks_at_states_) {
    // Threads that ended while they were looked at did not run.
    Series& seen = trace[SeriesKind::runnable];
    const Series capped = seen.capped_by(trace[SeriesKind::threads]);
    std::ranges::transform(seen.time, seen.value.begin(), [&](Instant look) { return capped.at(look); });
    seen.append(at, 0);
  }
  // The last that it tells: one that was killed did not get to that.
  if (board.peak_resident.load() <= 0) {
    if (looked_) unseen_ = std::max<Duration>(at - *looked_, Duration{});
    return;
  }
  peak_.resident = std::max(peak_.resident, Bytes{board.peak_resident.load() - board.other_resident.load()});
  peak_.virtual_size = std::max(peak_.virtual_size, Bytes{board.peak_virtual.load()} - not_the_programs(board));
}

}  // namespace spawnpoint
