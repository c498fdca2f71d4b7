// SPDX-License-Identifier: GPL-3.0-or-later
// The diagnosis of a run in words: where it broke and why, or what took the time. What to try instead is
// advice.hpp's.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/lab/diagnosis/mechanisms.hpp"
#include "models/result/result.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// Something in the record that shows what the diagnosis says.
struct Evidence {
  std::string text;  ///< "job 2 starts only when job 1 gives the thread back"
  WorldKind world = WorldKind::modeled;
  Instant at{};
  JobId job = kNoJob;  ///< Whose row shows it; none: all rows.
};

struct Diagnosis {
  bool broke = false;
  std::string headline;                  ///< One sentence: "Thread 508 was refused: the cgroup's pids.max is 512."
  std::vector<std::string> details;      ///< Short paragraphs: the mechanism, model against live, what binds next.
  std::optional<Instant> where;          ///< The moment to go to,
  WorldKind world = WorldKind::modeled;  ///< in this world: the one that the headline is about.
  std::vector<Evidence> evidence;        ///< In the order in which to look at it.
  std::optional<Mechanism> mechanism;    ///< Why it goes like that, where that is known.
};

/// `live` or `modeled` may be null, not both.
Diagnosis diagnose(const Scenario& scenario, std::size_t run, const RunResult* modeled, const RunResult* live,
                   std::span<const Limit> limits = limit_table());

/// Adds what only the records of the runs show. Apart, as a diagnosis does not depend on whether a run was recorded.
void tell_records(Diagnosis& diagnosis, const Scenario& scenario, std::size_t run, const RunResult* modeled,
                  const RunResult* live);

}  // namespace spawnpoint
