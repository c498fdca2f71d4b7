// SPDX-License-Identifier: GPL-3.0-or-later
// How much a live run's memory differs from what the model says, by kind, in words.
#pragma once

#include <string>

#include "models/result/result.hpp"

namespace spawnpoint {

/// Whether two runs are of programs of the same size, so that their whole memory may be compared.
bool same_program(const RunResult& live, const RunResult& model);

struct MemoryDifference {
  std::string line;  ///< "live against model: resident +0.4% · virtual ±0% · kernel -1.2%"
  std::string
      details;  ///< One line per kind, the kernel's parts among them: "page tables: live 1 MiB, model 1.1 MiB (-9%)".
};

/// Positive where the live run took more. Where the two programs themselves differ (the model's is that of its runtime,
/// on another machine than this; the live one is always ours), what each had before its first job is left out of the
/// percentages, which the line says. A kind of which the model has nothing has no difference in percent, and is
/// left out of the line. Both are empty where the two runs cannot be compared: not both made, or one was stopped.
MemoryDifference memory_difference(const RunResult& live, const RunResult& model);

}  // namespace spawnpoint
