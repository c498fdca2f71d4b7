// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/world/modeled_executor.hpp"

namespace spawnpoint {

static_assert(World<ModeledExecutor>);
static_assert(!ThreadWorld<ModeledExecutor>);

ModeledExecutor::ModeledExecutor(Simulation& simulation, const Machine& machine, const Runtime& runtime,
                                 TraceRecorder* recorder)
    : simulation_(&simulation), runtime_(&runtime), costs_(&machine.costs), recording_(recorder) {}

ModeledExecutor::Wait ModeledExecutor::sleep(Duration duration) {
  return Wait(*this, Wait::Kind::timer, now() + duration);
}
ModeledExecutor::Wait ModeledExecutor::sleep_until(Instant instant) {
  return Wait(*this, Wait::Kind::timer, instant);
}

ModeledExecutor::Wait ModeledExecutor::block(Duration duration) {
  if (duration <= Duration::zero()) return Wait(*this, Wait::Kind::hold, now());
  const Duration overhead =
      costs_->syscall.value + costs_->timer_slack.value + costs_->wakeup.value + costs_->context_switch.value;
  return Wait(*this, Wait::Kind::hold, now() + duration + overhead);
}

ModeledExecutor::Wait ModeledExecutor::compute(Duration duration) {
  return Wait(*this, Wait::Kind::hold, now() + duration);
}

void ModeledExecutor::start(Task<> program) {
  program_ = std::move(program);
  program_.on_done(*this);
  tasks_changed();
  program_.start();
}

std::coroutine_handle<> ModeledExecutor::done() noexcept {
  simulation_->stop();
  return std::noop_coroutine();
}

void ModeledExecutor::woken() {
  if (clock_ < simulation_->now()) {
    // It slept until then: the kernel wakes it.
    clock_ = simulation_->now() + costs_->wakeup.value + costs_->context_switch.value + costs_->syscall.value;
  }
  poll_began_ = now();
  spend(runtime_->task_wake + runtime_->timer + runtime_->task_poll);
}

void ModeledExecutor::tasks_changed() {
  const Bytes heap = runtime_->task * tasks_;
  const Bytes resident = runtime_->base_resident + heap;
  const Bytes virtual_size = runtime_->base_virtual + heap;
  peak_memory_.resident = std::max(peak_memory_.resident, resident);
  peak_memory_.virtual_size = std::max(peak_memory_.virtual_size, virtual_size);
  recording_.sample(tasks_, now(), [&](const auto& add) {
    add(SeriesKind::resident, static_cast<double>(resident.count));
    add(SeriesKind::virtual_size, static_cast<double>(virtual_size.count));
    add(SeriesKind::threads, 1.0);
    add(SeriesKind::tasks, static_cast<double>(tasks_));
  });
}

}  // namespace spawnpoint
