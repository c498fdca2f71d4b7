// SPDX-License-Identifier: GPL-3.0-or-later
// Which thread had which core: as it is recorded, and as rows of cores.
#include <memory>

#include "core/trace/recorder.hpp"
#include "core/trace/trace_index.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

Instant at(Duration d) {
  return Instant{d};
}

/// Two threads share core 0, the second one goes on to core 1.
std::shared_ptr<const Trace> two_cores() {
  auto trace = std::make_shared<Trace>();
  TraceRecorder recorder(*trace, 2);
  recorder.set_cores(2);
  recorder.enter(0, JobState::running, 1, at(0ms));
  recorder.run(0, 1, at(0ms));
  recorder.enter(1, JobState::ready, 2, at(1ms));
  recorder.run(0, 2, at(3ms));
  recorder.enter(1, JobState::running, 2, at(3ms));
  recorder.idle(0, at(5ms));
  recorder.run(1, 2, at(5ms));
  recorder.enter(1, JobState::done, 2, at(8ms));
  recorder.finish(at(9ms));
  return trace;
}

}  // namespace

TEST_CASE("turns end when another thread has the core, when nobody has, and with the run") {
  const auto trace = two_cores();
  REQUIRE(trace->turns.size() == 3);
  CHECK(trace->turns[0] == Turn{0, 1, at(0ms), at(3ms)});
  CHECK(trace->turns[1] == Turn{0, 2, at(3ms), at(5ms)});
  CHECK(trace->turns[2] == Turn{1, 2, at(5ms), at(9ms)});
  CHECK(trace->turns_end == at(9ms));
}

TEST_CASE("a turn of no length leaves no row") {
  Trace trace;
  TraceRecorder recorder(trace, 1);
  recorder.run(3, 1, at(1ms));
  recorder.run(3, 2, at(1ms));
  recorder.idle(3, at(2ms));
  recorder.idle(3, at(4ms));
  recorder.finish(at(5ms));
  REQUIRE(trace.turns.size() == 1);
  CHECK(trace.turns[0] == Turn{3, 2, at(1ms), at(2ms)});
}

TEST_CASE("of more turns than a record has room for, the first are kept, and where they end is told") {
  Trace trace;
  TraceRecorder recorder(trace, 1);
  recorder.set_cores(2);
  recorder.run(1, 7, at(0ns));
  for (std::int64_t i = 0; i < 4'000'100; ++i) recorder.run(0, static_cast<LaneId>(i % 2), at(Duration(i)));
  recorder.finish(at(5'000'000ns));
  CHECK(trace.turns.size() == 4'000'001);
  CHECK(trace.turns_end == at(4'000'000ns));
  CHECK(trace.turns[4'000'000] == Turn{1, 7, at(0ns), at(4'000'000ns)});
  CHECK(trace.end == at(5'000'000ns));
}

TEST_CASE("rows of cores have the threads that ran there") {
  const auto trace = two_cores();
  const TraceIndex index(trace, TraceRows::cores);
  REQUIRE(index.rows() == 2);
  CHECK_FALSE(index.has_queue_row());
  CHECK(index.has(JobState::running));
  CHECK_FALSE(index.has(JobState::ready));
  CHECK_FALSE(index.row_of(JobId{0}));
  const auto first = index.segment_at(0, at(4ms));
  REQUIRE(first);
  CHECK(first->lane == 2);
  CHECK(first->job == 1);
  CHECK(first->begin == at(3ms));
  CHECK(index.segment_at(1, at(6ms))->job == 1);
  // The thread has the core still, its job has ended.
  CHECK(index.segment_at(1, at(8500us))->job == kNoJob);
  CHECK_FALSE(index.segment_at(1, at(4ms)));
  const auto all = index.segments(0, 2, {at(0ms), at(9ms)}, 10);
  REQUIRE(all);
  REQUIRE(all->size() == 3);
  CHECK((*all)[2].row == 1);
  CHECK((*all)[2].segment.lane == 2);
  // Core 0 is busy for 5 of 9 ms, core 1 for 4.
  const CellGrid grid = index.cells({0, 2, 1, {at(0ms), at(9ms)}, 1});
  CHECK(grid.row(0, stacking_place(JobState::running))[0] == Approx(5.0 / 9));
  CHECK(grid.row(1, stacking_place(JobState::running))[0] == Approx(4.0 / 9));
}

TEST_CASE("a record without turns has no rows of cores") {
  auto trace = std::make_shared<Trace>();
  TraceRecorder recorder(*trace, 1);
  recorder.set_cores(4);
  recorder.enter(0, JobState::running, 0, at(0ms));
  recorder.finish(at(1ms));
  const TraceIndex index(trace, TraceRows::cores);
  CHECK(index.rows() == 0);
  CHECK_FALSE(index.segment_at(0, at(0ms)));
  CHECK(index.cells({0, 4, 1, {at(0ms), at(1ms)}, 8}).share.size() == std::size_t{4} * 8 * kStackedStates);
}
