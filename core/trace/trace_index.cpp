// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trace/trace_index.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace spawnpoint {

TraceRows suggested_rows(const Trace& trace) {
  return trace.lanes <= 1 && trace.jobs.size() > 1 ? TraceRows::jobs : TraceRows::threads;
}

std::vector<Segment> segments_of(const Trace& trace, JobId job) {
  std::vector<Segment> found;
  const SegmentTable& table = trace.segments;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table.jobs()[i] == job && takes_time(table.states()[i])) found.push_back(table[i]);
  }
  const JobTable& jobs = trace.jobs;
  if (trace.growing && job < jobs.size() && takes_time(jobs.state[job]) && jobs.since[job] < trace.end)
    found.push_back({jobs.lane[job], job, jobs.state[job], jobs.since[job], trace.end});
  std::stable_sort(found.begin(), found.end(), [](const Segment& a, const Segment& b) { return a.begin < b.begin; });
  return found;
}

JobId job_on(const Trace& trace, LaneId lane, Instant at) {
  const SegmentTable& table = trace.segments;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table.lanes()[i] == lane && table.begins()[i] <= at && at < table.ends()[i] &&
        lane_having(table.states()[i], lane) == lane)
      return table.jobs()[i];
  }
  return kNoJob;
}

TraceIndex::TraceIndex(std::shared_ptr<const Trace> trace, TraceRows mode)
    : trace_(std::move(trace)),
      mode_(mode),
      begins_(of_cores() ? &trace_->turns.begins() : &trace_->segments.begins()),
      ends_(of_cores() ? &trace_->turns.ends() : &trace_->segments.ends()) {
  constexpr std::size_t kMost = std::size_t{1} << 31;
  if (begins_->size() + trace_->jobs.size() > kMost)
    throw std::length_error("a record of more than 2^31 segments, or turns, and jobs");
  closed_ = static_cast<Number>(begins_->size());
  measure();
  build();
  find_failures();
}

bool TraceIndex::is_open_now(std::size_t job) const {
  const JobTable& jobs = trace_->jobs;
  return takes_time(jobs.state[job]) && jobs.since[job] < trace_->end;
}

SegmentPyramid::Times TraceIndex::times(Number number) const {
  Instant begin;
  Instant end = trace_->end;
  if (number < closed_) {
    begin = (*begins_)[number];
    end = (*ends_)[number];
  } else {
    begin = trace_->jobs.since[number - closed_];
  }
  return {begin.time_since_epoch().count(), std::max(begin, end).time_since_epoch().count()};
}

/// How many rows there are, and what occurs in them.
void TraceIndex::measure() {
  if (of_cores()) {
    // A record that tells of no turns has no rows for them.
    if (trace_->turns.empty()) return;
    rows_ = trace_->cores;
    for (const CoreId core : trace_->turns.cores()) rows_ = std::max(rows_, std::size_t{core} + 1);
    present_[static_cast<std::size_t>(JobState::running)] = true;
    return;
  }
  const SegmentTable& table = trace_->segments;
  const JobTable& jobs = trace_->jobs;
  rows_ = mode_ == TraceRows::jobs ? jobs.size() : trace_->lanes;
  // A damaged record may name more than it announces.
  for (const std::uint32_t number : mode_ == TraceRows::jobs ? table.jobs() : table.lanes())
    if (number != UINT32_MAX) rows_ = std::max(rows_, std::size_t{number} + 1);
  if (mode_ == TraceRows::threads) {
    for (std::size_t i = 0; i < table.size() && !has_queue_row_; ++i)
      has_queue_row_ =
          lane_having(table.states()[i], table.lanes()[i]) == kNoLane && table.begins()[i] < table.ends()[i];
    for (std::size_t job = 0; trace_->growing && job < jobs.size() && !has_queue_row_; ++job)
      has_queue_row_ = lane_having(jobs.state[job], jobs.lane[job]) == kNoLane && is_open_now(job);
  }
  if (has_queue_row_) ++rows_;
  for (const JobState state : table.states()) present_[static_cast<std::size_t>(state)] = true;
  for (const JobState state : jobs.state) present_[static_cast<std::size_t>(state)] = true;
}

/// Visits row, number and place in the stack of all segments that take time, in the order of the record.
template <class Visit>
void TraceIndex::for_each_segment(Visit&& visit) const {
  if (of_cores()) {
    for (Number i = 0; i < closed_; ++i) visit(trace_->turns.cores()[i], i, stacking_place(JobState::running));
    return;
  }
  const SegmentTable& table = trace_->segments;
  const JobTable& jobs = trace_->jobs;
  for (Number i = 0; i < closed_; ++i) {
    const std::size_t place = stacking_place(table.states()[i]);
    if (place < kStackedStates) visit(row_of(table.states()[i], table.lanes()[i], table.jobs()[i]), i, place);
  }
  if (!trace_->growing) return;
  for (JobId job = 0; job < jobs.size(); ++job) {
    if (is_open_now(job))
      visit(row_of(jobs.state[job], jobs.lane[job], job), closed_ + job, stacking_place(jobs.state[job]));
  }
}

