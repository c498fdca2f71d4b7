// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/world/modeled_executor.hpp"

#include <cerrno>
#include <csignal>
#include <limits>
#include <new>
#include <optional>
#include <string>

#include "models/workload/jobs.hpp"

namespace spawnpoint {

namespace {

/// As many as a run can have, but no more than those whose memory is still a number: that is far beyond any process's
/// address space, so those are refused.
std::int64_t many_tasks(Bytes task) {
  return std::min(kMostJobs, std::numeric_limits<std::int64_t>::max() / 4 / std::max<std::int64_t>(task.count, 1));
}

}  // namespace

static_assert(World<ModeledExecutor>);
static_assert(!ThreadWorld<ModeledExecutor>);

ModeledExecutor::ModeledExecutor(Simulation& simulation, const Machine& machine, const Runtime& runtime,
                                 const kernel::Kernel::Setup& setup, TraceRecorder* recorder)
    : simulation_(&simulation),
      runtime_(&runtime),
      costs_(&machine.costs),
      memory_(machine, runtime),
      checks_(machine, runtime, memory_),
      most_tasks_(find_most_tasks()),
      own_threads_(checks_.own_threads()),
      recording_(recorder) {
  if (machine.limits.cpu_max && setup.scheduling.policy == Policy::other)
    throttle_.emplace(kernel::rules_of(machine), *machine.limits.cpu_max, setup.seed);
}

ModeledExecutor::Wait ModeledExecutor::sleep(Duration duration) {
  return Wait(*this, Wait::Kind::timer, now() + duration);
}
ModeledExecutor::Wait ModeledExecutor::sleep_until(Instant instant) {
  return Wait(*this, Wait::Kind::timer, instant);
}

ModeledExecutor::Wait ModeledExecutor::block(Duration duration) {
  const Instant until = now() + duration + kernel::late_timer_cost(*costs_);
  note_sleep(now() + costs_->syscall.value, until - costs_->wakeup.value - costs_->context_switch.value);
  return Wait(*this, Wait::Kind::hold, until);
}

ModeledExecutor::Wait ModeledExecutor::compute(Duration duration) {
  return Wait(*this, Wait::Kind::hold, after_computing(duration));
}

void ModeledExecutor::start(Task<> program) {
  program_ = std::move(program);
  program_.on_done(*this);
  tasks_changed();
  if (const auto refusal = checks_.on_program()) return end_by(*refusal);
  recording_.sample_runnable(1, now());
  program_.start();
}

std::coroutine_handle<> ModeledExecutor::done() noexcept {
  simulation_->stop();
  return std::noop_coroutine();
}

void ModeledExecutor::woken() {
  if (clock_ < simulation_->now()) {
    // It slept until then: the kernel wakes it.
    note_sleep(clock_, simulation_->now());
    clock_ = before_the_end(simulation_->now() + costs_->wakeup.value + costs_->context_switch.value +
                            costs_->syscall.value);
  }
  poll_began_ = now();
  spend(runtime_->task_wake + runtime_->timer + runtime_->task_poll);
}

void ModeledExecutor::note_sleep(Instant from, Instant until) {
  if (throttle_) throttle_->sleep(from);
  slept_ += until - from;
  recording_.sample_runnable(0, from);
  recording_.sample_runnable(1, until);
}

void ModeledExecutor::finish() {
  if (error_) std::rethrow_exception(error_);
  // Nobody awaits the program. What the simulated process ran out of is a result; anything else is not.
  if (!over_ && !given_up_ && program_ && program_.done()) program_.result();
  if (ended()) recording_.sample_runnable(0, now());
  recording_.flush();
}

void ModeledExecutor::tasks_changed() {
  recording_.sample(tasks_, now(), [&](const auto& add) {
    const kernel::ThreadCounts counts = with_tasks(tasks_);
    add(SeriesKind::resident, static_cast<double>(memory_.resident(counts).count));
    add(SeriesKind::virtual_size, static_cast<double>(memory_.virtual_size(counts).count));
    add(SeriesKind::page_tables, static_cast<double>(memory_.page_tables(counts).count));
    add(SeriesKind::threads, static_cast<double>(own_threads_));
    add(SeriesKind::tasks, static_cast<double>(tasks_));
  });
}

MemoryUse ModeledExecutor::peak_memory() const {
  const kernel::ThreadCounts counts = with_tasks(recording_.peak());
  const Bytes tables = memory_.page_tables(counts);
  return {.resident = memory_.resident(counts),
          .virtual_size = memory_.virtual_size(counts),
          .kernel = tables,
          .page_tables = tables};
}

std::optional<CoreUse> ModeledExecutor::core_use() const {
  if (!throttle_) return std::nullopt;
  const Duration stood_still = throttle_->throttled_time(now());
  return CoreUse{.most_runnable = 1,
                 .busy = now().time_since_epoch() - slept_ - stood_still,
                 .waited = stood_still,
                 .throttled = stood_still,
                 .throttled_periods = throttle_->throttled_periods()};
}

kernel::ThreadCounts ModeledExecutor::with_tasks(std::int64_t tasks) const {
  return {.task_memory = runtime_->task * tasks};
}

/// A limit that refuses one task refuses each later one, so the first that is refused is found by bisection: asked for
/// with every task, the checks would cost more than all the rest.
std::int64_t ModeledExecutor::find_most_tasks() const {
  std::int64_t low = 0;
  std::int64_t high = many_tasks(runtime_->task);
  while (low < high) {
    const std::int64_t middle = low + (high - low + 1) / 2;
    if (checks_.on_task(with_tasks(middle))) {
      high = middle - 1;
    } else {
      low = middle;
    }
  }
  return low;
}

/// The simulation ends here, whoever of the program's tasks catches what is thrown.
void ModeledExecutor::end_by_memory() {
  if (cannot_go_on_) throw std::bad_alloc();
  end_by(*checks_.on_task(with_tasks(tasks_ + 1)));
  throw std::bad_alloc();
}

/// Of those that hold the thread, whoever awaits them: an exception would be theirs.
bool ModeledExecutor::must_end() {
  looked_at_ = work();
  try {
    return must_end_ && must_end_();
  } catch (...) {
    error_ = std::current_exception();
    return true;
  }
}

void ModeledExecutor::give_up() {
  given_up_ = true;
  simulation_->stop();
  throw GivenUp();
}

void ModeledExecutor::end_by(const kernel::Refusal& refusal) {
  const bool killed = refusal.cause == Cause(Signal{SIGKILL});
  const bool is_thread = refusal.cause == Cause(Errno{EAGAIN});
  recording_.fail(FailurePoint{.job = kNoJob,
                               .threads = 0,
                               .call = std::string(refusal.call),
                               .cause = refusal.cause,
                               .limit = std::string(refusal.limit->name),
                               .value = refusal.value,
                               .message = killed       ? message_of(Signal{SIGKILL})
                                          : is_thread  ? runtime_->message
                                          : made_ == 0 ? ""  // The program itself has not begun.
                                                       : runtime_->no_memory_message,
                               .at = now()},
                  0, killed ? MarkKind::oom_kill : MarkKind::failure);
  over_ = true;
  simulation_->stop();
}

}  // namespace spawnpoint
