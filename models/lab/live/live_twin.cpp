// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "models/lab/live/live_limits.hpp"
#include "models/lab/live/live_probe.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/machine/host/cgroup.hpp"
#include "models/machine/host/host.hpp"
#include "models/machine/host/proc_files.hpp"
#include "models/machine/limit_table.hpp"

namespace spawnpoint {
namespace {

/// This host's machine as the worker meets it.
class Twin {
 public:
  Twin(const Scenario& scenario, std::size_t index, const LiveProbe& probe)
      : probe_(&probe), twin_{scenario, {}}, host_(read_host(scenario.machine.costs)), index_(index) {}

  LiveTwin make() {
    machine().privileged = false;  // The worker drops it.
    // The reader of /proc has counted itself, and the worker is added.
    for (const Limit& limit : limit_table())
      if (limit.fields.add_tasks != nullptr) limit.fields.add_tasks(host_, own_tasks());
    for (const Limit& limit : limit_table()) take(limit);
    take(limit_of(LimitKind::cpus));
    take(limit_of(LimitKind::cpuset));
    take(limit_of(LimitKind::cpu_max));
    take_scheduling();
    take_program();
    return std::move(twin_);
  }

 private:
  Machine& machine() { return twin_.scenario.machine; }
  Runtime& runtime() { return twin_.scenario.runs[index_].runtime; }
  /// The worker, and the process that waits outside of its pid namespace.
  std::int64_t own_tasks() const { return probe_->own_pid_namespace ? 2 : 1; }
  /// What the runtime's program has besides its main thread, and the worker has not. The limits that are imposed leave
  /// no room for it; those of this host's own do.
  std::int64_t tasks_of_program() const { return twin_.scenario.runs[index_].runtime.base_threads - 1; }

  /// Set, and in force in the worker. Where setting it had no effect, says so.
  bool holds(const Limit& limit) {
    if (!is_set(twin_.scenario, limit)) return false;
    const auto& imposed = probe_->imposed;
    const auto told = std::ranges::find(imposed, limit.name, &ImposedLimit::limit);
    // One that is met after another need not be imposed.
    if (told == imposed.end() || told->imposed != Imposed::no) return true;
    twin_.notes.push_back(
        fmt::format("{} is not in force in the live run, so it is left out here: {}", limit.name, told->means));
    return false;
  }

  /// This host's own limit, which the worker meets with what it takes itself: nothing could be added to it.
  bool holds_as_it_is(LimitKind kind) const { return std::ranges::find(imposed_, kind) == imposed_.end(); }

  void take(const Limit& limit);
  void take_tasks_of_user(bool set);
  void take_tasks_of_group(bool set);
  void take_charged();
  void take_program();
  void take_scheduling();

