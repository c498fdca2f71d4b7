// SPDX-License-Identifier: GPL-3.0-or-later
// Sources: Linux mm/mmap.c (do_mmap), mm/vma.c (mmap_region, split_vma), mm/mprotect.c (mprotect_fixup), mm/util.c
// (__vm_enough_memory), kernel/fork.c (copy_process), kernel/pid.c (alloc_pid), kernel/cgroup/pids.c; glibc
// nptl/allocatestack.c; Rust std's sys/pal/unix/stack_overflow.rs.
#include "models/kernel/spawn_checks.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace spawnpoint::kernel {

namespace {

constexpr Errno kEagain{EAGAIN};  // glibc turns ENOMEM of mmap and mprotect into it for a new thread
constexpr Errno kEnomem{ENOMEM};
constexpr std::string_view kMmap = "mmap";
constexpr std::string_view kMprotect = "mprotect";
constexpr std::string_view kFault = "page fault";

// With overcommit = never, a cpu's batch is this part of its share of the memory, and at least this many pages.
constexpr std::int64_t kCommitBatchShare = 256;
constexpr std::int64_t kSmallestCommitBatch = 32;

}  // namespace

SpawnChecks::SpawnChecks(const Machine& machine, const Runtime& runtime, const ProcessMemory& memory,
                         std::span<const Limit> limits)
    : machine_(&machine), runtime_(&runtime), memory_(&memory) {
  for (const Limit& limit : limits) {
    if (static_cast<std::size_t>(limit.kind) < rows_.size()) rows_[static_cast<std::size_t>(limit.kind)] = &limit;
    if (!limit.counts_threads || (limit.exempts_privileged && machine.privileged)) continue;
    const std::vector<LimitLevel> levels = limit.fields.read(machine);
    for (std::size_t i = 0; i < levels.size(); ++i) {
      if (levels[i].value) counts_.push_back({&limit, *levels[i].value, *levels[i].value - levels[i].in_use, i});
    }
  }
}

/// Whether that many of each thing that a thread takes pass all checks, with something to spare: then so does less.
bool SpawnChecks::fits_with_room(std::int64_t of_each) const {
  // A thread without an arena may take more than one with an arena, and one that is gone leave more charged.
  if (machine_->limits.address_space || machine_->costs.uncharged_slab > machine_->costs.kernel_stack) return false;
  const ThreadCounts all{
      .alive = of_each, .stacks = of_each, .touched = of_each, .started = of_each, .arenas = of_each};
  ThreadCounts before = all;
  --before.alive;
  return !on_map(before) && !on_memory(all) && !on_count(before) && !on_start(before);
}

void SpawnChecks::look_for_room() {
  std::int64_t room = 0;
  for (std::int64_t more = std::int64_t{1} << 32; more >= 16; more /= 2)
    if (fits_with_room(room + more)) room += more;
  roomy_ = room;
}

std::optional<Refusal> SpawnChecks::on_program() const {
  if (auto refusal = on_address_space({}, kEnomem)) return refusal;
  if (auto refusal = on_data({}, kMmap, kEnomem)) return refusal;
  if (auto refusal = on_memory({})) return refusal;
  const std::int64_t own = runtime_->base_threads - 1;
  for (const CountCheck& check : counts_)
    if (own > 0 && own > check.room)
      return Refusal{check.limit, runtime_->clone_call, kEagain, check.value, check.level};
  return std::nullopt;
}

std::int64_t SpawnChecks::own_threads() const {
  std::int64_t own = runtime_->base_threads - 1;
  for (const CountCheck& check : counts_) own = std::min(own, std::max<std::int64_t>(check.room, 0));
  return 1 + std::max<std::int64_t>(own, 0);
}

