// SPDX-License-Identifier: GPL-3.0-or-later
// What to try instead of a run: other concurrency models, another size of a pool or of a stack, a timer in place of a
// blocking call. Each is run on the simulated kernel before anyone hears of it, and is told only where it does better.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/units.hpp"
#include "models/result/result.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint {

/// A change that helps: the scenario with this run (`--concurrency`) and these settings (`--set`) completes all its
/// jobs, in this time.
struct Suggestion {
  std::string label;           ///< For people, with the time: "A pool of 500: 2.06 s".
  std::string concurrency;     ///< The model; where the file has several runs of it, what one of them alone is called.
  std::vector<Setting> set;    ///< Those of the run as `run.KEY`; may be empty.
  std::int64_t completed = 0;  ///< Jobs.
  Duration wall{};
};

/// What people wait for suggestions, who did not ask for them.
inline constexpr Duration kPatienceForAdvice = std::chrono::milliseconds(200);

struct AdviceOptions {
  /// What the search may take, in RunResult::work and in jobs that are begun; where the run itself took more, two
  /// thirds of that: a tenth of a second on a fast machine.
  std::uint64_t work = 2'000'000;
  /// What it may take besides, in processor time; where the run itself took longer (RunResult::compute), as long as
  /// that. What was found until then is told. So nobody waits longer on a slow machine.
  std::optional<Duration> real_time;
  /// What other runs of the source gave, modeled: they are not made again.
  std::span<const RunResult> known{};
  std::stop_token stop{};
};

/// At most three, the fastest first. `run` is the label of one of the source's runs, `modeled` what it gave. A
/// suggestion completes all jobs, and does so in less time (by a twentieth at least) or where the run did not. Those
/// that would take more work are left out, and of more than kMostStoppable jobs all that are not known already.
///
/// A suggestion promises what `spawnpoint-run run` gives, so it is compared with what that gives of the run: one that
/// was modeled beside a live run (RunResult::beside_live) is modeled again for that.
std::vector<Suggestion> advise(const ScenarioSource& source, const std::string& run, const RunResult& modeled,
                               const AdviceOptions& options = {});

}  // namespace spawnpoint
