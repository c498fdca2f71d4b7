// SPDX-License-Identifier: GPL-3.0-or-later
// The level-of-detail index against counting by hand: exact shares, nothing dropped, and nothing shown that is not
// there, however the record looks and wherever it is looked at.
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

#include "core/trace/recorder.hpp"
#include "core/trace/trace_index.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

Instant at(std::int64_t ns) {
  return Instant{Duration{ns}};
}

/// All segments, those that are still open too.
std::vector<Segment> all_segments(const Trace& trace) {
  std::vector<Segment> all;
  for (std::size_t i = 0; i < trace.segments.size(); ++i) all.push_back(trace.segments[i]);
  for (JobId job = 0; trace.growing && job < trace.jobs.size(); ++job) {
    const JobTable& jobs = trace.jobs;
    if (takes_time(jobs.state[job]) && jobs.since[job] < trace.end)
      all.push_back({jobs.lane[job], job, jobs.state[job], jobs.since[job], trace.end});
  }
  return all;
}

/// What the grid should hold, segment by segment. `occurs` says whether a state has any part in a cell.
struct ByHand {
  std::vector<double> share;
  std::vector<bool> occurs;

  ByHand(const TraceIndex& index, const CellQuery& query)
      : share(query.bands() * kStackedStates * query.columns), occurs(share.size()) {
    std::vector<double> of_rows(query.rows * kStackedStates * query.columns);
    const std::int64_t origin = query.range.begin.time_since_epoch().count();
    const std::int64_t width = query.range.length().count() / static_cast<std::int64_t>(query.columns);
    for (const Segment& s : all_segments(index.trace())) {
      const std::size_t place = stacking_place(s.state);
      const std::size_t row = index.row_of(s);
      if (place == kStackedStates || row < query.first_row || row >= query.first_row + query.rows) continue;
      const std::size_t band = (row - query.first_row) / query.rows_per_band;
      for (std::size_t column = 0; column < query.columns; ++column) {
        const std::int64_t left = origin + width * static_cast<std::int64_t>(column);
        const std::int64_t begin = std::max<std::int64_t>(left, s.begin.time_since_epoch().count());
        const std::int64_t end = std::min<std::int64_t>(left + width, s.end.time_since_epoch().count());
        if (begin >= end) continue;
        const std::size_t cell = (band * kStackedStates + place) * query.columns + column;
        of_rows[((row - query.first_row) * kStackedStates + place) * query.columns + column] +=
            static_cast<double>(end - begin) / static_cast<double>(width);
        occurs[cell] = true;
      }
    }
    // A row has no more than all of itself: what runs comes first.
    for (std::size_t row = 0; row < query.rows; ++row) {
      const std::size_t band = row / query.rows_per_band;
      const auto rows = static_cast<double>(std::min({query.rows_per_band, query.rows - band * query.rows_per_band,
                                                      index.rows() - query.first_row - band * query.rows_per_band}));
      for (std::size_t column = 0; column < query.columns; ++column) {
        double room = 1;
        for (std::size_t place = 0; place < kStackedStates; ++place) {
          const double cell = std::min(of_rows[(row * kStackedStates + place) * query.columns + column], room);
          share[(band * kStackedStates + place) * query.columns + column] += cell / rows;
          room -= cell;
        }
      }
    }
  }
};

/// How many cells differ.
std::size_t differences(const TraceIndex& index, const CellQuery& query) {
  const ByHand wanted(index, query);
  const CellGrid grid = index.cells(query);
  if (grid.share.size() != wanted.share.size()) return SIZE_MAX;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < grid.share.size(); ++i) {
    const bool same = std::abs(static_cast<double>(grid.share[i]) - wanted.share[i]) < 2e-5;
    wrong += same && (grid.share[i] > 0) == wanted.occurs[i] ? 0 : 1;
  }
  return wrong;
}

/// Columns of a power of two of nanoseconds have edges that are exact in floating point too.
CellQuery query_of(std::size_t first_row, std::size_t rows, std::size_t per_band, std::int64_t begin, int power,
                   std::size_t columns) {
  const std::int64_t length = (std::int64_t{1} << power) * static_cast<std::int64_t>(columns);
  return {first_row, rows, per_band, {at(begin), at(begin + length)}, columns};
}

struct Shape {
  LaneId lanes = 1;
  JobId jobs = 1;
  std::int64_t end = 1000;
  std::int64_t longest = 100;
  std::size_t segments = 100;
  bool in_order = true;
  bool growing = false;
};

