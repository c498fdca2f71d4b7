// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/memory_difference.hpp"

#include <fmt/core.h>

#include "models/result/format.hpp"

namespace spawnpoint {
namespace {

struct Kind {
  const char* name;
  Bytes MemoryUse::* bytes;
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
  return result.error.empty() && !result.stopped && result.peaks_are_known();
}

}  // namespace

std::string memory_percentage(Bytes live, Bytes model) {
  constexpr Bytes kLeast{64 << 10};
  if (model < kLeast) return {};
  return format_difference(static_cast<double>(live.count), static_cast<double>(model.count));
}

MemoryDifference memory_difference(const RunResult& live, const RunResult& model) {
  MemoryDifference told;
  if (!is_whole(live) || !is_whole(model)) return told;
  const MemoryUse measured = live.jobs_memory();
  const MemoryUse modeled = model.jobs_memory();
  for (const Kind& kind : kKinds) {
    const Bytes of_live = measured.*kind.bytes;
    const Bytes of_model = modeled.*kind.bytes;
    const std::string difference = memory_percentage(of_live, of_model);
    if (kind.in_line && !difference.empty()) {
      told.line += told.line.empty() ? "live against model: " : " · ";
      told.line += fmt::format("{} {}", kind.name, difference);
    }
    told.details += fmt::format("{}{}{}: live {}, model {}{}", told.details.empty() ? "" : "\n",
                                kind.in_line ? "" : "    ", kind.name, format_bytes(of_live), format_bytes(of_model),
                                difference.empty() ? "" : " (" + difference + ")");
  }
  if (told.line.empty()) {
    told.details.clear();
  } else if (live.base.resident > Bytes{} || model.base.resident > Bytes{}) {
    told.details += fmt::format(
        "\nThat is what the jobs took. Before its first job, the live program, which is this one, had {} "
        "resident and {} virtual; the model's, which is its runtime's, had {} and {}.",
        format_bytes(live.base.resident), format_bytes(live.base.virtual_size), format_bytes(model.base.resident),
        format_bytes(model.base.virtual_size));
  }
  return told;
}

}  // namespace spawnpoint
