// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/core_words.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "models/lab/diagnosis/explain.hpp"
#include "models/machine/limit_table.hpp"
#include "models/machine/profile.hpp"
#include "models/result/format.hpp"

namespace spawnpoint {
namespace {

/// So many that wait on average are worth a word.
constexpr double kNoticed = 0.05;

/// How long threads waited because there were too few cores, and not because a quota kept those from them. That is not
/// counted apart, so it is what is left by both: a core that is kept from threads has its share of those that could
/// run, and only while cores are free for threads those wait that are more than the cores.
Duration waited_for_cores(const CoreUse& use, double cores, Duration wall) {
  if (use.throttled == Duration::zero() || wall <= Duration::zero()) return use.waited;
  const double throttled = to_seconds(use.throttled);
  const double runnable = to_seconds(use.busy + use.waited) / to_seconds(wall);
  const double by_share = to_seconds(use.waited) - std::max(runnable / cores, 1.0) * throttled;
  const double by_number = (runnable - cores) * (to_seconds(wall) - throttled / cores);
  return Duration(std::llround(1e9 * std::max(std::min(by_share, by_number), 0.0)));
}

/// "Up to 6 threads could run at once, on 2 cores: …"
void tell_oversubscription(Diagnosis& diagnosis, const Scenario& scenario, const CoreUse& use, Duration wall) {
  const std::int64_t cores = usable_cpus(scenario.machine);
  const Duration time = waited_for_cores(use, static_cast<double>(cores), wall);
  const double waiting = wall > Duration::zero() ? to_seconds(time) / to_seconds(wall) : 0;
  if (waiting < kNoticed) return;
  const std::string waited = fmt::format("waited for a core, {:.1f} of them on average, {}{} in all{}.", waiting,
                                         time < use.waited ? "about " : "", format_duration(time),
                                         time < use.waited ? ", besides what they waited for the quota" : "");
  add(diagnosis, use.most_runnable > cores
                     ? fmt::format("Up to {} could run at once, on {}: threads {}",
                                   format_count(use.most_runnable, "thread"), format_count(cores, "core"), waited)
                     : "Threads that could run " + waited);
}

void tell_throttling(Diagnosis& diagnosis, const Scenario& scenario, const CoreUse& cores, Duration wall) {
  if (cores.throttled_periods == 0 || !scenario.machine.limits.cpu_max) return;
  // A run may begin in the middle of a period.
  const std::int64_t periods =
      std::max<std::int64_t>((wall + kQuotaPeriod - Duration(1)) / kQuotaPeriod, cores.throttled_periods);
  add(diagnosis,
      fmt::format("The quota of {} of one core's time was used up in {} of {}: until the next one begins, no thread "
                  "runs. Cores stood still for it for {}, added up.",
                  fmt::format("{}%", percent_of_core(*scenario.machine.limits.cpu_max)),
                  format_count(cores.throttled_periods), format_count(periods, "period") + " of 100 ms",
                  format_duration(cores.throttled)));
}

}  // namespace

void tell_core_use(Diagnosis& diagnosis, const Scenario& scenario, const RunResult& result) {
  if (!result.cores) return;
  tell_oversubscription(diagnosis, scenario, *result.cores, result.wall);
  tell_throttling(diagnosis, scenario, *result.cores, result.wall);
}

}  // namespace spawnpoint
