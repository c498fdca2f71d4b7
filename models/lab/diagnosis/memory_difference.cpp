// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/memory_difference.hpp"

#include <fmt/core.h>

#include <cstdlib>

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
  return result.error.empty() && !result.stopped;
}

/// Two pages and a hundredth: what a program has at its start varies by about that much from run to run.
bool is_same(Bytes one, Bytes other) {
  return std::abs(one.count - other.count) <= 8192 + other.count / 100;
}

}  // namespace

bool same_program(const RunResult& live, const RunResult& model) {
  return is_same(live.base.resident, model.base.resident) && is_same(live.base.virtual_size, model.base.virtual_size);
}

MemoryDifference memory_difference(const RunResult& live, const RunResult& model) {
  MemoryDifference told;
  if (!is_whole(live) || !is_whole(model)) return told;
  const bool whole = same_program(live, model);
  for (const Kind& kind : kKinds) {
    const Bytes measured = live.memory.*kind.bytes;
    const Bytes modeled = model.memory.*kind.bytes;
    const Bytes measured_base = whole ? Bytes{} : live.base.*kind.bytes;
    const Bytes modeled_base = whole ? Bytes{} : model.base.*kind.bytes;
    const std::string difference = format_difference(static_cast<double>((measured - measured_base).count),
                                                     static_cast<double>((modeled - modeled_base).count));
    if (kind.in_line && !difference.empty()) {
      told.line += told.line.empty() ? "live against model: " : " · ";
      told.line += fmt::format("{} {}", kind.name, difference);
    }
    told.details += fmt::format("{}{}{}: live {}, model {}{}", told.details.empty() ? "" : "\n",
                                kind.in_line ? "" : "    ", kind.name, format_bytes(measured), format_bytes(modeled),
                                difference.empty() ? "" : " (" + difference + ")");
  }
  if (told.line.empty()) {
    told.details.clear();
  } else if (!whole) {
    told.line += fmt::format(" (without the programs' own {} and {})", format_bytes(live.base.resident),
                             format_bytes(model.base.resident));
    told.details += fmt::format(
        "\nThe live program is this one, the model's is its runtime's: the percentages leave out what each had "
        "before its first job: resident {} live and {} modeled, virtual {} and {}.",
        format_bytes(live.base.resident), format_bytes(model.base.resident), format_bytes(live.base.virtual_size),
        format_bytes(model.base.virtual_size));
  }
  return told;
}

}  // namespace spawnpoint
