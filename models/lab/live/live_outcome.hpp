// SPDX-License-Identifier: GPL-3.0-or-later
// How a live run ended: from the worker's wait status, its counters and its last record to a failure point, or to the
// verdict that the run could not be made. Pure: what was seen goes in, the judgement comes out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/trace/shared_failure.hpp"
#include "models/lab/limits/limits.hpp"
#include "models/lab/live/live_limits.hpp"
#include "models/result/result.hpp"

namespace spawnpoint {

/// What was seen of the worker's end.
struct LiveEnd {
  int status = 0;                        ///< As waitpid() gives it.
  bool finished = false;                 ///< The run came to its own end.
  bool stopped = false;                  ///< The user stopped it.
  bool over_memory = false;              ///< The parent killed it at the cap on memory.
  bool out_of_memory = false;            ///< The kernel killed in the run's memory cgroup.
  bool machine_out_of_memory = false;    ///< The kernel killed somewhere while it ran.
  bool aborted = false;                  ///< It said that it aborts.
  std::optional<SharedFailure> failure;  ///< The worker's own record.
  std::int64_t created = 0;
  JobId starting = kNoJob;
  LaneId touching = 0;          ///< The thread that was using its stack; 0: none was.
  JobId touching_job = kNoJob;  ///< That it was started for.
  Instant at{};
  std::string last_words;  ///< On standard error.
};

/// What was imposed for real on the run.
struct LiveLimitsInForce {
  std::optional<WantedLimit> threads;
  std::optional<WantedLimit> memory;
  std::optional<WantedLimit> maps;
  std::optional<WantedLimit> address_space;
  std::optional<WantedLimit> data;
  std::optional<WantedLimit> stack;  ///< Of a thread, where the run's threads use more of it than there is.
};

struct LiveOutcome {
  std::optional<FailurePoint> failure;
  MarkKind mark = MarkKind::failure;
  std::string error;  ///< The run could not be made.
};

/// `host` is this machine's own ladder, for what none of the imposed limits explains.
LiveOutcome judge(const LiveEnd& end, const LiveLimitsInForce& limits, const LimitLadder& host);

}  // namespace spawnpoint
