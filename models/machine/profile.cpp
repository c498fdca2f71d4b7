// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/profile.hpp"

namespace spawnpoint {

Bytes stack_size(const Runtime& runtime, const Limits& limits) {
  using namespace literals;
  if (runtime.stack) return *runtime.stack;
  return limits.stack.value_or(2_MiB);  // glibc's ARCH_STACK_DEFAULT_SIZE
}

}  // namespace spawnpoint
