// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/result/result.hpp"

#include <algorithm>

namespace spawnpoint {

MemoryUse RunResult::jobs_memory() const {
  const auto beyond = [&](Bytes MemoryUse::* kind) { return std::max(memory.*kind - base.*kind, Bytes{}); };
  return {.resident = beyond(&MemoryUse::resident),
          .virtual_size = beyond(&MemoryUse::virtual_size),
          .kernel = beyond(&MemoryUse::kernel),
          .kernel_stacks = beyond(&MemoryUse::kernel_stacks),
          .page_tables = beyond(&MemoryUse::page_tables),
          .slab = beyond(&MemoryUse::slab)};
}

}  // namespace spawnpoint