std::optional<Refusal> SpawnChecks::on_map(const ThreadCounts& counts) const {
  using enum LimitKind;
  if (counts.cached > 0 || leave_room(counts)) return std::nullopt;
  const Limits& limits = machine_->limits;
  // mmap, in the order of do_mmap and mmap_region.
  const std::int64_t maps = memory_->maps(counts);
  const bool counts_maps = row(max_map_count) != nullptr && limits.max_map_count;
  if (counts_maps && maps > *limits.max_map_count) {
    return Refusal{row(max_map_count), kMmap, kEagain, *limits.max_map_count};
  }
  // Threads that have yet to start will need their part too, whenever they get to a core.
  ThreadCounts with = memory_->all_started(counts);
  ++with.stacks;
  // With its stack a thread gets its table of thread-local storage, for which the heap may have to grow.
  if (auto refusal = on_address_space(with, kEagain)) return refusal;
  const Bytes writable = memory_->writable_stack();
  if (!memory_->splits_guard()) return on_commit(with, writable, kMmap, kEagain);
  // mprotect_fixup: the stack is one inaccessible map until now. It counts as data and as committed before it is split.
  if (auto refusal = on_commit(with, writable, kMprotect, kEagain)) return refusal;
  if (counts_maps && maps + 1 >= *limits.max_map_count) {
    return Refusal{row(max_map_count), kMprotect, kEagain, *limits.max_map_count};
  }
  return std::nullopt;
}

std::optional<Refusal> SpawnChecks::on_address_space(const ThreadCounts& with, Errno error) const {
  using enum LimitKind;
  const SizeLimit& limit = machine_->limits.address_space;
  const Bytes after = memory_->virtual_size(with);
  if (row(address_space) != nullptr && after > kUserSpace) {
    return Refusal{row(address_space), kMmap, error, kUserSpace.count};
  }
  if (row(rlimit_as) != nullptr && limit && after > *limit) {
    return Refusal{row(rlimit_as), kMmap, error, limit->count};
  }
  return std::nullopt;
}

std::optional<Refusal> SpawnChecks::on_data(const ThreadCounts& with, std::string_view call, Errno error) const {
  const SizeLimit& limit = machine_->limits.data;
  if (row(LimitKind::rlimit_data) == nullptr || !limit || memory_->data(with) <= *limit) return std::nullopt;
  return Refusal{row(LimitKind::rlimit_data), call, error, limit->count};
}

std::optional<Refusal> SpawnChecks::on_commit(const ThreadCounts& with, Bytes mapping, std::string_view call,
                                              Errno error) const {
  using enum LimitKind;
  const Limits& limits = machine_->limits;
  if (auto refusal = on_data(with, call, error)) return refusal;
  if (row(overcommit) == nullptr) return std::nullopt;
  const Bytes all = machine_->memory + machine_->swap;
  switch (limits.overcommit) {
    case Overcommit::always:
      break;
    case Overcommit::heuristic:
      // Refuses only what could never be there.
      if (all.count > 0 && mapping > all) return Refusal{row(overcommit), call, error, all.count};
      break;
    case Overcommit::never: {
      if (!limits.commit_limit) break;
      Bytes allowed = *limits.commit_limit - std::min(memory_->virtual_size(with) / 32, limits.user_reserve);
      if (!machine_->privileged) allowed -= limits.admin_reserve;
      if (machine_->in_use.committed + memory_->committed(seen_as_committed(with)) >= allowed) {
        return Refusal{row(overcommit), call, error, limits.commit_limit->count};
      }
      break;
    }
  }
  return std::nullopt;
}

/// The kernel counts what is committed on each cpu, and adds a cpu's count to the sum that it looks at only when that
/// has grown by a batch: mm/util.c, __vm_enough_memory reads vm_committed_as without the cpus' parts. The thread that
/// creates the others mostly stays on its cpu, whose part is empty when the policy is set (sync_overcommit_as).
ThreadCounts SpawnChecks::seen_as_committed(const ThreadCounts& counts) const {
  // mm/mm_init.c, mm_compute_batch.
  const std::int64_t pages = machine_->memory / machine_->page_size;
  const std::int64_t batch =
      std::max({pages / machine_->cpus / kCommitBatchShare, 2 * machine_->cpus, kSmallestCommitBatch});
  const std::int64_t a_stack = std::max<std::int64_t>(memory_->writable_stack() / machine_->page_size, 1);
  const std::int64_t stacks_a_batch = (batch + a_stack - 1) / a_stack;
  const std::int64_t unseen = counts.stacks % stacks_a_batch;
  if (unseen == 0) return counts;
  ThreadCounts seen = counts;
  seen.stacks -= unseen;
  seen.started = std::min(seen.started, seen.stacks);
  seen.arenas = std::min(seen.arenas, seen.stacks);
  return seen;
}

