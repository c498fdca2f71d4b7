// SPDX-License-Identifier: GPL-3.0-or-later
// How much a live run's memory differs from what the model says, by kind, in words.
#pragma once

#include <string>

#include "models/result/result.hpp"

namespace spawnpoint {

/// How much more a live run took than the model says: "+4.0%". Empty where that is less than 64 KiB: a process takes
/// its memory in pages and larger pieces, and a few bytes modeled may be a page live.
std::string memory_percentage(Bytes live, Bytes model);

struct MemoryDifference {
  std::string line;  ///< "live against model: resident +0.4% · virtual equal · kernel -1.2%"
  std::string
      details;  ///< One line per kind, the kernel's parts among them: "page tables: live 1 MiB, model 1.1 MiB (-9%)".
};

/// Of what the jobs took, positive where the live run took more: the two programs themselves differ (the model's is
/// that of its runtime, the live one is always ours). A kind of which the model has next to nothing has none in
/// percent, and is left out of the line. Both are empty where the two runs cannot be compared: not both made, or one
/// was stopped.
MemoryDifference memory_difference(const RunResult& live, const RunResult& model);

}  // namespace spawnpoint
