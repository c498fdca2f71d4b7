// SPDX-License-Identifier: GPL-3.0-or-later
// The parent's side of a shared trace: replays the worker's rows into a Trace.
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "core/trace/shared_mapping.hpp"
#include "core/trace/shared_trace.hpp"

namespace spawnpoint {

using namespace shared_layout;

namespace {

bool has_payload(RowKind kind) {
  return kind == RowKind::range || kind == RowKind::sample || kind == RowKind::mark || kind == RowKind::turn;
}

}  // namespace

std::expected<SharedTraceReader, std::string> SharedTraceReader::open(int fd) {
  const auto shape = shape_of_shared_trace(fd);
  if (!shape) return std::unexpected(shape.error());
  auto mapping = map_shared(fd, Offsets::file_size(shape->rows), PROT_READ);
  if (!mapping) return std::unexpected(mapping.error());
  return SharedTraceReader(std::move(*mapping), shape->rows, shape->jobs);
}

void SharedTraceReader::attach(Trace& trace) {
  if (!recorder_) recorder_.emplace(trace, jobs_);
  recorder_->move_to(trace);
}

std::size_t SharedTraceReader::poll(Trace& trace, std::size_t at_most) {
  if (closed_) return 0;
  attach(trace);
  const std::size_t begin = next_;
  const std::size_t end = at_most < rows_ - next_ ? next_ + at_most : rows_;
  while (next_ < end) {
    // An empty row may be one that a thread has claimed and not yet written: what comes after it waits.
    const std::uint64_t what = row(next_).what.load(std::memory_order_acquire);
    if (what == 0) break;
    const std::int64_t at = row(next_).at.load(std::memory_order_relaxed);
    std::int64_t payload = 0;
    if (has_payload(kind_of(what)) && next_ + 1 < rows_) {
      // Written before its row; if not, the file is damaged, and the value will say so.
      payload = row(++next_).at.load(std::memory_order_relaxed);
    }
    ++next_;
    apply(what, at, payload);
  }
  return next_ - begin;
}

void SharedTraceReader::close(Trace& trace, Instant at) {
  if (closed_) return;
  attach(trace);
  const std::size_t claimed = std::min<std::uint64_t>(rows_, header().next_row.load(std::memory_order_acquire));
  do {
    poll(trace);
    // The thread that claimed this row died before it wrote it.
  } while (next_ < claimed && ++next_ < claimed);
  closed_ = true;
  add_turns(trace);
  recorder_->finish(at);
}

/// In the order of their ends, and no two on a core at once: what interrupts a thread for too short a time to be
/// noticed is left out, and one that is moved between two looks at its core has the new one from the other's end on.
void SharedTraceReader::add_turns(const Trace& trace) {
  std::ranges::stable_sort(turns_, {}, &Turn::end);
  // From the last one on, which is the one that lasts: those that it has around it go.
  std::vector<Instant> before(trace.cores, kNever);
  for (std::size_t i = turns_.size(); i-- > 0;) {
    Turn& turn = turns_[i];
    if (turn.core >= trace.cores || turn.lane >= trace.lanes || turn.end == kNever) {
      ++damaged_;
      turn.end = turn.begin;
      continue;
    }
    turn.end = std::min(turn.end, before[turn.core]);
    if (turn.begin < turn.end) before[turn.core] = turn.begin;
  }
  std::erase_if(turns_, [](const Turn& turn) { return turn.begin >= turn.end; });
  std::ranges::stable_sort(turns_, {}, &Turn::end);
  for (const Turn& turn : turns_) recorder_->add(turn);
  if (header().turn_rows.load(std::memory_order_relaxed) > SharedTraceFile::kTurnRows && !turns_.empty())
    recorder_->end_turns(turns_.back().end);
  turns_ = {};
}

void SharedTraceReader::apply(std::uint64_t what, std::int64_t at, std::int64_t payload) {
  const RowKind kind = kind_of(what);
  const std::uint8_t code = code_of(what);
  const JobId job = job_of(what);
  const Instant when{Duration(at)};
  // The payload of a row whose thread died before the row itself was written.
  if (kind == RowKind::payload) return;
  if (!is_sensible(Duration(at))) {
    ++damaged_;
  } else if (kind == RowKind::enter && job < jobs_ && code < kJobStates) {
    recorder_->enter(job, static_cast<JobState>(code), lane_of(what), when);
  } else if (kind == RowKind::range && code < kJobStates && payload >= 0 &&
             static_cast<std::uint64_t>(payload) + job <= jobs_) {
    for (JobId i = 0; i < static_cast<JobId>(payload); ++i) {
      recorder_->enter(job + i, static_cast<JobState>(code), lane_of(what), when);
    }
  } else if (kind == RowKind::sample && code < kSeriesKinds && std::isfinite(std::bit_cast<double>(payload))) {
    recorder_->sample(static_cast<SeriesKind>(code), when, std::bit_cast<double>(payload));
  } else if (kind == RowKind::turn && job != kNoJob && lane_of(what) != kNoLane && payload >= 0 &&
             is_sensible(Duration(payload))) {
    turns_.push_back({job, lane_of(what), when, when + Duration(payload)});
  } else if (kind == RowKind::mark && code < kMarkKinds && (job < jobs_ || job == kNoJob)) {
    recorder_->mark(
        {static_cast<MarkKind>(code), when, lane_of(what), job, text(std::bit_cast<std::uint64_t>(payload))});
  } else {
    ++damaged_;
  }
}

std::string SharedTraceReader::text(std::uint64_t place) const {
  const std::uint64_t offset = std::min<std::uint64_t>(place >> 32, kTextBytes);
  const std::uint64_t size = std::min<std::uint64_t>(place & 0xFFFF'FFFF, kTextBytes - offset);
  return {reinterpret_cast<const char*>(mapping_.bytes() + Offsets::kText + offset), static_cast<std::size_t>(size)};
}

std::optional<SteadyClock::time_point> SharedTraceReader::epoch() const {
  const std::int64_t since_boot = header().epoch.load(std::memory_order_acquire);
  if (since_boot == 0) return std::nullopt;
  return SteadyClock::time_point(std::chrono::duration_cast<SteadyClock::duration>(Duration(since_boot)));
}

std::optional<Instant> SharedTraceReader::finished() const {
  if (header().finished_state.load(std::memory_order_acquire) != kWritten) return std::nullopt;
  const std::int64_t at = header().finished.load(std::memory_order_relaxed);
  if (!is_sensible(Duration(at))) return std::nullopt;
  return Instant{Duration(at)};
}

std::optional<SharedFailure> SharedTraceReader::failure() const {
  if (header().failure_state.load(std::memory_order_acquire) != kWritten) return std::nullopt;
  return header().failure;
}

}  // namespace spawnpoint
