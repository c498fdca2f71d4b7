// SPDX-License-Identifier: GPL-3.0-or-later
// What a Trace holds after a Recorder recorded a run.
#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include "core/trace/recorder.hpp"
#include "core/trace/trace.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

Instant at(Duration d) {
  return Instant{d};
}

}  // namespace

TEST_CASE("a job's states become segments, and its first active state is its start line") {
  Trace trace;
  TraceRecorder recorder(trace, 2);
  recorder.enter(0, JobState::queued, kNoLane, at(0ms));
  recorder.enter(0, JobState::starting, 1, at(1ms));
  recorder.enter(1, JobState::running, 0, at(2ms));
  recorder.enter(0, JobState::running, 1, at(3ms));
  recorder.enter(0, JobState::waiting, 1, at(4ms));
  recorder.enter(1, JobState::done, 0, at(5ms));
  recorder.enter(0, JobState::done, 1, at(9ms));
  recorder.finish(at(10ms));

  const SegmentTable& segments = trace.segments;
  REQUIRE(segments.size() == 5);
  CHECK(segments[0] == Segment{kNoLane, 0, JobState::queued, at(0ms), at(1ms)});
  CHECK(segments[1] == Segment{1, 0, JobState::starting, at(1ms), at(3ms)});
  CHECK(segments[2] == Segment{1, 0, JobState::running, at(3ms), at(4ms)});
  CHECK(segments[3] == Segment{0, 1, JobState::running, at(2ms), at(5ms)});
  CHECK(segments[4] == Segment{1, 0, JobState::waiting, at(4ms), at(9ms)});
  CHECK(trace.lanes == 2);
  CHECK(trace.end == at(10ms));
  CHECK_FALSE(trace.growing);
  CHECK(trace.jobs.started[0] == at(3ms));
  CHECK(trace.jobs.ended[0] == at(9ms));

  const auto log = job_log(trace);
  REQUIRE(log.size() == 4);
  CHECK((log[0].job == 1 && !log[0].is_end));
  CHECK((log[1].job == 0 && !log[1].is_end));
  CHECK((log[2].job == 1 && log[2].is_end));
  CHECK((log[3].job == 0 && log[3].is_end));
}

TEST_CASE("jobs that are known to come later do not make the record longer") {
  Trace trace;
  TraceRecorder recorder(trace, 3);
  for (JobId job = 0; job < 3; ++job) recorder.enter(job, JobState::queued, kNoLane, at(job * 5ms));
  recorder.enter(0, JobState::running, 0, at(1ms));
  CHECK(trace.end == at(1ms));
  recorder.finish(at(6ms));
  CHECK(trace.end == at(6ms));
  REQUIRE(trace.segments.size() == 3);
  CHECK(trace.segments[2] == Segment{kNoLane, 1, JobState::queued, at(5ms), at(6ms)});
}

TEST_CASE("a series capped by another is the smaller one at each moment") {
  const auto series = [](std::initializer_list<std::pair<Duration, double>> steps) {
    Series made;
    for (const auto& [time, value] : steps) made.append(at(time), value);
    return made;
  };
  const Series looked_at = series({{1ms, 3}, {4ms, 40}, {9ms, 2}});
  CHECK(looked_at.capped_by(series({{0ms, 1}, {2ms, 50}, {5ms, 7}, {6ms, 0}})) ==
        series({{1ms, 1}, {2ms, 3}, {4ms, 40}, {5ms, 7}, {6ms, 0}}));
  CHECK(looked_at.capped_by({}) == looked_at);
  CHECK(Series{}.capped_by(looked_at).empty());
}

TEST_CASE("a state that lasts no time leaves no row, but its line is kept") {
  Trace trace;
  TraceRecorder recorder(trace, 1);
  recorder.enter(0, JobState::queued, kNoLane, at(1ms));
  recorder.enter(0, JobState::running, 0, at(1ms));
  recorder.enter(0, JobState::done, 0, at(1ms));
  recorder.finish(at(1ms));
  CHECK(trace.segments.empty());
  CHECK(job_log(trace).size() == 2);
}

TEST_CASE("a job that failed before it ran has neither a start nor an end line") {
  Trace trace;
  TraceRecorder recorder(trace, 1);
  recorder.enter(0, JobState::starting, 1, at(1ms));
  recorder.enter(0, JobState::failed, 1, at(2ms));
  recorder.finish(at(3ms));
  CHECK(trace.segments.size() == 1);
  CHECK(trace.jobs.started[0] == kNever);
  CHECK(trace.jobs.ended[0] == kNever);
  CHECK(trace.jobs.state[0] == JobState::failed);
  CHECK(job_log(trace).empty());
}

