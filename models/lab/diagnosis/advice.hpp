// SPDX-License-Identifier: GPL-3.0-or-later
// What to try instead of a run: other concurrency models, another size of a pool, a timer in place of a blocking call.
// Each is run on the simulated kernel before anyone hears of it, and is told only where it does better.
#pragma once

#include <chrono>
#include <cstdint>
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
  std::string label;           ///< For people, with the time: "A pool of 507: 2.062 s".
  std::string concurrency;     ///< The model; for other settings of the same run, its label.
  std::vector<Setting> set;    ///< Those of the run as `run.KEY`; may be empty.
  std::int64_t completed = 0;  ///< Jobs.
  Duration wall{};
};

struct AdviceOptions {
  Duration time = std::chrono::milliseconds(200);  ///< What the search may take; at least what the run itself took.
  std::stop_token stop;
};

/// At most three, the fastest first. `run` is the label of one of the source's runs, `modeled` what it gave. A
/// suggestion completes all jobs, and does so in less time (by a twentieth at least) or where the run did not. Those
/// that cannot be computed in the time are left out.
std::vector<Suggestion> advise(const ScenarioSource& source, const std::string& run, const RunResult& modeled,
                               const AdviceOptions& options = {});

/// "run.threads=507"
std::string to_text(const Setting& setting);

}  // namespace spawnpoint
