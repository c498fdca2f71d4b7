// SPDX-License-Identifier: GPL-3.0-or-later
// LiveRun: the parent's side of a live run that is going, up to its result.
#include "models/lab/live/live_run.hpp"

#include <fmt/core.h>

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "models/lab/live/live_probe.hpp"
#include "models/lab/live/live_run_state.hpp"
#include "models/machine/host/proc_files.hpp"
#include "models/result/format.hpp"

namespace spawnpoint {
namespace {

constexpr Duration kSampleEvery = std::chrono::milliseconds(20);
constexpr Duration kWarmEvery = std::chrono::milliseconds(1);
constexpr Duration kProgressEvery = std::chrono::milliseconds(50);
// One poll must not hold the caller's thread for long.
constexpr std::size_t kRowsAPoll = 400'000;

}  // namespace

std::int64_t kernel_kills() {
  const auto text = read_text("/proc/vmstat").value_or("");
  for (const auto line : lines(text)) {
    if (line.starts_with("oom_kill ")) return parse_count(line.substr(9)).value_or(0);
  }
  return 0;
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

/// That the run may use, as the worker says; it may say anything.
CoreId LiveRun::State::cores() const {
  const CoreId cores = process->board().counters.cores.load(std::memory_order_relaxed);
  return cores <= CPU_SETSIZE ? cores : 0;
}

/// Samples memory, and ends the run at its cap.
void LiveRun::State::look() {
  const auto at = SteadyClock::now();
  if (at - looked < kSampleEvery || !reader->epoch()) return;
  looked = at;
  memory->sample(*process, memory_accounts(), now(), *trace);
  trace->cores = cores();
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
    if (done && step == limit_threads_by_rlimit && limit->limit->live_means != LiveMeans::rlimit)
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

void LiveRun::State::take_cores() {
  const LiveBoard& board = process->board();
  RealCores& had = *result.real_cores;
  had.cpus = cores();
  had.busy = Duration(board.process_cpu.load());
  had.held = Duration(board.counters.held.load());
  const auto throttled = cpu_group ? cpu_group->throttled() : std::nullopt;
  if (!throttled) return;
  had.throttled = throttled->time;
  had.throttled_periods = throttled->periods;
}

void LiveRun::State::finish(int status) {
  const LiveBoard& board = process->board();
  const LiveCounters& counters = board.counters;
  const auto finished = reader->finished();
  const Instant end_at = finished ? *finished : seen_dead.value_or(now());

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
  trace->cores = cores();
  trace->lanes = std::max(trace->lanes, static_cast<LaneId>(end.created + 1));
  reader->close(*trace, end_at);
  if (outcome.failure) {
    const FailurePoint& failure = *outcome.failure;
    trace->marks.push_back({outcome.mark, failure.at, 0, failure.job, failure.message});
  }
  if (end.stopped) trace->marks.push_back({MarkKind::stopped, end_at, kNoLane, kNoJob, "stopped"});

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
  result.memory_unseen = memory->unseen();
  result.base.resident = Bytes{board.base_resident.load()};
  result.base.virtual_size = Bytes{board.base_virtual.load()};
  result.events = counters.polls.load();
  result.main_cpu = Duration(board.main_cpu.load());
  take_cores();
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
