// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/profile.hpp"

namespace spawnpoint {

void apply_executor_costs(Runtime& runtime, const ExecutorCosts& costs) {
  if (runtime.name != "spawnpoint" || costs.task_spawn.value <= Duration::zero()) return;
  runtime.task_spawn = costs.task_spawn.value;
  runtime.task_poll = costs.task_poll.value;
  runtime.task_wake = costs.task_wake.value;
  runtime.timer = costs.timer.value;
}

Bytes stack_size(const Runtime& runtime, const Limits& limits) {
  using namespace literals;
  if (runtime.stack) return *runtime.stack;
  return limits.stack.value_or(2_MiB);  // glibc's ARCH_STACK_DEFAULT_SIZE
}

}  // namespace spawnpoint
