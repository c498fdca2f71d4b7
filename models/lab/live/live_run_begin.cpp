// SPDX-License-Identifier: GPL-3.0-or-later
// A live run up to the moment at which its process may run: what limits it, its plan, its record, its process.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>

#include "models/concurrency/registry.hpp"
#include "models/kernel/process_memory.hpp"
#include "models/lab/live/live_run_state.hpp"
#include "models/machine/host/host.hpp"
#include "models/result/format.hpp"
#include "models/scenario/run_threads.hpp"

namespace spawnpoint {
namespace {

constexpr Bytes kMostWarmed{std::int64_t{1} << 30};

std::filesystem::path default_worker() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "spawnpoint-run";
}

std::size_t job_count(const Jobs& jobs) {
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(jobs.count, 0));
  return jobs.arrivals.kind == Arrivals::Kind::trace ? std::min(count, jobs.arrivals.times.size()) : count;
}

Bytes file_size(int fd) {
  struct stat file{};
  return ::fstat(fd, &file) == 0 ? Bytes{file.st_size} : Bytes{};
}

}  // namespace

LiveRun::State::State(const Scenario& run_scenario, std::size_t run_index, const RunOptions& run_options,
                      const LiveOptions& live_options, bool is_probe)
    : options(run_options), live(live_options), probe(is_probe) {
  result = result_before(run_scenario, run_index, WorldKind::live);
  result.jobs = static_cast<std::int64_t>(job_count(run_scenario.jobs));
  if (auto begun = begin(run_scenario, run_index); !begun) give_up(begun.error());
}

void LiveRun::State::choose_thread_limit(LivePlan& plan) {
  if (!wanted.threads) return;
  const WantedLimit& limit = *wanted.threads;
  in_force.threads = limit;
  if (limit.limit->live_means == LiveMeans::cgroup) {
    auto group = RunCgroup::create("pids");
    auto limited = group ? group->limit_tasks(limit.room + 1) : std::unexpected(group.error());
    if (limited) {
      note(limit, Imposed::yes,
           fmt::format("pids.max = {} in a control group of its own", format_count(limit.room + 1)));
      pids = std::move(*group);
      return;
    }
  }
  if (limit.limit->live_means == LiveMeans::pid_namespace) {
    plan.threads_by_pid_namespace = limit.room;
  } else {
    plan.threads_by_rlimit = limit.room;
  }
}

void LiveRun::State::choose_memory_limit(const std::optional<LiveCaps>& caps) {
  if (caps) watched_memory = caps->memory;
  if (!wanted.memory) {
    if (auto unlimited = RunCgroup::create("memory")) accounting_group = std::move(*unlimited);
    return;
  }
  auto group = RunCgroup::create("memory");
  auto limited = group ? group->limit_memory(Bytes{wanted.memory->room}) : std::unexpected(group.error());
  if (limited) {
    note(*wanted.memory, Imposed::yes,
         fmt::format("{} in a control group of its own", format_bytes(Bytes{wanted.memory->room})));
    in_force.memory = wanted.memory;
    memory_group = std::move(*group);
  } else {
    note(*wanted.memory, Imposed::no, limited.error());
    if (caps) in_force.memory = WantedLimit{&limit_of(LimitKind::live_cap), caps->memory.count, caps->memory.count};
  }
}

void LiveRun::State::choose_cpu_limit() {
  if (!wanted.cpu_max) return;
  const WantedLimit limit{&limit_of(LimitKind::cpu_max), percent_of_core(*wanted.cpu_max), 0};
  if (scheduling.policy != Policy::other)
    return note(limit, Imposed::not_needed,
                fmt::format("not needed: it does not apply to threads with the policy {}",
                            kPolicyWords[static_cast<std::size_t>(scheduling.policy)]));
  auto group = RunCgroup::create("cpu");
  const auto limited = group ? group->limit_cpu(*wanted.cpu_max, kQuotaPeriod) : std::unexpected(group.error());
  if (!limited) return note(limit, Imposed::no, limited.error());
  std::optional<Duration>& quota = result.real_cores->quota;
  quota = quota ? std::min(*quota, *wanted.cpu_max) : *wanted.cpu_max;
  note(limit, Imposed::yes,
       fmt::format("{} of CPU time in each {} in a control group of its own", format_duration(*wanted.cpu_max),
                   format_duration(kQuotaPeriod)));
  cpu_group = std::move(*group);
}

