// SPDX-License-Identifier: GPL-3.0-or-later
// LiveRun: the parent's side of a live run, from the plan to the result.
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fcntl.h>
#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include "core/trace/shared_trace.hpp"
#include "models/concurrency/registry.hpp"
#include "models/kernel/process_memory.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/lab/live/live_cgroup.hpp"
#include "models/lab/live/live_limits.hpp"
#include "models/lab/live/live_memory.hpp"
#include "models/lab/live/live_outcome.hpp"
#include "models/lab/live/live_plan.hpp"
#include "models/lab/live/live_probe.hpp"
#include "models/lab/live/live_process.hpp"
#include "models/lab/live/live_run.hpp"
#include "models/machine/host/host.hpp"
#include "models/machine/host/proc_files.hpp"
#include "models/result/format.hpp"
#include "models/scenario/run_threads.hpp"

namespace spawnpoint {
namespace {

constexpr Duration kSampleEvery = std::chrono::milliseconds(20);
constexpr Duration kWarmEvery = std::chrono::milliseconds(1);
constexpr Duration kProgressEvery = std::chrono::milliseconds(50);
constexpr Bytes kMostWarmed{std::int64_t{1} << 30};
// One poll must not hold the caller's thread for long.
constexpr std::size_t kRowsAPoll = 400'000;

std::filesystem::path default_worker() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "spawnpoint-run";
}

std::size_t job_count(const Jobs& jobs) {
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(jobs.count, 0));
  return jobs.arrivals.kind == Arrivals::Kind::trace ? std::min(count, jobs.arrivals.times.size()) : count;
}

std::int64_t kernel_kills() {
  const auto text = read_text("/proc/vmstat").value_or("");
  for (const auto line : lines(text)) {
    if (line.starts_with("oom_kill ")) return parse_count(line.substr(9)).value_or(0);
  }
  return 0;
}

Bytes file_size(int fd) {
  struct stat file{};
  return ::fstat(fd, &file) == 0 ? Bytes{file.st_size} : Bytes{};
}

}  // namespace

struct LiveRun::State {
  State(const Scenario& run_scenario, std::size_t run_index, const RunOptions& run_options,
        const LiveOptions& live_options, bool is_probe = false)
      : options(run_options), live(live_options), probe(is_probe) {
    const RunSpec& spec = run_scenario.runs.at(run_index);
    result.scenario = run_scenario.file.empty() ? run_scenario.title : run_scenario.file;
    result.concurrency = spec.concurrency;
    result.label = spec.label;
    result.world = WorldKind::live;
    result.seed = run_scenario.seed;
    result.jobs = static_cast<std::int64_t>(job_count(run_scenario.jobs));
    if (auto begun = begin(run_scenario, run_index); !begun) give_up(begun.error());
  }

  std::expected<void, std::string> begin(const Scenario& scenario, std::size_t index);
  std::expected<void, std::string> let_go();
  void choose_thread_limit(LivePlan& plan);
  void choose_memory_limit(const std::optional<LiveCaps>& caps);
  void choose_cpu_limit();
  void note_setting(const char* name, std::int64_t value, Imposed imposed, std::string means) {
    result.imposed.push_back({name, value, imposed, std::move(means)});
  }
  void note(const WantedLimit& limit, Imposed imposed, std::string means) {
    if (limit.is_cap()) return;
    result.imposed.push_back({std::string(limit.limit->name), limit.value, imposed, std::move(means)});
  }
  void give_up(const std::string& why) {
    result.error = why;
    over = true;
  }
  Instant now() const {
    const auto epoch = reader->epoch();
    return epoch ? Instant(std::chrono::duration_cast<Duration>(SteadyClock::now() - *epoch)) : Instant{};
  }
  Progress progress() const;
  /// The memory control group that the run is in, if it has one of its own.
  const RunCgroup* memory_accounts() const {
    return memory_group ? &*memory_group : accounting_group ? &*accounting_group : nullptr;
  }
  void look();
  void finish(int status);
  void take_reports();

  RunOptions options;
  LiveOptions live;
  bool probe;
  RunResult result;
  std::shared_ptr<Trace> trace = std::make_shared<Trace>();
  SteadyClock::time_point began = SteadyClock::now();

  LimitLadder host_ladder;
  WantedLimits wanted;
  LiveLimitsInForce in_force;
  Scheduling scheduling;
  std::optional<Bytes> watched_memory;  ///< The parent kills above this.
  std::int64_t kills_before = 0;

