// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/core_words.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "models/lab/diagnosis/explain.hpp"
#include "models/lab/diagnosis/time_words.hpp"
#include "models/machine/limit_table.hpp"
#include "models/machine/profile.hpp"
#include "models/result/format.hpp"

namespace spawnpoint {
namespace {

/// What is less of the jobs' time is not worth a word.
constexpr double kNoticed = 0.02;

/// Of all jobs, added up: what they waited for a core, and what they took from their start on.
struct Waits {
  double for_cores = 0;
  double all = 0;
};

Waits waits_of(const Trace& trace) {
  Waits waits;
  const SegmentTable& segments = trace.segments;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const JobState state = segments.states()[i];
    if (state == JobState::queued) continue;
    const double length = to_seconds(segments.ends()[i] - segments.begins()[i]);
    waits.all += length;
    if (state == JobState::ready) waits.for_cores += length;
  }
  return waits;
}

/// "6 threads could run at once, on 2 cores: …"
void tell_oversubscription(Diagnosis& diagnosis, const Scenario& scenario, const RunResult& result) {
  const Waits waits = waits_of(*result.trace);
  if (waits.all <= 0 || waits.for_cores < kNoticed * waits.all) return;
  const auto most = static_cast<std::int64_t>((*result.trace)[SeriesKind::runnable].maximum());
  const std::int64_t cores = usable_cpus(scenario.machine);
  std::string text = most > cores ? fmt::format("Up to {} could run at once, on {}: ", format_count(most, "thread"),
                                                format_count(cores, "core"))
                                  : std::string();
  text +=
      fmt::format("{} jobs waited {} in all for a core, {} of the time from their starts to their ends.",
                  text.empty() ? "The" : "the", format_seconds(waits.for_cores), percent(waits.for_cores / waits.all));
  add(diagnosis, text);
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
  if (result.trace) tell_oversubscription(diagnosis, scenario, result);
  if (result.cores) tell_throttling(diagnosis, scenario, *result.cores, result.wall);
}

}  // namespace spawnpoint
