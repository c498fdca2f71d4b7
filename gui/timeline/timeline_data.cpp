// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/timeline/timeline_data.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "models/lab/format.hpp"

namespace spawnpoint::gui {
namespace {

constexpr std::array<std::uint8_t, kJobStates> stacking() {
  std::array<std::uint8_t, kJobStates> places{};
  places.fill(kStackedStates);
  for (std::size_t i = 0; i < kStackedStates; ++i)
    places[static_cast<std::size_t>(kStacked[i])] = static_cast<std::uint8_t>(i);
  return places;
}
constexpr auto kPlace = stacking();

bool takes_time(JobState state) {
  return kPlace[static_cast<std::size_t>(state)] < kStackedStates;
}

/// Adds segments to a grid: the cells at a segment's ends get their part, those between are counted by differences, so
/// a segment costs the same however long it is.
class Coverage {
 public:
  Coverage(const CellQuery& query, std::size_t bands)
      : query_(query),
        width_(query.columns + 2),
        scale_(static_cast<double>(query.columns) /
               std::max<double>(1, static_cast<double>(query.range.length().count()))),
        cells_(bands * width_ * kStackedStates) {}

  void add(std::size_t band, std::size_t place, Instant begin, Instant end) {
    const double from = position(begin);
    const double to = position(end);
    const auto first = static_cast<std::size_t>(from);
    const auto last = static_cast<std::size_t>(to);
    Cell* const row = cells_.data() + band * width_ * kStackedStates + place;
    Cell& at_first = row[first * kStackedStates];
    if (first == last) {
      at_first.part += static_cast<float>(to - from);
      return;
    }
    at_first.part += static_cast<float>(static_cast<double>(first + 1) - from);
    row[(first + 1) * kStackedStates].step += 1;
    Cell& at_last = row[last * kStackedStates];
    at_last.part += static_cast<float>(to - static_cast<double>(last));
    at_last.step -= 1;
  }

  /// The sum, as a part of each band's rows.
  void finish(CellGrid& grid) const {
    for (std::size_t band = 0; band < grid.bands; ++band) {
      const std::size_t first = band * query_.rows_per_band;
      const auto rows = static_cast<float>(std::min(query_.rows_per_band, query_.rows - first));
      for (std::size_t place = 0; place < kStackedStates; ++place) {
        const Cell* const row = cells_.data() + band * width_ * kStackedStates + place;
        float* out = grid.share.data() + (band * kStackedStates + place) * grid.columns;
        std::int64_t whole = 0;
        for (std::size_t column = 0; column < grid.columns; ++column) {
          const Cell& cell = row[column * kStackedStates];
          whole += cell.step;
          out[column] = (static_cast<float>(whole) + cell.part) / rows;
        }
      }
      limit(grid, band);
    }
  }

 private:
  double position(Instant at) const {
    const double x = static_cast<double>((at - query_.range.begin).count()) * scale_;
    return std::clamp(x, 0.0, static_cast<double>(query_.columns));
  }
  /// Many jobs may wait on one thread at once: what runs keeps its true part, the rest shares what is left.
  static void limit(CellGrid& grid, std::size_t band) {
    for (std::size_t column = 0; column < grid.columns; ++column) {
      float room = 1;
      for (std::size_t place = 0; place < kStackedStates; ++place) {
        float& share = grid.share[(band * kStackedStates + place) * grid.columns + column];
        share = std::min(share, room);
        room -= share;
      }
    }
  }

  struct Cell {
    float part = 0;         ///< Of the segments that begin or end here.
    std::int32_t step = 0;  ///< By how many more segments cover all of it than of the cell before.
  };