  // In this order: a group can only be removed when its process is gone.
  std::optional<RunCgroup> pids;
  std::optional<RunCgroup> memory_group;
  std::optional<RunCgroup> cpu_group;
  std::optional<RunCgroup> accounting_group;  ///< Without a limit, to see the kernel's memory of the run.
  std::optional<SharedTraceFile> file;
  std::optional<SharedTraceReader> reader;
  std::optional<LiveMemory> memory;
  std::optional<LiveProcess> process;

  SteadyClock::time_point looked{};
  SteadyClock::time_point told{};
  bool is_let_go = false;  ///< The worker may run.
  bool stop_asked = false;
  Instant stopped_at{};
  std::optional<Instant> seen_dead;  ///< When the process was first found to be gone.
  bool over_memory = false;
  bool over = false;
};

void LiveRun::State::choose_thread_limit(LivePlan& plan) {
  if (!wanted.threads) return;
  const WantedLimit& limit = *wanted.threads;
  in_force.threads = limit;
  if (limit.limit->kind == LimitKind::pids_max || limit.is_cap()) {
    auto group = RunCgroup::create("pids");
    auto limited = group ? group->limit_tasks(limit.room + 1) : std::unexpected(group.error());
    if (limited) {
      note(limit, Imposed::yes,
           fmt::format("pids.max = {} in a control group of its own", format_count(limit.room + 1)));
      pids = std::move(*group);
      return;
    }
  }
  if (limit.limit->kind == LimitKind::pid_max) {
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
  choose_cpu_limit();
  if (wanted.address_space) plan.address_space = Bytes{wanted.address_space->room};
  if (wanted.data) plan.data = Bytes{wanted.data->room};
  if (wanted.maps) plan.max_map_count = wanted.maps->value;
  if (wanted.threads) plan.threads = std::min(plan.threads, wanted.threads->room + 1);
  plan.cpus = wanted.cpus;
  plan.cpuset = wanted.cpuset;
  plan.scheduling = spec.scheduling;
  if (const auto* group = memory_accounts()) plan.memory_group = group->path();

  const std::size_t changes = rows_per_job(scenario.jobs);
  auto made = probe ? SharedTraceFile::create(1, SharedTraceFile::rows_for(1, changes), Recording::nothing)
                    : SharedTraceFile::create(job_count(scenario.jobs),
                                              SharedTraceFile::rows_for(job_count(scenario.jobs), changes),
                                              options.record ? Recording::segments : Recording::nothing);
  if (!made) return std::unexpected(made.error());
  file = std::move(*made);
  // Threads take small pages, which gain nothing by it.
  if (!probe && find_concurrency_model(plan.concurrency)->async) {
    const MemoryUse use = memory_of_run(scenario, index, host, plan.threads);
    Bytes needed = use.resident + use.kernel;
    if (in_force.memory) needed = std::min(needed, Bytes{in_force.memory->room});
    plan.warm = std::min({needed + file_size(file->fd()), live_caps(host, spec.runtime).memory / 2, kMostWarmed});
  }
  // Whoever first touches the record's memory is charged for it: that must not be the run if its memory is limited.
  if (memory_group && !in_force.memory->is_cap()) {
    constexpr std::int64_t kMost = std::int64_t{1} << 30;
    (void)::posix_fallocate(file->fd(), 0, std::min(file_size(file->fd()).count, kMost));
  }
  auto opened = SharedTraceReader::open(file->fd());
  if (!opened) return std::unexpected(opened.error());
  reader = std::move(*opened);

  kills_before = kernel_kills();
  memory.emplace();
  const auto program = live.worker.empty() ? default_worker() : live.worker;
  auto started = LiveProcess::start(program, plan, file->fd());
  if (!started) return std::unexpected("the live run's process could not be started: " + started.error());
  process.emplace(std::move(*started));
  return plan.warm > Bytes{} ? std::expected<void, std::string>{} : let_go();
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

Progress LiveRun::State::progress() const {
  Progress progress;
  progress.jobs = result.jobs;
  if (process) progress.completed = process->board().counters.completed.load(std::memory_order_relaxed);
  if (memory) {
    progress.threads = memory->threads();
    progress.resident = memory->jobs_resident();
  }
  if (reader) progress.now = over ? result.wall : now().time_since_epoch();
  progress.over = over || seen_dead.has_value();
  return progress;
}

/// Samples memory, and ends the run at its cap.
void LiveRun::State::look() {
  const auto at = SteadyClock::now();
  if (at - looked < kSampleEvery || !reader->epoch()) return;
  looked = at;
  memory->sample(*process, memory_accounts(), now(), *trace);
  if (watched_memory && memory->total() > *watched_memory && !over_memory) {
    over_memory = true;
    in_force.memory = WantedLimit{&limit_of(LimitKind::live_cap), watched_memory->count, watched_memory->count};
    process->kill();
  }
}

/// What became of the limits that the worker was to impose on itself.
void LiveRun::State::take_reports() {
  using enum WorkerStep;
  const LiveBoard& board = process->board();
  const auto state_of = [&](WorkerStep step) { return board.report(step).state.load(std::memory_order_acquire); };
  const auto words_of = [&](WorkerStep step) { return std::string(board.report(step).means.view()); };
  const auto is_imposed = [&](WorkerStep step, const std::optional<WantedLimit>& limit) {
    if (!limit || state_of(step) == StepReport::State::untold) return false;
    const bool done = state_of(step) == StepReport::State::done;
    std::string means = words_of(step);
    if (done && step == limit_threads_by_rlimit && limit->limit->kind != LimitKind::rlimit_nproc)
      means += fmt::format(", standing in for {} = {}", limit->limit->name, format_count(limit->value));
    note(*limit, done ? Imposed::yes : Imposed::no, std::move(means));
    return done;
  };
  if (!pids && !is_imposed(limit_threads_by_pid_namespace, wanted.threads) &&
      !is_imposed(limit_threads_by_rlimit, wanted.threads))
    in_force.threads.reset();
  if (is_imposed(limit_address_space, wanted.address_space)) in_force.address_space = wanted.address_space;
  if (is_imposed(limit_data, wanted.data)) in_force.data = wanted.data;
  if (is_imposed(fill_maps, wanted.maps)) in_force.maps = wanted.maps;
  if (wanted.cpus) is_imposed(use_cpus, WantedLimit{&limit_of(LimitKind::cpus), *wanted.cpus, *wanted.cpus});
  const auto tell_setting = [&](WorkerStep step, const char* name, std::int64_t value) {
    if (state_of(step) == StepReport::State::untold) return;
    note_setting(name, value, state_of(step) == StepReport::State::done ? Imposed::yes : Imposed::no, words_of(step));
  };
  tell_setting(use_cpuset, "cpuset", std::ssize(wanted.cpuset));
  tell_setting(set_policy, "policy", static_cast<std::int64_t>(scheduling.policy));
  tell_setting(set_nice, "nice", scheduling.nice.empty() ? 0 : scheduling.nice.front());
  if (state_of(drop_root) == StepReport::State::failed) result.notes.push_back(words_of(drop_root));
}

void LiveRun::State::finish(int status) {
  const LiveBoard& board = process->board();
  const LiveCounters& counters = board.counters;
  const auto finished = reader->finished();
  const Instant end_at = finished ? *finished : stop_asked ? stopped_at : seen_dead.value_or(now());

  LiveEnd end;
  end.status = status;
  end.finished = finished.has_value();
  end.stopped = stop_asked && !finished;
  end.over_memory = over_memory && !finished;
  end.out_of_memory = memory_group && memory_group->out_of_memory();
  end.machine_out_of_memory = !end.out_of_memory && kernel_kills() > kills_before;
  end.aborted = board.aborted.load();
  end.failure = reader->failure();
  end.created = counters.created.load();
  end.starting = counters.starting.load();
  const std::uint64_t touching = counters.touching.load();
  end.touching = LiveCounters::lane_of(touching);
  end.touching_job = LiveCounters::job_of(touching);
  end.at = end_at;
  end.last_words = process->last_words();

  take_reports();
  const auto outcome = judge(end, in_force, host_ladder);
  reader->close(*trace, end_at);
  if (outcome.failure) {
    const FailurePoint& failure = *outcome.failure;
    trace->marks.push_back({outcome.mark, failure.at, 0, failure.job, failure.message});
  }
  if (end.stopped) trace->marks.push_back({MarkKind::stopped, end_at, kNoLane, kNoJob, "stopped"});
  trace->lanes = std::max(trace->lanes, static_cast<LaneId>(end.created + 1));

  memory->finish(board, end_at, *trace);
  result.error = outcome.error;
  result.failure = outcome.failure;
  result.stopped = end.stopped;
  if (end.stopped) result.stop_cause = StopCause::user;
  result.completed = counters.completed.load();
  result.wall = end_at.time_since_epoch();
  result.peak_threads = counters.peak_threads.load();
  result.peak_tasks = counters.peak_tasks.load();
  result.memory = memory->peak();
  result.base.resident = Bytes{board.base_resident.load()};
  result.base.virtual_size = Bytes{board.base_virtual.load()};
  result.events = counters.polls.load();
  result.main_cpu = Duration(board.main_cpu.load());
  result.longest_poll = Duration(counters.longest_poll.load());
  result.longest_poll_job = counters.longest_poll_job.load();
  if (const std::string why = memory->why_not_runnable(); !why.empty()) result.notes.push_back(why);
  result.notes.push_back(memory->source());
  if (const auto dropped = reader->dropped(); dropped > 0)
    result.notes.push_back(fmt::format("{} entries did not fit into the record", dropped));
  if (options.record && result.error.empty()) result.trace = trace;
  over = true;
}

LiveRun::LiveRun(const Scenario& scenario, std::size_t index, const RunOptions& options, const LiveOptions& live)
    : state_(std::make_unique<State>(scenario, index, options, live)) {}

LiveRun::~LiveRun() = default;

bool LiveRun::poll() {
  State& state = *state_;
  if (state.over) {
    state.result.compute = std::max<Duration>(state.result.compute, Duration(1));
    return false;
  }
  if (state.options.stop.stop_requested()) stop();
  // Asked first: what is read afterwards is then all that there is.
  const auto status = state.process->status();
  if (status) {
    if (!state.seen_dead) state.seen_dead = state.now();
    // It may have left millions of rows: they are taken in bit by bit too.
    if (state.reader->poll(*state.trace, kRowsAPoll) >= kRowsAPoll) return true;
    state.finish(*status);
    state.process.reset();
    state.memory_group.reset();
    state.cpu_group.reset();
    state.accounting_group.reset();
    state.pids.reset();
    state.result.compute = std::chrono::duration_cast<Duration>(SteadyClock::now() - state.began);
    if (state.options.progress) state.options.progress(state.progress());
    return false;
  }
  if (!state.is_let_go && !state.stop_asked && state.process->board().warm.load()) {
    if (const auto gone = state.let_go(); !gone) {
      state.give_up(gone.error());
      state.process.reset();
      return false;
    }
  }
  state.reader->poll(*state.trace, kRowsAPoll);
  state.look();
  state.trace->end = std::max(state.trace->end, state.now());
  if (const auto now = SteadyClock::now(); state.options.progress && now - state.told >= kProgressEvery) {
    state.told = now;
    state.options.progress(state.progress());
  }
  return true;
}

void LiveRun::wait(Duration timeout) {
  if (!state_->over) state_->process->wait(std::min(timeout, state_->is_let_go ? kSampleEvery : kWarmEvery));
}

void LiveRun::stop() {
  if (state_->over || state_->stop_asked) return;
  state_->stop_asked = true;
  state_->stopped_at = state_->now();
  state_->process->kill();
}

bool LiveRun::has_failed() const {
  const State& state = *state_;
  return state.over ? state.result.failure.has_value() : state.reader->failure().has_value();
}

const Trace& LiveRun::trace() const {
  return *state_->trace;
}

Progress LiveRun::progress() const {
  return state_->progress();
}

RunResult LiveRun::result() {
  return state_->result;
}

RunResult run_live(const Scenario& scenario, std::size_t index, const RunOptions& options, const LiveOptions& live) {
  LiveRun run(scenario, index, options, live);
  while (run.poll()) run.wait(kSampleEvery);
  return run.result();
}

std::expected<LiveProbe, std::string> probe_live(const Scenario& scenario, std::size_t index, const LiveOptions& live) {
  constexpr Duration kLook = std::chrono::milliseconds(2);
  constexpr auto kAtMost = std::chrono::seconds(60);
  LiveRun::State state(scenario, index, RunOptions{.record = false, .progress = {}, .stop = {}}, live, true);
  if (!state.result.error.empty()) return std::unexpected(state.result.error);
  const LiveBoard& board = state.process->board();
  while (!board.ready.load()) {
    if (state.process->status() || SteadyClock::now() - state.began > kAtMost) {
      const std::string words = state.process->last_words();
      return std::unexpected("the live run's process could not be asked" + (words.empty() ? "" : ": " + words));
    }
    state.process->wait(kLook);
  }
  state.take_reports();
  const auto limit = [](std::int64_t value) { return value < 0 ? CountLimit{} : CountLimit{value}; };
  LiveProbe probe;
  probe.base_maps = board.base_maps.load();
  probe.base_virtual = Bytes{board.base_virtual.load()};
  probe.base_data = Bytes{board.base_data.load()};
  probe.base_resident = Bytes{board.base_resident.load()};
  probe.heap_per_thread = Bytes{board.heap_per_thread.load()};
  probe.user = board.user.load();
  probe.own_user_namespace = board.own_user_namespace.load();
  probe.own_pid_namespace = board.worker.load() != 0;
  probe.nproc = limit(board.nproc.load());
  probe.nproc_above = limit(board.nproc_above.load());
  if (state.pids) probe.pids_group = state.pids->path();
  if (state.memory_group) {
    if (const auto charged = state.memory_group->charged()) probe.charged = *charged;
  }
  probe.imposed = state.result.imposed;
  probe.wanted = state.wanted;
  return probe;
}

}  // namespace spawnpoint