/// A counting sort by row for each state: the record is in the order of ends, and so is each row then.
void TraceIndex::build() {
  std::array<Column<std::uint32_t>, kStackedStates> first;
  std::array<Column<Number>, kStackedStates> numbers;
  for (std::size_t place = 0; place < kStackedStates; ++place) {
    if (has(kStacked[place])) first[place].assign(rows_ + 2, 0);
  }
  // Two rows further on: after the segments were dealt out, each row's start is where it belongs.
  for_each_segment([&](std::size_t row, Number, std::size_t place) { ++first[place][row + 2]; });
  for (std::size_t place = 0; place < kStackedStates; ++place) {
    if (first[place].empty()) continue;
    for (std::size_t row = 2; row < rows_ + 2; ++row) first[place][row] += first[place][row - 1];
    numbers[place].resize(first[place].back());
  }
  for_each_segment(
      [&](std::size_t row, Number number, std::size_t place) { numbers[place][first[place][row + 1]++] = number; });

  const auto times_of = [this](Number number) { return times(number); };
  if (!find_overlaps()) {
    // A record that was read from a file may have been put into another order.
    for (std::size_t place = 0; place < kStackedStates; ++place) {
      for (std::size_t row = 0; row < rows_ && !first[place].empty(); ++row) {
        std::stable_sort(numbers[place].begin() + first[place][row], numbers[place].begin() + first[place][row + 1],
                         [&](Number a, Number b) { return times_of(a).end < times_of(b).end; });
      }
    }
  }
  for (std::size_t place = 0; place < kStackedStates; ++place) {
    if (!numbers[place].empty())
      pyramids_[place] = SegmentPyramid(std::move(first[place]), std::move(numbers[place]), times_of);
  }
}

/// False: some row is not in the order of ends. Then rows that seem to overlap may not.
bool TraceIndex::find_overlaps() {
  overlapping_.assign(rows_, false);
  Column<std::int64_t> last_end(rows_, INT64_MIN);
  bool sorted = true;
  for_each_segment([&](std::size_t row, Number number, std::size_t) {
    const auto [begin, end] = times(number);
    if (begin < last_end[row]) overlapping_[row] = true;
    sorted &= end >= last_end[row];
    last_end[row] = std::max(last_end[row], end);
  });
  return sorted;
}

void TraceIndex::find_failures() {
  if (of_cores()) return;
  const JobTable& jobs = trace_->jobs;
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    if (jobs.state[job] != JobState::failed) continue;
    const std::size_t row = row_of(jobs.state[job], jobs.lane[job], static_cast<JobId>(job));
    failures_.push_back({std::min(row, rows_ > 0 ? rows_ - 1 : 0), static_cast<JobId>(job), jobs.since[job]});
  }
  std::stable_sort(failures_.begin(), failures_.end(),
                   [](const Failure& a, const Failure& b) { return a.row < b.row; });
}

std::optional<std::size_t> TraceIndex::row_of(JobId job) const {
  const JobTable& jobs = trace_->jobs;
  if (job >= jobs.size() || of_cores()) return std::nullopt;
  if (mode_ == TraceRows::jobs) return job;
  if (lane_having(jobs.state[job], jobs.lane[job]) == kNoLane)
    return has_queue_row_ ? std::optional<std::size_t>(0) : std::nullopt;
  return row_of(jobs.state[job], jobs.lane[job], job);
}

CellGrid TraceIndex::grid_of(const CellQuery& query) const {
  CellGrid grid;
  grid.columns = query.columns;
  grid.bands = query.bands();
  grid.share.resize(grid.bands * kStackedStates * grid.columns);
  grid.failed.resize(grid.bands * grid.columns);
  if (grid.bands == 0 || grid.columns == 0 || query.range.empty()) return grid;
  const StateCells axis(query.range, query.columns);
  const auto before = [](const Failure& failure, std::size_t row) { return failure.row < row; };
  const auto first = std::lower_bound(failures_.begin(), failures_.end(), query.first_row, before);
  const auto last = std::lower_bound(first, failures_.end(), query.first_row + query.rows, before);
  for (auto failure = first; failure != last; ++failure) {
    if (failure->at < query.range.begin || failure->at > query.range.end) continue;
    const double place = axis.place((failure->at - query.range.begin).count());
    const std::size_t column = std::min<std::size_t>(StateCells::column_of_begin(place), query.columns - 1);
    grid.failed[(failure->row - query.first_row) / query.rows_per_band * query.columns + column] = 1;
  }
  return grid;
}