  CellQuery query_;
  std::size_t width_;
  double scale_;
  std::vector<Cell> cells_;  // [band][column][state]: what one segment touches lies close together.
};

}  // namespace

TimelineRows suggested_rows(const Trace& trace) {
  return trace.lanes <= 1 && trace.jobs.size() > 1 ? TimelineRows::jobs : TimelineRows::threads;
}

TimelineData::TimelineData(std::shared_ptr<const Trace> trace, TimelineRows mode)
    : trace_(std::move(trace)), mode_(mode) {
  const SegmentTable& table = trace_->segments;
  const JobTable& jobs = trace_->jobs;
  rows_ = mode == TimelineRows::jobs ? jobs.size() : trace_->lanes;
  // A damaged record may name more than it announces.
  for (const std::uint32_t number : mode == TimelineRows::jobs ? table.jobs() : table.lanes()) {
    if (number != UINT32_MAX) rows_ = std::max(rows_, std::size_t{number} + 1);
  }
  if (trace_->growing) {
    for (std::size_t job = 0; job < jobs.size(); ++job) {
      if (takes_time(jobs.state[job]) && jobs.since[job] < trace_->end) {
        open_.push_back({jobs.lane[job], static_cast<JobId>(job), jobs.state[job], jobs.since[job], trace_->end});
      }
    }
  }
  if (mode == TimelineRows::threads) {
    const auto& lanes = table.lanes();
    has_queue_row_ = std::any_of(lanes.begin(), lanes.end(), [](LaneId lane) { return lane == kNoLane; }) ||
                     std::any_of(open_.begin(), open_.end(), [](const Segment& s) { return s.lane == kNoLane; });
    if (has_queue_row_) ++rows_;
  }

  for (const JobState state : table.states()) present_[static_cast<std::size_t>(state)] = true;
  for (const JobState state : jobs.state) present_[static_cast<std::size_t>(state)] = true;

  const auto total = static_cast<std::uint32_t>(table.size() + open_.size());
  first_.assign(rows_ + 1, 0);
  for (std::uint32_t i = 0; i < total; ++i) ++first_[row_of(segment(i)) + 1];
  for (std::size_t row = 0; row < rows_; ++row) first_[row + 1] += first_[row];
  order_.resize(total);
  overlapping_.assign(rows_, false);
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  std::vector<Instant> last_end(rows_, Instant::min());
  for (std::uint32_t i = 0; i < total; ++i) {
    const Segment s = segment(i);
    const std::size_t row = row_of(s);
    order_[next[row]++] = i;
    if (s.begin < last_end[row]) overlapping_[row] = true;
    last_end[row] = s.end;
  }
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    if (jobs.state[job] != JobState::failed) continue;
    const Segment at{jobs.lane[job], static_cast<JobId>(job), JobState::failed, jobs.since[job], jobs.since[job]};
    if (mode == TimelineRows::threads && at.lane == kNoLane && !has_queue_row_) {
      failures_.push_back({0, at.job, at.begin});
    } else {
      failures_.push_back({row_of(at), at.job, at.begin});
    }
  }
  std::stable_sort(failures_.begin(), failures_.end(),
                   [](const Failure& a, const Failure& b) { return a.row < b.row; });
}

std::string TimelineData::row_name(std::size_t row) const {
  if (mode_ == TimelineRows::jobs) return "job " + format_count(static_cast<std::int64_t>(row) + 1);
  if (has_queue_row_) {
    if (row == 0) return "queue";
    --row;
  }
  return lane_name(static_cast<LaneId>(row));
}

std::optional<std::size_t> TimelineData::row_of(JobId job) const {
  const JobTable& jobs = trace_->jobs;
  if (job >= jobs.size()) return std::nullopt;
  if (mode_ == TimelineRows::jobs) return job;
  if (jobs.lane[job] == kNoLane) return has_queue_row_ ? std::optional<std::size_t>(0) : std::nullopt;
  return jobs.lane[job] + (has_queue_row_ ? 1U : 0U);
}

std::size_t TimelineData::row_of(const Segment& s) const {
  if (mode_ == TimelineRows::jobs) return s.job;
  if (s.lane == kNoLane) return 0;
  return s.lane + (has_queue_row_ ? 1U : 0U);
}

