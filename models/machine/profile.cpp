// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/profile.hpp"

#include <algorithm>
#include <string_view>

namespace spawnpoint {

void apply_executor_costs(Runtime& runtime, const ExecutorCosts& costs, std::span<const std::string> given) {
  if (!runtime.own_executor || costs.task_spawn.value <= Duration::zero()) return;
  const auto take = [given](std::string_view field, Duration& cost, const Cost& calibrated) {
    if (std::ranges::find(given, field) == given.end()) cost = calibrated.value;
  };
  take("task_spawn", runtime.task_spawn, costs.task_spawn);
  take("task_poll", runtime.task_poll, costs.task_poll);
  take("task_wake", runtime.task_wake, costs.task_wake);
  take("timer", runtime.timer, costs.timer);
}

Bytes stack_size(const Runtime& runtime, const Limits& limits) {
  using namespace literals;
  if (runtime.stack) return *runtime.stack;
  return limits.stack.value_or(2_MiB);  // glibc's ARCH_STACK_DEFAULT_SIZE
}

}  // namespace spawnpoint