void TraceIndex::fill(CellGrid& grid, const CellQuery& query, std::size_t first, std::size_t last) const {
  if (grid.bands == 0 || grid.columns == 0 || query.range.empty()) return;
  StateCells cells(query.range, query.columns);
  CellGrid part;  // Of a band: rows that are counted together.
  for (std::size_t band = first; band < std::min(last, grid.bands); ++band) {
    const std::size_t row = query.first_row + band * query.rows_per_band;
    const std::size_t end = std::min({row + query.rows_per_band, query.first_row + query.rows, rows_});
    if (row >= end) break;
    const auto overlaps = overlapping_.begin() + static_cast<std::ptrdiff_t>(row);
    const auto overlaps_end = overlapping_.begin() + static_cast<std::ptrdiff_t>(end);
    if (end - row == 1 || std::find(overlaps, overlaps_end, true) == overlaps_end) {
      fill_band(grid, query, band, row, end, cells);
      continue;
    }
    // However many jobs are on a row at once, they fill that row and none beside it.
    for (std::size_t from = row; from < end;) {
      std::size_t to = from + 1;
      while (!overlapping_[from] && to < end && !overlapping_[to]) ++to;
      part.bands = 1;
      part.columns = grid.columns;
      part.share.assign(kStackedStates * grid.columns, 0);
      fill_band(part, query, 0, from, to, cells);
      const float weight = static_cast<float>(to - from) / static_cast<float>(end - row);
      float* const of_band = grid.share.data() + band * kStackedStates * grid.columns;
      for (std::size_t i = 0; i < part.share.size(); ++i)
        if (part.share[i] > 0)
          of_band[i] = std::max(of_band[i] + part.share[i] * weight, std::numeric_limits<float>::min());
      from = to;
    }
    limit_band(grid, band);
  }
}

void TraceIndex::fill_band(CellGrid& grid, const CellQuery& query, std::size_t band, std::size_t row, std::size_t end,
                           StateCells& cells) const {
  const auto times_of = [this](Number number) { return times(number); };
  for (std::size_t place = 0; place < kStackedStates; ++place) {
    if (pyramids_[place].empty()) continue;
    pyramids_[place].count(row, end, cells, times_of);
    cells.finish(grid.share.data() + (band * kStackedStates + place) * query.columns, end - row);
  }
  limit_band(grid, band);
}

CellGrid TraceIndex::cells(const CellQuery& query) const {
  CellGrid grid = grid_of(query);
  fill(grid, query, 0, grid.bands);
  return grid;
}

std::optional<std::vector<TraceIndex::Placed>> TraceIndex::segments(std::size_t first_row, std::size_t rows,
                                                                    const TimeRange& range, std::size_t most) const {
  std::vector<Placed> found;
  for (std::size_t row = first_row; row < std::min(first_row + rows, rows_); ++row) {
    if (overlapping_[row]) continue;
    const std::size_t before = found.size();
    for (const SegmentPyramid& pyramid : pyramids_) {
      // In order of their ends: all before the first that ends after the range's start are over.
      const auto* at = std::partition_point(pyramid.begin(row), pyramid.end(row),
                                            [&](Number number) { return segment(number).end <= range.begin; });
      for (; at != pyramid.end(row); ++at) {
        const Segment one = segment(*at);
        if (one.begin >= range.end) break;
        if (found.size() == most) return std::nullopt;
        found.push_back({row, one});
      }
    }
    std::sort(found.begin() + static_cast<std::ptrdiff_t>(before), found.end(),
              [](const Placed& a, const Placed& b) { return a.segment.begin < b.segment.begin; });
  }
  return found;
}

std::optional<Segment> TraceIndex::segment_at(std::size_t row, Instant at) const {
  std::optional<Segment> found;
  if (row >= rows_) return found;
  for (const SegmentPyramid& pyramid : pyramids_) {
    pyramid.visit_at(row, at.time_since_epoch().count(), [&](Number number) {
      const Segment one = segment(number);
      if (one.begin <= at && at < one.end) found = one;
      return !found;
    });
    if (found) break;
  }
  if (found && of_cores() && found->lane != kNoLane) found->job = job_on(*trace_, found->lane, at);
  return found;
}

std::size_t TraceIndex::bytes() const {
  std::size_t sum = rows_ / 8 + failures_.capacity() * sizeof(Failure);
  for (const SegmentPyramid& pyramid : pyramids_) sum += pyramid.bytes();
  return sum;
}

}  // namespace spawnpoint