  const LiveProbe* probe_;
  LiveTwin twin_;
  Machine host_;
  std::size_t index_;
  std::vector<LimitKind> imposed_;
};

/// Where the scenario's does not hold, this host's does.
void Twin::take(const Limit& limit) {
  const bool set = holds(limit);
  if (set) imposed_.push_back(limit.kind);
  if (set && limit.fields.add_tasks != nullptr) limit.fields.add_tasks(machine(), tasks_of_program());
  if (limit.kind == LimitKind::rlimit_nproc) return take_tasks_of_user(set);
  if (limit.kind == LimitKind::pids_max) return take_tasks_of_group(set);
  if (!set) return limit.fields.copy(machine(), host_);
  if (limit.kind == LimitKind::memory_max) take_charged();
}

void Twin::take_tasks_of_user(bool set) {
  Limits& limits = machine().limits;
  InUse& in_use = machine().in_use;
  const std::int64_t own = own_tasks();
  // The worker itself has ended by now, or soon will.
  const std::int64_t others = tasks_of(static_cast<uid_t>(probe_->user));
  if (!set) {
    // What the live run imposed in the name of another limit is reported by that one.
    const bool stands_in = probe_->own_user_namespace && probe_->nproc != probe_->nproc_above;
    limits.nproc = {stands_in ? CountLimit() : probe_->own_user_namespace ? probe_->nproc : probe_->nproc_above};
    in_use.user_tasks = {probe_->own_user_namespace ? own : others + own};
  }
  if (probe_->own_user_namespace) {
    limits.nproc.push_back(probe_->nproc_above);
    in_use.user_tasks.resize(limits.nproc.size() - 1, 1);
    in_use.user_tasks.push_back(others + own);
  }
}

void Twin::take_tasks_of_group(bool set) {
  std::vector<CountLimit> limits = host_.limits.pids_max;
  std::vector<std::int64_t> tasks = host_.in_use.cgroup_tasks;
  if (probe_->pids_group) {
    // Below which of this process's groups the worker has its own; the hierarchy's root has no limit.
    const auto place = find_cgroup("pids");
    std::size_t skipped = 0;
    if (place) {
      for (const auto& level : place->levels) {
        if (level == probe_->pids_group->parent_path()) break;
        if (read_text(level / "pids.max", 256)) ++skipped;
      }
    }
    skipped = std::min(skipped, limits.size());
    limits.erase(limits.begin(), limits.begin() + static_cast<std::ptrdiff_t>(skipped));
    tasks.erase(tasks.begin(), tasks.begin() + static_cast<std::ptrdiff_t>(std::min(skipped, tasks.size())));
  }
  if (set) {
    // The scenario says what the run meets, at as many levels as it says.
    const Machine& own = machine();
    limits.insert(limits.begin(), own.limits.pids_max.begin(), own.limits.pids_max.end());
    tasks.insert(tasks.begin(), own.in_use.cgroup_tasks.begin(), own.in_use.cgroup_tasks.end());
  }
  machine().limits.pids_max = std::move(limits);
  machine().in_use.cgroup_tasks = std::move(tasks);
}

/// What its control group is charged with already, the worker itself in the program's place. The scenario's own count
/// of that is in the room that it was given.
void Twin::take_charged() {
  if (!probe_->charged) return;
  const Bytes limit = machine().limits.memory_max.value_or(Bytes{});
  const Bytes room = probe_->wanted.memory ? Bytes{probe_->wanted.memory->room} : limit;
  machine().in_use.cgroup_memory = limit - room + *probe_->charged - runtime().base_charged;
}

/// A policy or nice values that the live run could not have are not the model's either.
void Twin::take_scheduling() {
  Scheduling& scheduling = twin_.scenario.runs[index_].scheduling;
  for (const ImposedLimit& told : probe_->imposed) {
    if (told.imposed != Imposed::no || (told.limit != "policy" && told.limit != "nice")) continue;
    if (told.limit == "policy") scheduling.policy = Policy::other;
    if (told.limit == "nice") scheduling.nice.clear();
    twin_.notes.push_back(
        fmt::format("{} is not in force in the live run, so it is left out here: {}", told.limit, told.means));
  }
}

/// What the program takes stays as the profile says, for the limits that were imposed leave room for the worker's own
/// part. How it makes its threads is what this C library does.
void Twin::take_program() {
  Runtime& runtime = this->runtime();
  const auto whole_pages = [&](Bytes size) { return round_up(size, machine().page_size); };
  // [vsyscall] is a line of the maps, but no map.
  if (holds_as_it_is(LimitKind::max_map_count) || !probe_->wanted.maps) runtime.base_maps = probe_->base_maps + 1;
  if (machine().limits.address_space && holds_as_it_is(LimitKind::rlimit_as))
    runtime.base_virtual = probe_->base_virtual;
  if (machine().limits.data && holds_as_it_is(LimitKind::rlimit_data)) runtime.base_data = probe_->base_data;
  runtime.base_threads = 1;
  if (probe_->heap_per_thread > Bytes{}) runtime.heap_per_thread = probe_->heap_per_thread;
  runtime.stack = whole_pages(std::max(stack_size(runtime, machine().limits),
                                       Bytes{static_cast<std::int64_t>(::sysconf(_SC_THREAD_STACK_MIN))}));
  runtime.guard = whole_pages(runtime.guard);
  // The worker asks this C library for just that stack, and its threads allocate once: without an arena, all that is
  // left of it is malloc's record of the thread, on a page of its own.
  runtime.stack_extra = Bytes{};
  runtime.guard_inside = false;
  runtime.clone_call = "clone3";
  if (runtime.without_arena > Bytes{}) runtime.without_arena = machine().page_size;
  if (runtime.guard_mode == GuardMode::none || runtime.guard == Bytes{}) return;
  // How this C library makes its guards, whatever the profile's does.
  runtime.guard_mode = guard_mode_of(glibc_version(), host_.kernel);
  const std::int64_t signal_maps = runtime.signal_stack > Bytes{} ? 2 : 0;
  runtime.maps_per_thread = (runtime.guard_mode == GuardMode::madvise ? 0 : 2) + signal_maps;
}

}  // namespace

LiveTwin live_twin(const Scenario& scenario, std::size_t index, const LiveOptions& live) {
  if (!scenario.host_machine) return {scenario, {}};
  const auto probe = probe_live(scenario, index, live);
  if (!probe) return {scenario, {"the machine is not as the live run sees it: " + probe.error()}};
  return Twin(scenario, index, *probe).make();
}

RunResult run_modeled_twin(const Scenario& scenario, std::size_t index, const RunOptions& options,
                           const LiveOptions& live) {
  LiveTwin twin = live_twin(scenario, index, live);
  RunResult result = run_modeled(twin.scenario, index, options);
  result.beside_live = scenario.host_machine;
  result.notes.insert(result.notes.end(), twin.notes.begin(), twin.notes.end());
  return result;
}

}  // namespace spawnpoint
