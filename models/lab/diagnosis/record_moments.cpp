// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/record_moments.hpp"

#include <algorithm>
#include <vector>

namespace spawnpoint {
namespace {

/// Whether a task in this state keeps its executor's thread from others.
bool holds_thread(JobState state) {
  return state == JobState::running || state == JobState::blocked;
}

}  // namespace

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

std::optional<Instant> last_start_begun(const Trace& trace) {
  const SegmentTable& segments = trace.segments;
  // A thread that had to wait for a core goes on starting then.
  std::vector<Instant> begun(trace.jobs.size(), kNever);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments.states()[i] != JobState::starting) continue;
    Instant& first = begun[segments.jobs()[i]];
    first = std::min(first, segments.begins()[i]);
  }
  std::optional<Instant> last;
  for (const Instant at : begun)
    if (at != kNever && (!last || at > *last)) last = at;
  return last;
}

std::optional<Instant> end_of_longest_hold(const Trace& trace, JobId job) {
  const SegmentTable& segments = trace.segments;
  std::optional<Instant> end;
  Instant begin{}, until{};
  Duration longest{};
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments.jobs()[i] != job || !holds_thread(segments.states()[i])) continue;
    // Steps that follow each other are one.
    if (segments.begins()[i] != until) begin = segments.begins()[i];
    until = segments.ends()[i];
    if (until - begin <= longest) continue;
    longest = until - begin;
    end = until;
  }
  return end;
}

std::optional<Following> first_that_got_the_thread(const Trace& trace) {
  const JobTable& jobs = trace.jobs;
  const SegmentTable& segments = trace.segments;
  const auto holds = [&](std::size_t i) { return holds_thread(segments.states()[i]); };
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