Segment TimelineData::segment(std::uint32_t i) const {
  const std::size_t closed = trace_->segments.size();
  return i < closed ? trace_->segments[i] : open_[i - closed];
}

template <class Visit>
bool TimelineData::visit(std::size_t first_row, std::size_t rows, const TimeRange& range, Visit&& visit) const {
  const std::size_t last_row = std::min(first_row + rows, rows_);
  for (std::size_t row = first_row; row < last_row; ++row) {
    // In order of their ends: all before the first that ends after the range's begin are over.
    const auto begin = std::partition_point(order_.begin() + first_[row], order_.begin() + first_[row + 1],
                                            [&](std::uint32_t i) { return segment(i).end <= range.begin; });
    for (auto it = begin; it != order_.begin() + first_[row + 1]; ++it) {
      const Segment s = segment(*it);
      if (s.begin >= range.end) {
        if (overlapping_[row]) continue;
        break;
      }
      if (!visit(row, s)) return false;
    }
  }
  return true;
}

CellGrid TimelineData::cells(const CellQuery& query) const {
  CellGrid grid;
  grid.columns = query.columns;
  grid.bands = (query.rows + query.rows_per_band - 1) / query.rows_per_band;
  grid.share.resize(grid.bands * kStackedStates * grid.columns);
  grid.failed.resize(grid.bands * grid.columns);
  if (grid.bands == 0 || grid.columns == 0 || query.range.empty()) return grid;

  Coverage coverage(query, grid.bands);
  const auto add = [&](std::size_t row, const Segment& s) {
    const std::size_t place = kPlace[static_cast<std::size_t>(s.state)];
    if (place < kStackedStates) coverage.add((row - query.first_row) / query.rows_per_band, place, s.begin, s.end);
    return true;
  };
  if (query.first_row == 0 && query.rows >= rows_ && query.range.length() * 2 > trace_->end.time_since_epoch()) {
    // All of it: in the table's own order, which memory likes best.
    const auto total = static_cast<std::uint32_t>(order_.size());
    for (std::uint32_t i = 0; i < total; ++i) {
      const Segment s = segment(i);
      if (s.begin < query.range.end && s.end > query.range.begin) add(row_of(s), s);
    }
  } else {
    visit(query.first_row, query.rows, query.range, add);
  }
  coverage.finish(grid);

  const TimeAxis axis{query.range, 0, static_cast<double>(query.columns)};
  for (const Failure& failure : failures_) {
    if (failure.row < query.first_row || failure.row >= query.first_row + query.rows) continue;
    if (failure.at < query.range.begin || failure.at > query.range.end) continue;
    const auto column = std::min(static_cast<std::size_t>(axis.x(failure.at)), query.columns - 1);
    grid.failed[(failure.row - query.first_row) / query.rows_per_band * query.columns + column] = 1;
  }
  return grid;
}

std::optional<std::vector<Segment>> TimelineData::segments(std::size_t first_row, std::size_t rows,
                                                           const TimeRange& range, std::size_t most) const {
  std::vector<Segment> found;
  const bool all = visit(first_row, rows, range, [&](std::size_t, const Segment& s) {
    if (!takes_time(s.state)) return true;
    if (found.size() == most) return false;
    found.push_back(s);
    return true;
  });
  if (!all) return std::nullopt;
  return found;
}

std::optional<Segment> TimelineData::segment_at(std::size_t row, Instant at) const {
  std::optional<Segment> found;
  if (row >= rows_) return found;
  visit(row, 1, {at, at + Duration(1)}, [&](std::size_t, const Segment& s) {
    // Of overlapping ones, that which runs says most.
    if (takes_time(s.state) && (!found || s.state == JobState::running)) found = s;
    return !found || found->state != JobState::running;
  });
  return found;
}

}  // namespace spawnpoint::gui
