// SPDX-License-Identifier: GPL-3.0-or-later
// What a modeled run may take to compute. One that takes more ends early: its partial result is kept and says why.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/units.hpp"

namespace spawnpoint {

struct Budget {
  /// Simulated events: it ends after about as many, at the same one on every machine.
  std::uint64_t events = UINT64_MAX;
  std::uint64_t work = UINT64_MAX;    ///< The same for all that takes time: RunResult::work.
  std::optional<Bytes> memory;        ///< Resident, beyond what this process had before.
  std::optional<Duration> real_time;  ///< Where it is given, `idle` does not count.
  /// Real time in which no step of a job begins or ends, and nobody knows whether one ever will.
  Duration idle = std::chrono::seconds(2);
};

/// "events=1000000,memory=1GiB,time=10s", in any order, each at most once. Error: what is wrong with it.
std::expected<Budget, std::string> parse_budget(std::string_view text);

}  // namespace spawnpoint
