// SPDX-License-Identifier: GPL-3.0-or-later
// Sources: Linux mm/mmap.c (do_mmap), mm/vma.c (mmap_region, split_vma), mm/mprotect.c (mprotect_fixup), mm/util.c
// (__vm_enough_memory), kernel/fork.c (copy_process), kernel/pid.c (alloc_pid), kernel/cgroup/pids.c; glibc
// nptl/allocatestack.c; Rust std's sys/pal/unix/stack_overflow.rs.
#include "models/kernel/spawn_checks.hpp"

#include <algorithm>
#include <array>

namespace spawnpoint::kernel {

namespace {

constexpr std::string_view kEagain = "EAGAIN";  // glibc turns ENOMEM of mmap and mprotect into it
constexpr std::string_view kMmap = "mmap";
constexpr std::string_view kMprotect = "mprotect";

// User space of x86-64 and arm64 with four levels of page tables: TASK_SIZE.
constexpr Bytes kUserSpace{(std::int64_t{1} << 47) - 4096};
// Once the pid counter has wrapped, pids below this are not given out again: RESERVED_PIDS.
constexpr std::int64_t kReservedPids = 300;
// With overcommit = never, a cpu's batch is this part of its share of the memory, and at least so many pages.
constexpr std::int64_t kCommitBatchShare = 256;
constexpr std::int64_t kSmallestCommitBatch = 32;

struct Names {
  std::string_view name;
  std::string_view where;
};
constexpr std::array<Names, kLimitKinds> kNames = {{
    {"address space", "the processor's user address space"},
    {"RLIMIT_AS", "ulimit -v, LimitAS= of the systemd unit"},
    {"RLIMIT_DATA", "ulimit -d, LimitDATA= of the systemd unit"},
    {"overcommit", "sysctl vm.overcommit_memory, vm.overcommit_ratio"},
    {"max_map_count", "sysctl vm.max_map_count"},
    {"memory.max", "memory.max of the cgroup, MemoryMax= of the systemd unit, docker run --memory"},
    {"memory", "the machine's memory and swap"},
    {"RLIMIT_NPROC", "ulimit -u, LimitNPROC= of the systemd unit, /etc/security/limits.conf"},
    {"threads-max", "sysctl kernel.threads-max"},
    {"pid_max", "sysctl kernel.pid_max"},
    {"pids.max", "pids.max of the cgroup, TasksMax= of the systemd unit, docker run --pids-limit"},
}};

}  // namespace

std::string_view to_string(LimitKind kind) {
  return kNames[static_cast<std::size_t>(kind)].name;
}
std::string_view set_where(LimitKind kind) {
  return kNames[static_cast<std::size_t>(kind)].where;
}

std::optional<Refusal> SpawnChecks::on_map(const ThreadCounts& counts) const {
  using enum LimitKind;
  if (counts.cached > 0) return std::nullopt;
  const Limits& limits = machine_->limits;
  // mmap, in the order of do_mmap and mmap_region.
  const std::int64_t maps = memory_->maps(counts);
  const bool counts_maps = looks_at(max_map_count) && limits.max_map_count;
  if (counts_maps && maps > *limits.max_map_count) return Refusal{max_map_count, kMmap, kEagain, *limits.max_map_count};
  ThreadCounts with = counts;
  ++with.stacks;
  // With its stack a thread gets its table of thread-local storage, for which the heap may have to grow.
  const Bytes after = memory_->virtual_size(with);
  if (looks_at(address_space) && after > kUserSpace) return Refusal{address_space, kMmap, kEagain, kUserSpace.count};
  if (looks_at(rlimit_as) && limits.address_space && after > *limits.address_space) {
    return Refusal{rlimit_as, kMmap, kEagain, limits.address_space->count};
  }
  if (!memory_->splits_guard()) return on_commit(with, kMmap);
  // mprotect_fixup: the stack is one inaccessible map until now. It counts as data and as committed before it is split.
  if (auto refusal = on_commit(with, kMprotect)) return refusal;
  if (counts_maps && maps + 1 >= *limits.max_map_count) {
    return Refusal{max_map_count, kMprotect, kEagain, *limits.max_map_count};
  }
  return std::nullopt;
}

std::optional<Refusal> SpawnChecks::on_commit(const ThreadCounts& with, std::string_view call) const {
  using enum LimitKind;
  const Limits& limits = machine_->limits;
  if (looks_at(rlimit_data) && limits.data && memory_->data(with) > *limits.data) {
    return Refusal{rlimit_data, call, kEagain, limits.data->count};
  }
  if (!looks_at(overcommit)) return std::nullopt;
  const Bytes all = machine_->memory + machine_->swap;
  switch (limits.overcommit) {
    case Overcommit::always:
      break;
    case Overcommit::heuristic:
      // Refuses only what could never be there.
      if (all.count > 0 && memory_->writable_stack() > all) return Refusal{overcommit, call, kEagain, all.count};
      break;
    case Overcommit::never: {
      if (!limits.commit_limit) break;
      Bytes allowed = *limits.commit_limit - std::min(memory_->virtual_size(with) / 32, limits.user_reserve);
      if (!machine_->privileged) allowed -= limits.admin_reserve;
      if (machine_->in_use.committed + memory_->committed(seen_as_committed(with)) >= allowed) {
        return Refusal{overcommit, call, kEagain, limits.commit_limit->count};
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
  ThreadCounts with = counts;
  ++with.alive;
  if (auto refusal = on_memory(with)) return refusal;
  return on_count(counts);
}

std::optional<Refusal> SpawnChecks::on_touch(const ThreadCounts& counts) const {
  ThreadCounts with = counts;
  ++with.touched;
  return on_memory(with);
}

std::optional<Refusal> SpawnChecks::on_memory(const ThreadCounts& with) const {
  using enum LimitKind;
  constexpr std::string_view kKilled = "SIGKILL";
  constexpr std::string_view kFault = "page fault";
  const SizeLimit& most = machine_->limits.memory_max;
  if (looks_at(memory_max) && most && machine_->in_use.cgroup_memory + memory_->charged(with) > *most) {
    return Refusal{memory_max, kFault, kKilled, most->count};
  }
  const Bytes all = machine_->memory + machine_->swap;
  if (looks_at(memory) && all.count > 0 && machine_->in_use.memory + memory_->added(with) > all) {
    return Refusal{memory, kFault, kKilled, all.count};
  }
  return std::nullopt;
}

std::optional<Refusal> SpawnChecks::on_count(const ThreadCounts& counts) const {
  using enum LimitKind;
  const Limits& limits = machine_->limits;
  const InUse& in_use = machine_->in_use;
  // The counts in use hold the main thread; a runtime may have started more of its own.
  const std::int64_t added = counts.alive + runtime_->base_threads - 1;
  // Limits of several levels: the own one first, then those above. A count that is not told is the main thread's.
  const auto over_a_level = [&](LimitKind kind, const std::vector<CountLimit>& most,
                                const std::vector<std::int64_t>& used) -> std::optional<Refusal> {
    if (!looks_at(kind)) return std::nullopt;
    for (std::size_t level = 0; level < most.size(); ++level) {
      const std::int64_t before = level < used.size() ? used[level] : 1;
      if (most[level] && before + added >= *most[level])
        return Refusal{kind, runtime_->clone_call, kEagain, *most[level], level};
    }
    return std::nullopt;
  };
  if (!machine_->privileged) {
    if (auto refusal = over_a_level(rlimit_nproc, limits.nproc, in_use.user_tasks)) return refusal;
  }
  if (looks_at(threads_max) && limits.threads_max && in_use.threads + added >= *limits.threads_max) {
    return Refusal{threads_max, runtime_->clone_call, kEagain, *limits.threads_max};
  }
  if (looks_at(pid_max) && limits.pid_max) {
    // Pids are 1 to pid_max - 1; after a wrap, kReservedPids to pid_max - 1.
    const std::int64_t pids = *limits.pid_max - (in_use.pid_wrapped ? kReservedPids : 1);
    if (in_use.pids + added >= pids) return Refusal{pid_max, runtime_->clone_call, kEagain, *limits.pid_max};
  }
  return over_a_level(pids_max, limits.pids_max, in_use.cgroup_tasks);
}

std::optional<Refusal> SpawnChecks::on_start(const ThreadCounts& counts) const {
  const CountLimit& most = machine_->limits.max_map_count;
  if (!memory_->has_signal_stack() || !most || !looks_at(LimitKind::max_map_count)) return std::nullopt;
  // mmap, then mprotect of its guard, which splits it.
  const std::int64_t maps = memory_->maps(counts);
  const bool mmap_fails = maps > *most;
  if (!mmap_fails && maps + 1 < *most) return std::nullopt;
  return Refusal{LimitKind::max_map_count, mmap_fails ? kMmap : kMprotect,
                 runtime_->abort_on_signal_stack ? "SIGABRT" : kEagain, *most};
}

}  // namespace spawnpoint::kernel