std::shared_ptr<const Trace> random_trace(const Shape& shape, std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  auto trace = std::make_shared<Trace>();
  trace->lanes = shape.lanes;
  trace->jobs.resize(shape.jobs);
  trace->end = at(shape.end);
  trace->growing = shape.growing;
  constexpr JobState kStates[] = {JobState::queued,  JobState::starting, JobState::running,
                                  JobState::waiting, JobState::blocked,  JobState::done};
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < shape.segments; ++i) {
    const std::int64_t begin = below(shape.end - 1);
    const std::int64_t end = std::min(shape.end, begin + 1 + below(shape.longest));
    const LaneId lane = below(20) == 0 ? kNoLane : static_cast<LaneId>(below(shape.lanes));
    segments.push_back({lane, static_cast<JobId>(below(shape.jobs)), kStates[below(6)], at(begin), at(end)});
  }
  if (shape.in_order) {
    std::stable_sort(segments.begin(), segments.end(),
                     [](const Segment& a, const Segment& b) { return a.end < b.end; });
  }
  for (const Segment& s : segments) trace->segments.append(s);
  for (JobId job = 0; job < shape.jobs; ++job) {
    trace->jobs.state[job] = kStates[below(6)];
    trace->jobs.lane[job] = static_cast<LaneId>(below(shape.lanes));
    trace->jobs.since[job] = at(below(shape.end));
  }
  return trace;
}

constexpr TraceRows kBothRows[] = {TraceRows::threads, TraceRows::jobs};

}  // namespace