std::optional<Refusal> SpawnChecks::on_clone(const ThreadCounts& counts) const {
  if (leave_room(counts)) return std::nullopt;
  ThreadCounts with = counts;
  ++with.alive;
  if (auto refusal = on_memory(with)) return refusal;
  return on_count(counts);
}

std::optional<Refusal> SpawnChecks::on_touch(const ThreadCounts& counts) const {
  if (leave_room(counts)) return std::nullopt;
  ThreadCounts with = counts;
  ++with.touched;
  return on_memory(with);
}

std::optional<Refusal> SpawnChecks::on_memory(const ThreadCounts& with) const {
  using enum LimitKind;
  constexpr Signal kKilled{SIGKILL};
  const SizeLimit& most = machine_->limits.memory_max;
  if (row(memory_max) != nullptr && most && machine_->in_use.cgroup_memory + memory_->charged(with) > *most) {
    return Refusal{row(memory_max), kFault, kKilled, most->count};
  }
  const Bytes all = machine_->memory + machine_->swap;
  if (row(memory) != nullptr && all.count > 0 && machine_->in_use.memory + memory_->added(with) > all) {
    return Refusal{row(memory), kFault, kKilled, all.count};
  }
  return std::nullopt;
}

std::optional<Refusal> SpawnChecks::on_stack() const {
  if (!memory_->overflows_stack()) return std::nullopt;
  return Refusal{&limit_of(LimitKind::stack), kFault, Signal{SIGSEGV}, stack_size(*runtime_, machine_->limits).count};
}

std::optional<Refusal> SpawnChecks::on_task(const ThreadCounts& with) const {
  if (auto refusal = on_address_space(with, kEnomem)) return refusal;
  // An executor takes its memory in small pieces: none of them is too large by itself.
  if (auto refusal = on_commit(with, Bytes{}, kMmap, kEnomem)) return refusal;
  return on_memory(with);
}

std::optional<Refusal> SpawnChecks::on_count(const ThreadCounts& counts) const {
  // The counts in use hold the main thread; a runtime may have started more of its own.
  const std::int64_t added = counts.alive + runtime_->base_threads - 1;
  for (const CountCheck& check : counts_) {
    if (added >= check.room) return Refusal{check.limit, runtime_->clone_call, kEagain, check.value, check.level};
  }
  return std::nullopt;
}

std::optional<Refusal> SpawnChecks::on_maps_at_start(const ThreadCounts& counts) const {
  const CountLimit& most = machine_->limits.max_map_count;
  if (!memory_->has_signal_stack() || !most || row(LimitKind::max_map_count) == nullptr) return std::nullopt;
  // mmap, then mprotect of its guard, which splits it.
  const std::int64_t maps = memory_->maps(counts);
  const bool mmap_fails = maps > *most;
  if (!mmap_fails && maps + 1 < *most) return std::nullopt;
  return Refusal{row(LimitKind::max_map_count), mmap_fails ? kMmap : kMprotect, without_signal_stack(), *most};
}

std::optional<Refusal> SpawnChecks::on_start(const ThreadCounts& counts) const {
  if (!memory_->has_signal_stack() || leave_room(counts)) return std::nullopt;
  if (auto refusal = on_maps_at_start(counts)) return refusal;
  ThreadCounts with = counts;
  ++with.started;
  std::optional<Refusal> refusal = on_address_space(with, kEnomem);
  if (!refusal) refusal = on_commit(with, runtime_->signal_stack, kMmap, kEnomem);
  if (refusal) refusal->cause = without_signal_stack();
  return refusal;
}

/// What becomes of a thread that gets no signal stack.
Cause SpawnChecks::without_signal_stack() const {
  return runtime_->abort_on_signal_stack ? Cause(Signal{SIGABRT}) : Cause(kEagain);
}

}  // namespace spawnpoint::kernel
