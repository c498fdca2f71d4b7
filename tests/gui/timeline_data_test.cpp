// SPDX-License-Identifier: GPL-3.0-or-later
// Level of detail: exact shares, failures that nothing hides, and the rows of a record that still grows.
#include <rapidcheck.h>

#include <algorithm>

#include "gui/timeline/timeline_data.hpp"
#include "tests/catch.hpp"
#include "tests/gui/timeline_traces.hpp"

namespace spawnpoint::gui {
namespace {

std::size_t place(JobState state) {
  return static_cast<std::size_t>(std::find(std::begin(kStacked), std::end(kStacked), state) - std::begin(kStacked));
}

double total(const CellGrid& grid, JobState state) {
  double sum = 0;
  for (std::size_t band = 0; band < grid.bands; ++band) {
    for (std::size_t column = 0; column < grid.columns; ++column)
      sum += static_cast<double>(grid.row(band, place(state))[column]);
  }
  return sum;
}

}  // namespace

TEST_CASE("each cell holds exactly the part of its time that a state took") {
  const TimelineData data(three_threads(), TimelineRows::threads);
  REQUIRE(data.rows() == 4);
  // Columns of a third of a second: running fills three quarters of the first.
  const CellGrid grid = data.cells({0, 4, 1, {seconds(0), seconds(1)}, 3});
  CHECK(grid.row(0, place(JobState::running))[0] == 0);
  CHECK(grid.row(1, place(JobState::running))[0] == Approx(0.75).margin(1e-5));
  CHECK(grid.row(1, place(JobState::waiting))[0] == Approx(0.25).margin(1e-5));
  CHECK(grid.row(1, place(JobState::waiting))[1] == Approx(1).margin(1e-5));
  // One band of all four rows: the empty main thread counts.
  const CellGrid band = data.cells({0, 4, 4, {seconds(0), seconds(1)}, 1});
  CHECK(band.row(0, place(JobState::running))[0] == Approx(0.25 * 3 / 4).margin(1e-5));
  CHECK(band.row(0, place(JobState::waiting))[0] == Approx(0.75 * 3 / 4).margin(1e-5));
}

TEST_CASE("a segment of a nanosecond leaves its part in a view of an hour") {
  auto trace = std::make_shared<Trace>();
  trace->lanes = 1;
  trace->jobs.resize(1);
  trace->segments.append({0, 0, JobState::running, seconds(1800), seconds(1800) + Duration(1)});
  trace->end = seconds(3600);
  const TimelineData data(trace, TimelineRows::threads);
  CHECK(total(data.cells({0, 1, 1, {seconds(0), seconds(3600)}, 1000}), JobState::running) > 0);
}

TEST_CASE("shares add up to the segments' time at any zoom") {
  REQUIRE(rc::check([] {
    const auto lanes = *rc::gen::inRange<LaneId>(1, 9);
    const auto trace = many_segments(lanes, static_cast<std::size_t>(lanes) * 50);
    const TimelineData data(trace, TimelineRows::threads);
    const std::int64_t end = trace->end.time_since_epoch().count();
    const auto from = *rc::gen::inRange<std::int64_t>(0, end - 2);
    const auto to = *rc::gen::inRange<std::int64_t>(from + 1, end + 1);
    const TimeRange range{Instant(Duration(from)), Instant(Duration(to))};
    const auto columns = *rc::gen::inRange<std::size_t>(1, 300);
    const auto per_band = *rc::gen::inRange<std::size_t>(1, lanes + 1U);
    const CellGrid grid = data.cells({0, lanes, per_band, range, columns});
    for (const JobState state : {JobState::running, JobState::waiting}) {
      double wanted = 0;
      for (std::size_t i = 0; i < trace->segments.size(); ++i) {
        const Segment s = trace->segments[i];
        if (s.state == state) wanted += to_seconds(intersection({s.begin, s.end}, range).length());
      }
      double found = 0;
      for (std::size_t band = 0; band < grid.bands; ++band) {
        const auto rows = static_cast<double>(std::min(per_band, lanes - band * per_band));
        for (std::size_t column = 0; column < columns; ++column) {
          found += static_cast<double>(grid.row(band, place(state))[column]) * rows;
        }
      }
      found *= to_seconds(range.length()) / static_cast<double>(columns);
      RC_ASSERT(std::abs(found - wanted) <= 1e-4 * std::max(to_seconds(range.length()) * lanes, 1e-9));
    }
  }));
}

TEST_CASE("a failure is in its cell however many rows and seconds are gathered") {
  const TimelineData data(refused_at_508(), TimelineRows::jobs);
  REQUIRE(data.failures().size() == 1);
  CHECK(data.failures()[0].job == 507);
  const std::size_t per_band = GENERATE(std::size_t{1}, std::size_t{10}, std::size_t{1000});
  const std::size_t columns = GENERATE(std::size_t{1}, std::size_t{100}, std::size_t{2000});
  const CellGrid grid = data.cells({0, 1000, per_band, {seconds(0), seconds(1.2)}, columns});
  CHECK(std::count(grid.failed.begin(), grid.failed.end(), 1) == 1);
  CHECK(grid.failed_row(507 / per_band)[static_cast<std::size_t>(0.0507 / 1.2 * static_cast<double>(columns))] == 1);
}

TEST_CASE("a record that still grows shows what is happening now") {
  auto trace = std::make_shared<Trace>();
  TraceRecorder recorder(*trace, 2);
  recorder.enter(0, JobState::waiting, 1, seconds(0));
  recorder.enter(1, JobState::running, 2, seconds(0.5));
  recorder.sample(SeriesKind::threads, seconds(1), 3);
  recorder.enter(1, JobState::waiting, 2, seconds(1));
  const TimelineData data(trace, TimelineRows::threads);
  const auto segment = data.segment_at(1, seconds(0.75));
  REQUIRE(segment);
  CHECK(segment->job == 0);
  CHECK(segment->end == seconds(1));
  CHECK(data.cells({0, 3, 1, {seconds(0), seconds(1)}, 1}).row(1, place(JobState::waiting))[0] == Approx(1));
}

TEST_CASE("many jobs on one thread never fill more than the thread") {
  const TimelineData data(million_tasks(1000), TimelineRows::threads);
  CHECK(data.overlaps(0));
  const CellGrid grid = data.cells({0, data.rows(), 1, {seconds(0), seconds(1.45)}, 200});
  for (std::size_t column = 0; column < grid.columns; ++column) {
    float sum = 0;
    for (std::size_t k = 0; k < kStackedStates; ++k) sum += grid.row(0, k)[column];
    CHECK(sum <= 1.0001F);
  }
  CHECK(suggested_rows(data.trace()) == TimelineRows::jobs);
}

TEST_CASE("segments are listed where they are few") {
  const TimelineData data(three_threads(), TimelineRows::threads);
  CHECK(data.segments(0, 4, {seconds(0), seconds(1)}, 100)->size() == 6);
  CHECK(data.segments(1, 1, {seconds(0.5), seconds(1)}, 100)->size() == 1);
  CHECK_FALSE(data.segments(0, 4, {seconds(0), seconds(1)}, 5));
  CHECK_FALSE(data.segment_at(0, seconds(0.5)));
  CHECK_FALSE(data.segment_at(99, seconds(0.5)));
  CHECK(row_name(data, 0) == "main");
  CHECK(row_name(data, 2) == "thread 2");
}

}  // namespace spawnpoint::gui