std::expected<void, std::string> LiveRun::State::begin(const Scenario& scenario, std::size_t index) {
  const RunSpec& spec = scenario.runs[index];
  if (find_concurrency_model(spec.concurrency) == nullptr)
    return std::unexpected("unknown concurrency model " + spec.concurrency);
  if (std::string why = LiveProcess::refusal(); !why.empty()) return std::unexpected(std::move(why));
  const Machine host = read_host(scenario.machine.costs);
  {
    Machine worker = host;
    worker.privileged = false;
    host_ladder = limit_ladder(worker, spec.runtime);
  }

  LivePlan plan;
  plan.concurrency = spec.concurrency;
  plan.settings = settings_of(scenario, index);
  plan.seed = scenario.seed;
  plan.jobs = scenario.jobs;
  plan.runtime = spec.runtime;
  plan.stack = stack_size(spec.runtime, scenario.machine.limits);
  plan.threads = threads_of_run(scenario, index);
  plan.probe = probe;
  const kernel::ProcessMemory of_threads(scenario.machine, spec.runtime);
  if (spec.runtime.arena > Bytes{}) plan.runtime.arenas = of_threads.max_arenas();
  if (of_threads.overflows_stack())
    in_force.stack = WantedLimit{&limit_of(LimitKind::stack), plan.stack.count, plan.stack.count};
  auto caps = live.uncapped ? std::nullopt : std::optional(live_caps(host, spec.runtime));
  if (caps && live.memory_cap) caps->memory = *live.memory_cap;
  wanted = wanted_limits(scenario, spec.runtime, host, plan.threads, caps);
  result.imposed = wanted.others;
  choose_thread_limit(plan);
  choose_memory_limit(caps);
  scheduling = spec.scheduling;
  result.real_cores = RealCores{.quota = host.limits.cpu_max};
  choose_cpu_limit();
  if (wanted.address_space) plan.address_space = Bytes{wanted.address_space->room};
  if (wanted.data) plan.data = Bytes{wanted.data->room};
  if (wanted.maps) plan.max_map_count = wanted.maps->value;
  if (wanted.threads) plan.threads = std::min(plan.threads, wanted.threads->room + 1);
  plan.cpus = wanted.cpus;
  plan.cpuset = wanted.cpuset;
  plan.scheduling = spec.scheduling;
  if (const auto* group = memory_accounts()) plan.memory_group = group->path();

  if (auto made = make_record(scenario, index, host, plan); !made) return made;
  kills_before = kernel_kills();
  memory.emplace();
  const auto program = live.worker.empty() ? default_worker() : live.worker;
  auto started = LiveProcess::start(program, plan, file->fd());
  if (!started) return std::unexpected("the live run's process could not be started: " + started.error());
  process.emplace(std::move(*started));
  return plan.warm > Bytes{} ? std::expected<void, std::string>{} : let_go();
}

/// The file that the worker writes to.
std::expected<void, std::string> LiveRun::State::make_record(const Scenario& scenario, std::size_t index,
                                                             const Machine& host, LivePlan& plan) {
  const std::size_t changes = rows_per_job(scenario.jobs);
  const std::size_t jobs = probe ? 1 : job_count(scenario.jobs);
  const bool records = options.record && !probe;
  const bool has_turns = records && !find_concurrency_model(plan.concurrency)->async;
  auto made = SharedTraceFile::create(
      jobs, SharedTraceFile::rows_for(jobs, changes) + (has_turns ? SharedTraceFile::kTurnRows : 0),
      records ? Recording::segments : Recording::nothing);
  if (!made) return std::unexpected(made.error());
  file = std::move(*made);
  // Threads take small pages, which gain nothing by it.
  if (!probe && find_concurrency_model(plan.concurrency)->async) {
    const MemoryUse use = memory_of_run(scenario, index, host, plan.threads);
    Bytes needed = use.resident + use.kernel;
    if (in_force.memory) needed = std::min(needed, Bytes{in_force.memory->room});
    plan.warm = std::min(
        {needed + file_size(file->fd()), live_caps(host, scenario.runs[index].runtime).memory / 2, kMostWarmed});
  }
  // Whoever first touches the record's memory is charged for it: that must not be the run if its memory is limited.
  if (memory_group && !in_force.memory->is_cap()) {
    constexpr std::int64_t kMost = std::int64_t{1} << 30;
    (void)::posix_fallocate(file->fd(), 0, std::min(file_size(file->fd()).count, kMost));
  }
  auto opened = SharedTraceReader::open(file->fd());
  if (!opened) return std::unexpected(opened.error());
  reader = std::move(*opened);
  return {};
}

/// The worker has got ready, and nothing limits it yet.
std::expected<void, std::string> LiveRun::State::let_go() {
  for (const RunCgroup* group : std::initializer_list<const RunCgroup*>{pids ? &*pids : nullptr, memory_accounts(),
                                                                        cpu_group ? &*cpu_group : nullptr}) {
    if (group == nullptr) continue;
    if (const auto added = group->add(process->pid()); !added)
      return std::unexpected("the live run's process could not be put into its control group: " + added.error());
  }
  process->release();
  is_let_go = true;
  return {};
}

}  // namespace spawnpoint