TEST_CASE("each cell holds exactly what its segments take of it, in any record and view") {
  REQUIRE(rc::check([] {
    Shape shape;
    shape.lanes = *rc::gen::inRange<LaneId>(1, 9);
    shape.jobs = *rc::gen::inRange<JobId>(1, 40);
    shape.end = *rc::gen::inRange<std::int64_t>(10, 100'000);
    shape.longest = *rc::gen::inRange<std::int64_t>(1, shape.end);
    shape.segments = *rc::gen::inRange<std::size_t>(0, 300);
    shape.in_order = *rc::gen::arbitrary<bool>();
    shape.growing = *rc::gen::arbitrary<bool>();
    const auto trace = random_trace(shape, *rc::gen::arbitrary<std::uint32_t>());
    const TraceIndex index(trace, *rc::gen::elementOf(std::vector(std::begin(kBothRows), std::end(kBothRows))));
    const auto first = *rc::gen::inRange<std::size_t>(0, index.rows());
    const auto rows = *rc::gen::inRange<std::size_t>(1, index.rows() - first + 1);
    const auto per_band = *rc::gen::inRange<std::size_t>(1, rows + 1);
    const auto begin = *rc::gen::inRange<std::int64_t>(-20, shape.end);
    const auto power = *rc::gen::inRange(0, 14);
    const auto columns = *rc::gen::inRange<std::size_t>(1, 50);
    RC_ASSERT(differences(index, query_of(first, rows, per_band, begin, power, columns)) == 0U);
  }));
}

TEST_CASE("sums of whole nodes are as exact as their segments") {
  // Enough for several levels; short and long segments, apart and on top of each other.
  for (const std::int64_t longest : {std::int64_t{50}, std::int64_t{5'000}, std::int64_t{900'000}}) {
    for (const LaneId lanes : {1U, 7U, 600U}) {
      Shape shape;
      shape.lanes = lanes;
      shape.jobs = 5'000;
      shape.end = 1'000'000;
      shape.longest = longest;
      shape.segments = 40'000;
      const auto trace = random_trace(shape, 7);
      for (const TraceRows mode : kBothRows) {
        const TraceIndex index(trace, mode);
        CAPTURE(longest, lanes, static_cast<int>(mode));
        const std::size_t rows = index.rows();
        CHECK(differences(index, query_of(0, rows, rows, 0, 15, 31)) == 0);
        CHECK(differences(index, query_of(0, rows, rows / 3 + 1, 12'345, 12, 60)) == 0);
        CHECK(differences(index, query_of(rows / 4, rows / 2 + 1, rows / 6 + 1, 500'000, 8, 40)) == 0);
        CHECK(differences(index, query_of(0, std::min<std::size_t>(rows, 3), 1, 250'000, 3, 40)) == 0);
      }
    }
  }
}

TEST_CASE("a run of hours is exact to the nanosecond when looked at closely") {
  auto trace = std::make_shared<Trace>();
  trace->jobs.resize(1);
  const std::int64_t hour = 3'600'000'000'000;
  trace->segments.append({0, 0, JobState::running, at(1), at(hour + 3)});
  trace->segments.append({0, 0, JobState::waiting, at(hour + 3), at(2 * hour + 1)});
  trace->segments.append({0, 0, JobState::running, at(2 * hour + 1), at(2 * hour + 2)});
  trace->end = at(3 * hour);
  for (const TraceRows mode : kBothRows) {
    const TraceIndex index(trace, mode);
    CHECK(differences(index, query_of(0, 1, 1, hour - 30, 0, 100)) == 0);
    CHECK(differences(index, query_of(0, 1, 1, 2 * hour - 30, 0, 100)) == 0);
    CHECK(differences(index, query_of(0, 1, 1, 0, 36, 100)) == 0);
    CHECK(index.segment_at(0, at(2 * hour + 1))->state == JobState::running);
    CHECK_FALSE(index.segment_at(0, at(2 * hour + 2)));
  }
}

TEST_CASE("a segment of a nanosecond is seen in a view of an hour, and only where it is") {
  auto trace = std::make_shared<Trace>();
  trace->jobs.resize(1);
  trace->segments.append({0, 0, JobState::running, at(1'800'000'000'000), at(1'800'000'000'001)});
  trace->end = at(3'600'000'000'000);
  const TraceIndex index(trace, TraceRows::threads);
  const CellGrid grid = index.cells({0, 1, 1, {at(0), trace->end}, 1001});
  CHECK(std::count_if(grid.share.begin(), grid.share.end(), [](float share) { return share > 0; }) == 1);
  CHECK(grid.row(0, 0)[500] > 0);
}

TEST_CASE("bands may be filled by several callers, each its own") {
  Shape shape;
  shape.lanes = 40;
  shape.jobs = 100;
  shape.end = 100'000;
  shape.segments = 3'000;
  const TraceIndex index(random_trace(shape, 3), TraceRows::threads);
  const CellQuery query = query_of(0, index.rows(), 4, 0, 10, 97);
  CellGrid parts = index.grid_of(query);
  for (std::size_t band = parts.bands; band-- > 0;) index.fill(parts, query, band, band + 1);
  CHECK(parts.share == index.cells(query).share);
}

TEST_CASE("what is at a moment is what the record says, and what runs goes first") {
  REQUIRE(rc::check([] {
    Shape shape;
    shape.lanes = *rc::gen::inRange<LaneId>(1, 5);
    shape.jobs = *rc::gen::inRange<JobId>(1, 10);
    shape.segments = *rc::gen::inRange<std::size_t>(0, 400);
    shape.longest = *rc::gen::inRange<std::int64_t>(1, 900);
    shape.growing = *rc::gen::arbitrary<bool>();
    const auto trace = random_trace(shape, *rc::gen::arbitrary<std::uint32_t>());
    const TraceIndex index(trace, TraceRows::threads);
    const auto row = *rc::gen::inRange<std::size_t>(0, index.rows());
    const Instant moment = at(*rc::gen::inRange<std::int64_t>(0, 1000));
    bool some = false;
    bool runs = false;
    for (const Segment& s : all_segments(*trace)) {
      if (!takes_time(s.state) || index.row_of(s) != row || s.begin > moment || s.end <= moment) continue;
      some = true;
      runs = runs || s.state == JobState::running;
    }
    const auto found = index.segment_at(row, moment);
    RC_ASSERT(found.has_value() == some);
    if (!found) return;
    RC_ASSERT(index.row_of(*found) == row);
    RC_ASSERT(found->begin <= moment && moment < found->end);
    RC_ASSERT(runs == (found->state == JobState::running));
  }));
}

TEST_CASE("a job's segments are found, in the order of time") {
  Shape shape;
  shape.jobs = 20;
  shape.segments = 500;
  shape.growing = true;
  const auto trace = random_trace(shape, 11);
  std::vector<Segment> wanted;
  for (const Segment& s : all_segments(*trace)) {
    if (s.job == 5 && takes_time(s.state)) wanted.push_back(s);
  }
  const auto found = segments_of(*trace, 5);
  CHECK(
      std::is_sorted(found.begin(), found.end(), [](const Segment& a, const Segment& b) { return a.begin < b.begin; }));
  REQUIRE(found.size() == wanted.size());
  CHECK(std::is_permutation(found.begin(), found.end(), wanted.begin()));
  CHECK(segments_of(*trace, 20).empty());
}

TEST_CASE("failures are in their cells, and jobs without a thread have a row of their own") {
  auto trace = std::make_shared<Trace>();
  TraceRecorder recorder(*trace, 3);
  recorder.enter(0, JobState::queued, kNoLane, at(0));
  recorder.enter(1, JobState::running, 1, at(0));
  recorder.enter(2, JobState::failed, 0, at(70));
  recorder.enter(0, JobState::running, 2, at(50));
  recorder.finish(at(100));
  const TraceIndex index(trace, TraceRows::threads);
  REQUIRE(index.has_queue_row());
  REQUIRE(index.rows() == 4);
  CHECK(index.row_of(JobId{0}) == 3U);
  CHECK(index.row_of(JobId{2}) == 1U);
  REQUIRE(index.failures().size() == 1);
  const CellGrid grid = index.cells({0, 4, 2, {at(0), at(100)}, 10});
  CHECK(std::count(grid.failed.begin(), grid.failed.end(), 1) == 1);
  CHECK(grid.failed_row(0)[7] == 1);
  CHECK(index.has(JobState::failed));
  CHECK_FALSE(index.has(JobState::blocked));
}

TEST_CASE("a job that is queued is on no thread, whoever has put it into the queue") {
  auto trace = std::make_shared<Trace>();
  TraceRecorder recorder(*trace, 3);
  for (JobId job = 0; job < 3; ++job) recorder.enter(job, JobState::queued, 0, at(0));
  recorder.enter(0, JobState::starting, 0, at(40));
  recorder.enter(0, JobState::waiting, 1, at(50));
  recorder.finish(at(100));
  const TraceIndex index(trace, TraceRows::threads);
  REQUIRE(index.has_queue_row());
  REQUIRE(index.rows() == 3);
  CHECK(index.row_of(JobId{0}) == 2U);
  CHECK(index.row_of(JobId{1}) == 0U);
  const CellGrid grid = index.cells({0, 3, 1, {at(0), at(100)}, 10});
  const std::size_t queued = stacking_place(JobState::queued);
  CHECK(grid.row(0, queued)[9] == 1);
  CHECK(grid.row(1, queued)[9] == 0);
  CHECK(grid.row(1, stacking_place(JobState::starting))[4] == 1);
  // Those that never wait have no row for it.
  auto at_once = std::make_shared<Trace>();
  TraceRecorder other(*at_once, 1);
  other.enter(0, JobState::queued, 0, at(0));
  other.enter(0, JobState::running, 0, at(0));
  other.finish(at(100));
  CHECK_FALSE(TraceIndex(at_once, TraceRows::threads).has_queue_row());
}

TEST_CASE("many jobs in the queue do not fill the rows of a band that are beside it") {
  auto trace = std::make_shared<Trace>();
  TraceRecorder recorder(*trace, 500);
  for (JobId job = 0; job < 500; ++job) recorder.enter(job, JobState::queued, kNoLane, at(0));
  recorder.enter(0, JobState::running, 3, at(50));
  recorder.finish(at(100));
  const TraceIndex index(trace, TraceRows::threads);
  REQUIRE(index.rows() == 5);
  const CellGrid grid = index.cells({0, 5, 5, {at(0), at(100)}, 10});
  CHECK(grid.row(0, stacking_place(JobState::queued))[2] == Approx(0.2));
  CHECK(grid.row(0, stacking_place(JobState::queued))[8] == Approx(0.2));
  CHECK(grid.row(0, stacking_place(JobState::running))[8] == Approx(0.2));
}

TEST_CASE("an empty record has rows and nothing in them") {
  for (const TraceRows mode : kBothRows) {
    const TraceIndex index(std::make_shared<Trace>(), mode);
    const CellGrid grid = index.cells({0, 5, 1, {at(0), at(10)}, 3});
    CHECK(std::all_of(grid.share.begin(), grid.share.end(), [](float share) { return share == 0; }));
    CHECK_FALSE(index.segment_at(0, at(1)));
    CHECK(index.segments(0, 5, {at(0), at(10)}, 10)->empty());
  }
}
