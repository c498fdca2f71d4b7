// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/live_memory.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>

#include "models/machine/proc_files.hpp"

namespace spawnpoint {
namespace {

Bytes meminfo(const std::string& text, const char* key) {
  return Bytes{field_count(text, key).value_or(0)} * 1024;
}

// Address space of the record and the bookkeeping, and of mappings that only stand in for a limit.
Bytes not_the_programs(const LiveBoard& board) {
  return Bytes{board.other_virtual.load()} + Bytes{board.filled_maps.load()} * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

LiveMemory::LiveMemory() {
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
  if (from_group_) return "kernel stacks and slab: as charged to the run's control group";
  return fmt::format(
      "kernel stacks: threads x {} KiB (KernelStack of /proc/meminfo, a thread); slab: what SUnreclaim of "
      "/proc/meminfo grew by, "
      "which counts the whole machine",
      kernel_stack_.count / 1024);
}

void LiveMemory::sample(const LiveProcess& process, const RunCgroup* group, Instant at, Trace& trace) {
  const auto sample = process.sample();
  if (!sample) return;
  const LiveBoard& board = process.board();
  threads_ = sample->threads;
  resident_ = std::max(sample->resident - Bytes{board.other_resident.load()}, Bytes{});
  const Bytes virtual_size = std::max(sample->virtual_size - not_the_programs(board), Bytes{});
  // Of the kernel's memory, what the run's threads add: the main thread was there before.
  const Bytes tables = std::max(sample->page_tables - Bytes{board.base_page_tables.load()}, Bytes{});
  Bytes stacks = kernel_stack_ * (sample->threads - 1);
  const auto text = read_text("/proc/meminfo").value_or("");
  Bytes slab = std::max(meminfo(text, "SUnreclaim") - Bytes{board.base_slab.load()}, Bytes{});
  const auto charged = group != nullptr ? group->charged() : std::nullopt;
  if (charged && charged->kernel_stacks && charged->slab) {
    stacks = *charged->kernel_stacks;
    slab = *charged->slab;
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
  trace[SeriesKind::threads].append(at, static_cast<double>(sample->threads));
  const auto tasks = board.counters.tasks.load(std::memory_order_relaxed);
  if (tasks > 0 || !trace[SeriesKind::tasks].empty()) trace[SeriesKind::tasks].append(at, static_cast<double>(tasks));
}

void LiveMemory::note_peaks(const LiveBoard& board) {
  peak_.resident = std::max(peak_.resident, Bytes{board.peak_resident.load() - board.other_resident.load()});
  peak_.virtual_size = std::max(peak_.virtual_size, Bytes{board.peak_virtual.load()} - not_the_programs(board));
}

}  // namespace spawnpoint