TEST_CASE("the end of the run closes what is open, and jobs keep their last state") {
  Trace trace;
  TraceRecorder recorder(trace, 3);
  recorder.enter(1, JobState::blocked, 4, at(1ms));
  CHECK(trace.growing);
  recorder.finish(at(7ms));
  REQUIRE(trace.segments.size() == 1);
  CHECK(trace.segments[0] == Segment{4, 1, JobState::blocked, at(1ms), at(7ms)});
  CHECK(trace.jobs.state[1] == JobState::blocked);
  CHECK(trace.jobs.since[1] == at(1ms));
  CHECK(trace.jobs.state[0] == JobState::none);
  CHECK(trace.lanes == 5);
}

TEST_CASE("a series is a step function without repeats") {
  Series series;
  CHECK(series.at(at(1ms)) == 0.0);
  CHECK(series.maximum() == 0.0);
  series.append(at(1ms), 5);
  series.append(at(2ms), 5);
  series.append(at(3ms), 7);
  series.append(at(3ms), 9);
  CHECK(series.time.size() == 2);
  CHECK(series.at(at(0ms)) == 0.0);
  CHECK(series.at(at(1ms)) == 5.0);
  CHECK(series.at(at(2ms)) == 5.0);
  CHECK(series.at(at(3ms)) == 9.0);
  CHECK(series.maximum() == 9.0);
  series.append(at(3ms), 5);
  CHECK(series.time.size() == 1);
}

TEST_CASE("names of states, series and marks read back") {
  for (std::size_t i = 0; i < kJobStates; ++i) {
    CHECK(parse_job_state(to_string(static_cast<JobState>(i))) == static_cast<JobState>(i));
  }
  for (std::size_t i = 0; i < kSeriesKinds; ++i) {
    CHECK(parse_series_kind(to_string(static_cast<SeriesKind>(i))) == static_cast<SeriesKind>(i));
  }
  for (std::size_t i = 0; i < kMarkKinds; ++i) {
    CHECK(parse_mark_kind(to_string(static_cast<MarkKind>(i))) == static_cast<MarkKind>(i));
  }
  CHECK_FALSE(parse_job_state("asleep"));
}

TEST_CASE("the segments of a job cover its life without gap or overlap, whatever happens to it") {
  REQUIRE(rc::check([] {
    Trace trace;
    TraceRecorder recorder(trace, 4);
    std::map<JobId, Duration> expected;
    std::map<JobId, std::pair<JobState, Duration>> now;
    Duration clock{};
    const auto steps = *rc::gen::container<std::vector<std::tuple<unsigned, unsigned, unsigned>>>(
        rc::gen::tuple(rc::gen::inRange(0U, 4U), rc::gen::inRange(1U, 8U), rc::gen::inRange(0U, 5U)));
    for (const auto& [job, state, step] : steps) {
      clock += Duration(step);
      if (now.contains(job) && is_open(now[job].first)) expected[job] += clock - now[job].second;
      now[job] = {static_cast<JobState>(state), clock};
      recorder.enter(job, static_cast<JobState>(state), 0, at(clock));
    }
    clock += 3ns;
    recorder.finish(at(clock));
    for (const auto& [job, entry] : now) {
      if (is_open(entry.first)) expected[job] += clock - entry.second;
    }
    std::map<JobId, Duration> covered;
    std::map<JobId, Instant> last_end;
    for (std::size_t i = 0; i < trace.segments.size(); ++i) {
      const Segment segment = trace.segments[i];
      RC_ASSERT(segment.begin < segment.end);
      RC_ASSERT(is_open(segment.state));
      if (last_end.contains(segment.job)) RC_ASSERT(last_end[segment.job] <= segment.begin);
      last_end[segment.job] = segment.end;
      covered[segment.job] += segment.end - segment.begin;
    }
    for (const auto& [job, duration] : expected) RC_ASSERT(covered[job] == duration);
    const auto log = job_log(trace);
    RC_ASSERT(std::is_sorted(log.begin(), log.end(), [](const auto& a, const auto& b) { return a.at < b.at; }));
  }));
}
