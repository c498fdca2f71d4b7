// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/record_moments.hpp"

#include <algorithm>

namespace spawnpoint {

std::optional<Following> first_that_waited(const Trace& trace) {
  const JobTable& jobs = trace.jobs;
  Following found;
  for (JobId job = 0; job < jobs.size(); ++job) {
    if (jobs.started[job] == kNever || jobs.ended[job] == kNever) continue;
    if (found.first == kNoJob || jobs.ended[job] < jobs.ended[found.first]) found.first = job;
  }
  if (found.first == kNoJob) return std::nullopt;
  for (JobId job = 0; job < jobs.size(); ++job) {
    if (jobs.started[job] == kNever || jobs.started[job] < jobs.ended[found.first]) continue;
    if (found.next == kNoJob || jobs.started[job] < jobs.started[found.next]) found.next = job;
  }
  if (found.next == kNoJob) return std::nullopt;
  // One that came after the other's end has not waited for it.
  Instant came = jobs.started[found.next];
  for (std::size_t i = 0; i < trace.segments.size(); ++i)
    if (trace.segments.jobs()[i] == found.next) came = std::min(came, trace.segments.begins()[i]);
  return came < jobs.ended[found.first] ? std::optional(found) : std::nullopt;
}

std::optional<Following> first_that_got_the_thread(const Trace& trace) {
  const JobTable& jobs = trace.jobs;
  const SegmentTable& segments = trace.segments;
  const auto holds = [&](std::size_t i) {
    return segments.states()[i] == JobState::running || segments.states()[i] == JobState::blocked;
  };
  Instant first_given = kNever;
  for (std::size_t i = 0; i < segments.size(); ++i)
    if (holds(i)) first_given = std::min(first_given, segments.ends()[i]);
  Following found;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const JobId job = segments.jobs()[i];
    if (segments.states()[i] != JobState::queued || segments.begins()[i] >= first_given) continue;
    if (jobs.started[job] == kNever || jobs.started[job] < first_given) continue;
    if (found.next == kNoJob || jobs.started[job] < jobs.started[found.next]) found.next = job;
  }
  if (found.next == kNoJob) return std::nullopt;
  // Others may have had it in between.
  Instant given{};
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!holds(i) || segments.ends()[i] > jobs.started[found.next] || segments.ends()[i] < given) continue;
    given = segments.ends()[i];
    found.first = segments.jobs()[i];
  }
  return found;
}

std::optional<Instant> peak_of(const Trace& trace, SeriesKind kind) {
  const Series& series = trace.series[static_cast<std::size_t>(kind)];
  const auto highest = std::ranges::max_element(series.value);
  if (highest == series.value.end()) return std::nullopt;
  return series.time[static_cast<std::size_t>(highest - series.value.begin())];
}

std::optional<LastJobs> last_jobs(const RunResult& result) {
  if (result.trace == nullptr || result.trace->jobs.size() == 0) return std::nullopt;
  LastJobs last;
  for (const Instant at : result.trace->jobs.started)
    if (at != kNever) last.started = std::max(last.started, at);
  for (const Instant at : result.trace->jobs.ended)
    if (at != kNever) last.ended = std::max(last.ended, at);
  return last;
}

}  // namespace spawnpoint
