// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/time_words.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "models/lab/diagnosis/explain.hpp"
#include "models/machine/limit_table.hpp"
#include "models/result/format.hpp"

namespace spawnpoint {
namespace {

/// What kept the cores busy besides what the jobs compute, where that is worth a word.
std::string overhead_words(const Load& load, double capacity_time) {
  constexpr double kNoticed = 0.1;
  const double besides = load.cores - load.computing;
  if (besides < kNoticed) return {};
  return fmt::format(" Starting, waking and switching threads took {}{}, {} of it.",
                     format_seconds(besides * capacity_time), load.demand.computing > 0 ? " more" : "",
                     percent(besides));
}

}  // namespace

Duration job_duration(const Scenario& scenario) {
  Duration sum{};
  for (const Step& step : scenario.jobs.steps) sum += step.duration.mean();
  return sum;
}

std::string format_seconds(double seconds) {
  return format_duration(Duration(std::llround(std::min(seconds * 1e9, 9e18))));
}

std::string percent(double part) {
  const double value = std::clamp(part, 0.0, 1.0) * 100;
  if (value > 0 && value < 1) return "less than 1%";
  return value > 99 && value < 100 ? "more than 99%" : fmt::format("{:.0f}%", value);
}

void tell_arrivals(Diagnosis& diagnosis, const Load& load, const RunResult& result, std::string_view servers) {
  if (result.jobs == 1)
    return add(diagnosis, fmt::format("The arrival takes the time: the job came at {}, and was done {} later.",
                                      format_duration(load.demand.last_arrival),
                                      format_duration(result.wall - load.demand.last_arrival)));
  std::string text =
      load.demand.arrivals_drawn
          ? fmt::format("The arrivals take the time: the last job came at {}, and {} later all were done.",
                        format_duration(load.demand.last_arrival),
                        format_duration(result.wall - load.demand.last_arrival))
          : fmt::format("The arrivals take the time: the jobs come over about {}.",
                        format_duration(load.demand.last_arrival));
  if (!servers.empty())
    text += fmt::format(" The jobs kept {} busy for {} of the time.", servers, percent(load.servers));
  add(diagnosis, text);
}

void tell_what_had_come(Diagnosis& diagnosis, const Load& load, const RunResult& result) {
  constexpr double kNoticed = 0.1;
  if (!load.demand.arrivals_drawn || to_seconds(load.demand.last_arrival) < kNoticed * to_seconds(result.wall)) return;
  add(diagnosis,
      fmt::format("The last job came at {}; what had come by then took {} more.",
                  format_duration(load.demand.last_arrival), format_duration(result.wall - load.demand.last_arrival)));
}

std::string capacity_name(const Machine& machine, const Load& load) {
  return load.by_quota ? "quota" : format_count(usable_cpus(machine), "core");
}

std::string format_demand(const Load& load, double seconds) {
  return (load.demand.steps_drawn ? "" : "about ") + format_seconds(seconds);
}

void tell_cores(Diagnosis& diagnosis, const Scenario& scenario, const Load& load, const RunResult& result,
                std::string_view more) {
  // Beginnings and ends, at which not all cores have work, are what else there is.
  constexpr double kAllOfIt = 0.97;
  const Machine& machine = scenario.machine;
  const bool one = result.jobs == 1;
  const std::string computing =
      load.demand.computing > 0 ? format_demand(load, load.demand.computing) + (one ? "" : " in all") : "nothing";
  const std::string_view jobs = one ? "the job computes" : "the jobs compute";
  const std::optional<double> quota = load.by_quota ? quota_of(machine, Policy::other) : std::nullopt;
  const double capacity_time = quota.value_or(static_cast<double>(usable_cpus(machine))) * to_seconds(result.wall);
  std::string text;
  if (load.by_quota) {
    text = fmt::format("The quota takes the time: {} {}, and {} {}% of one core's time.", jobs, computing,
                       one ? "has" : "have", percent_of_core(*machine.limits.cpu_max));
  } else {
    text = fmt::format(
        "The cores take the time: {} {}, and {} busy with that for {} of the time.", jobs, computing,
        usable_cpus(machine) == 1 ? "the only core was" : fmt::format("the {} were", capacity_name(machine, load)),
        percent(load.computing));
  }
  text += overhead_words(load, capacity_time);
  if (result.real_cores && !load.by_quota && load.waiting >= kTakesTheTime && load.cores < kTakesTheTime)
    text += fmt::format(" Other programs had them, too: of the time for which jobs had a thread, they waited for {}.",
                        percent(load.waiting));
  const double least = std::max(least_time(machine, quota, load.demand.computing), load.demand.longest.value_or(0));
  if (!more.empty() && least_time(machine, quota, load.cores * capacity_time) >= kAllOfIt * to_seconds(result.wall)) {
    text += fmt::format(" More {} would not make it faster.", more);
  } else if (!more.empty() && load.demand.steps_drawn && least >= kTakesTheTime * to_seconds(result.wall)) {
    text += fmt::format(" However many {} there are, it cannot take less than {}.", more, format_seconds(least));
  }
  add(diagnosis, text);
}

void tell_longest_job(Diagnosis& diagnosis, const Scenario& scenario, const Load& load, const RunResult& result) {
  const Demand& demand = load.demand;
  if (load.bottleneck != Bottleneck::jobs || !demand.longest || result.jobs < 2 || has_equal_jobs(scenario)) return;
  const double comes = to_seconds(demand.longest_comes);
  const double own = *demand.longest - comes;
  const std::string job = format_job(demand.longest_job);
  if (load.by_longest) {
    add(diagnosis,
        fmt::format(
            "The time is that of {}: {} {} by itself.", job,
            comes > 0 ? fmt::format("it came at {}, and takes", format_duration(demand.longest_comes)) : "it takes",
            format_seconds(own)));
  } else if (own >= kTakesTheTime * to_seconds(result.wall)) {
    add(diagnosis,
        fmt::format("Of the {}, {} alone takes {}.", format_duration(result.wall), job, format_seconds(own)));
  }
}

void tell_last_arrival(Diagnosis& diagnosis, const Load& load, const RunResult& result) {
  if (load.bottleneck != Bottleneck::jobs || load.by_longest || !load.demand.arrivals_drawn) return;
  if (to_seconds(load.demand.last_arrival) < kTakesTheTime * to_seconds(result.wall)) return;
  add(diagnosis,
      fmt::format("The last job came at {}, and {} later all were done.", format_duration(load.demand.last_arrival),
                  format_duration(result.wall - load.demand.last_arrival)));
}

void tell_last_job(Diagnosis& diagnosis, const RunResult& result) {
  if (result.trace == nullptr) return;
  const JobTable& jobs = result.trace->jobs;
  JobId last = kNoJob;
  for (JobId job = 0; job < jobs.size(); ++job) {
    if (jobs.started[job] == kNever || jobs.ended[job] == kNever) continue;
    if (last == kNoJob || jobs.ended[job] > jobs.ended[last]) last = job;
  }
  if (last == kNoJob || result.completed < 2) return;
  const Duration own = jobs.ended[last] - jobs.started[last];
  if (to_seconds(own) < kTakesTheTime * to_seconds(result.wall)) return;
  add(diagnosis, fmt::format("The last one to end was {}: from its start to its end it took {} of the {}.",
                             format_job(last), format_duration(own), format_duration(result.wall)));
}

void show_first(Diagnosis& diagnosis, const RunResult& result, const std::optional<Following>& found,
                std::string_view until) {
  if (found)
    show(diagnosis, result, result.trace->jobs.started[found->next], found->next,
         fmt::format(fmt::runtime(until), format_job(found->next), format_job(found->first)));
}

}  // namespace spawnpoint
