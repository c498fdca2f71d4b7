// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/memory_difference.hpp"

#include <fmt/core.h>

#include "models/lab/format.hpp"

namespace spawnpoint {
namespace {

struct Kind {
  const char* name;
  Bytes MemoryUse::*bytes;
  bool in_line;
};

constexpr Kind kKinds[] = {
    {"resident", &MemoryUse::resident, true},
    {"virtual", &MemoryUse::virtual_size, true},
    {"kernel", &MemoryUse::kernel, true},
    {"kernel stacks", &MemoryUse::kernel_stacks, false},
    {"page tables", &MemoryUse::page_tables, false},
    {"slab", &MemoryUse::slab, false},
};

bool is_whole(const RunResult& result) {
  return result.error.empty() && !result.stopped;
}

}  // namespace

MemoryDifference memory_difference(const RunResult& live, const RunResult& model) {
  MemoryDifference told;
  if (!is_whole(live) || !is_whole(model)) return told;
  for (const Kind& kind : kKinds) {
    const Bytes measured = live.memory.*kind.bytes;
    const Bytes modeled = model.memory.*kind.bytes;
    const std::string difference =
        format_difference(static_cast<double>(measured.count), static_cast<double>(modeled.count));
    if (kind.in_line && !difference.empty()) {
      told.line += told.line.empty() ? "live against model: " : " · ";
      told.line += fmt::format("{} {}", kind.name, difference);
    }
    told.details += fmt::format("{}{}{}: live {}, model {}{}", told.details.empty() ? "" : "\n",
                                kind.in_line ? "" : "    ", kind.name, format_bytes(measured), format_bytes(modeled),
                                difference.empty() ? "" : " (" + difference + ")");
  }
  if (told.line.empty()) told.details.clear();
  return told;
}

}  // namespace spawnpoint
