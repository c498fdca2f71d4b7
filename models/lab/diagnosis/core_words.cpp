// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/core_words.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "models/lab/diagnosis/explain.hpp"
#include "models/machine/limit_table.hpp"
#include "models/machine/profile.hpp"
#include "models/result/format.hpp"
#include "models/world/real_time.hpp"

namespace spawnpoint {
namespace {

/// So many that wait on average are worth a word.
constexpr double kNoticed = 0.05;

Duration time_ready(const Trace& trace) {
  Duration sum{};
  const SegmentTable& segments = trace.segments;
  for (std::size_t i = 0; i < segments.size(); ++i)
    if (segments.states()[i] == JobState::ready) sum += segments.ends()[i] - segments.begins()[i];
  return sum;
}

/// "Up to 6 threads could run at once, on 2 cores: …"
void tell_oversubscription(Diagnosis& diagnosis, const Scenario& scenario, const CoreUse& use, Duration wall) {
  const double waiting = wall > Duration::zero() ? to_seconds(use.waited) / to_seconds(wall) : 0;
  if (waiting < kNoticed) return;
  const std::string waited =
      fmt::format("waited for a core, {:.1f} of them on average, {} in all.", waiting, format_duration(use.waited));
  const std::int64_t cores = usable_cpus(scenario.machine);
  add(diagnosis, use.most_runnable > cores
                     ? fmt::format("Up to {} could run at once, on {}: threads {}",
                                   format_count(use.most_runnable, "thread"), format_count(cores, "core"), waited)
                     : "Threads that could run " + waited);
}

void tell_throttling(Diagnosis& diagnosis, const Scenario& scenario, const CoreUse& cores, Duration wall) {
  if (cores.throttled_periods == 0 || !scenario.machine.limits.cpu_max) return;
  const std::int64_t periods = std::max<std::int64_t>((wall + kQuotaPeriod - Duration(1)) / kQuotaPeriod, 1);
  add(diagnosis,
      fmt::format("The quota of {} of one core's time was used up in {} of {}: until the next one begins, no thread "
                  "runs. Cores stood still for it for {}, added up.",
                  fmt::format("{}%", percent_of_core(*scenario.machine.limits.cpu_max)),
                  format_count(std::min(cores.throttled_periods, periods)),
                  format_count(periods, "period") + " of 100 ms", format_duration(cores.throttled)));
}

}  // namespace

void tell_core_use(Diagnosis& diagnosis, const Scenario& scenario, const RunResult& result) {
  if (!result.cores) return;
  tell_oversubscription(diagnosis, scenario, *result.cores, result.wall);
  tell_throttling(diagnosis, scenario, *result.cores, result.wall);
}

void tell_waits(Diagnosis& diagnosis, const RunResult& modeled, const RunResult& live) {
  const auto tells_all = [](const RunResult& result) {
    return result.trace && !result.trace->turns.empty() && result.trace->turns_end >= result.trace->end &&
           result.wall > Duration::zero();
  };
  if (!tells_all(modeled) || !tells_all(live)) return;
  // In leaps it is not told who waits.
  const auto& lanes = modeled.trace->turns.lanes();
  if (std::ranges::find(lanes, kNoLane) != lanes.end()) return;
  const Duration expected = time_ready(*modeled.trace);
  const Duration measured = time_ready(*live.trace);
  if (std::max(to_seconds(expected) / to_seconds(modeled.wall), to_seconds(measured) / to_seconds(live.wall)) <
      kNoticed)
    return;
  add(diagnosis, fmt::format("The jobs waited for cores, added up: {} in the model, {} live, where waits of less than "
                             "{} are not seen.",
                             format_duration(expected), format_duration(measured), format_duration(kAway)));
}

}  // namespace spawnpoint
