// SPDX-License-Identifier: GPL-3.0-or-later
// The limits of the programs in this folder: the shipped ones, and one more.
#include <span>
#include <vector>

#include "models/machine/limit_table.hpp"
#include "tests/toy/toy_limit.hpp"

namespace spawnpoint {

std::span<const Limit> limit_table() {
  static const auto rows = [] {
    std::vector<Limit> all(shipped_limits().begin(), shipped_limits().end());
    all.push_back(tests::kToyLimit);
    return all;
  }();
  return rows;
}

}  // namespace spawnpoint
