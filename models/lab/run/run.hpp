// SPDX-License-Identifier: GPL-3.0-or-later
// Running one [[run]] of a scenario on the simulated kernel. The app and the command line both call this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "models/lab/run/budget.hpp"
#include "models/result/result.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

struct Progress {
  std::int64_t completed = 0;  ///< Jobs.
  std::int64_t jobs = 0;
  std::int64_t threads = 0;
  Bytes resident{};   ///< What the jobs take.
  Duration now{};     ///< The run's own clock.
  bool over = false;  ///< A live run's process has ended; its record is still being read.
};

/// A modeled run of more jobs takes seconds before it can be stopped: whoever cannot wait does not begin one.
inline constexpr std::int64_t kMostStoppable = 1'000'000;

struct RunOptions {
  bool record = true;                             ///< Keep the trace.
  std::function<void(const Progress&)> progress;  ///< Called about 20 times per second, on the calling thread.
  std::stop_token stop;                           ///< Asks for an early end: the partial result is kept.
  Budget budget;                                  ///< Of modeled runs.
  /// Of modeled runs: the seed of what no program is promised, such as where threads begin; by default the scenario's.
  std::optional<std::uint64_t> chance;
};

/// Why a run was not made where memory is at its end.
inline constexpr const char* kTooLittleMemory = "this machine has not enough memory to compute it";
/// What is known of a result before the run: whose it is.
RunResult result_before(const Scenario& scenario, std::size_t index, WorldKind world);
/// The result of a run that was not made; why not.
RunResult not_run(const Scenario& scenario, std::size_t index, std::string why, WorldKind world = WorldKind::modeled);

/// Runs run `index` of the scenario on the simulated kernel. Same scenario, same seed: same trace, bit for bit.
RunResult run_modeled(const Scenario& scenario, std::size_t index, const RunOptions& options);

}  // namespace spawnpoint
