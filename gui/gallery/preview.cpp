// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/gallery/preview.hpp"

#include <QPainter>
#include <algorithm>

#include "gui/text/to_qstring.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

/// Less of a cell than this is not drawn.
constexpr float kSliver = 0.02F;

QString words(const RunResult& result) {
  if (result.failure) {
    const auto& failure = *result.failure;
    const bool async = result.peak_tasks > 0;
    QString text = QStringLiteral("✕ stops after %1")
                       .arg(to_qstring(spawnpoint::format_count(async ? result.peak_tasks : failure.threads,
                                                                async ? "task" : "thread")));
    if (!failure.limit.empty()) text += ": " + to_qstring(failure.limit);
    return text;
  }
  return to_qstring(spawnpoint::format_duration(result.wall)) + QStringLiteral(" · ") +
         to_qstring(spawnpoint::format_threads(result)) + QStringLiteral(" · ") +
         to_qstring(spawnpoint::format_jobs_memory(result));
}

}  // namespace

Preview make_preview(const RunResult& result) {
  Preview preview;
  preview.verdict = words(result);
  if (!result.trace || result.trace->end <= Instant{}) return preview;
  const Trace& trace = *result.trace;
  const auto jobs = static_cast<std::int64_t>(std::max<std::size_t>(trace.jobs.size(), 1));
  preview.rows = static_cast<int>(std::min<std::int64_t>(jobs, Preview::kMostRows));
  const auto row_of = [&](JobId job) { return static_cast<int>(job * static_cast<std::int64_t>(preview.rows) / jobs); };

  // Whole columns go into differences, so each segment costs the same however long it is.
  const auto stride = static_cast<std::size_t>(Preview::kColumns) + 1;
  const auto tables = static_cast<std::size_t>(preview.rows) * kJobStates;
  std::vector<double> differences(tables * stride), parts(tables * stride);
  const double columns_per_ns = Preview::kColumns / static_cast<double>(trace.end.time_since_epoch().count());
  const auto& segments = trace.segments;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment segment = segments[i];
    if (segment.job == kNoJob || segment.job >= jobs) continue;
    const double begin = std::clamp(static_cast<double>(segment.begin.time_since_epoch().count()) * columns_per_ns, 0.0,
                                    static_cast<double>(Preview::kColumns));
    const double end = std::clamp(static_cast<double>(segment.end.time_since_epoch().count()) * columns_per_ns, begin,
                                  static_cast<double>(Preview::kColumns));
    const std::size_t base =
        (static_cast<std::size_t>(row_of(segment.job)) * kJobStates + static_cast<std::size_t>(segment.state)) * stride;
    const auto first = static_cast<std::size_t>(begin), last = static_cast<std::size_t>(end);
    if (first == last) {
      parts[base + first] += end - begin;
      continue;
    }
    parts[base + first] += static_cast<double>(first + 1) - begin;
    parts[base + last] += end - static_cast<double>(last);
    differences[base + first + 1] += 1;
    differences[base + last] -= 1;
  }

  preview.cells.resize(static_cast<std::size_t>(preview.rows * Preview::kColumns));
  for (int row = 0; row < preview.rows; ++row) {
    const auto first = (jobs * row + preview.rows - 1) / preview.rows;
    const auto after = (jobs * (row + 1) + preview.rows - 1) / preview.rows;
    const auto members = static_cast<double>(after - first);
    for (std::size_t state = 0; state < kJobStates; ++state) {
      const std::size_t base = (static_cast<std::size_t>(row) * kJobStates + state) * stride;
      double whole = 0;
      for (int column = 0; column < Preview::kColumns; ++column) {
        const auto c = static_cast<std::size_t>(column);
        whole += differences[base + c];
        preview.cells[static_cast<std::size_t>(row * Preview::kColumns + column)][state] =
            static_cast<float>((whole + parts[base + c]) / std::max(1.0, members));
      }
    }
  }
  if (result.failure) {
    preview.failure_at = static_cast<float>(
        std::clamp(to_seconds(result.failure->at) / std::max(1e-9, to_seconds(trace.end)), 0.0, 1.0));
    const JobId job = result.failure->job == kNoJob ? 0 : result.failure->job;
    preview.failure_row = static_cast<float>(std::clamp((job + 0.5) / static_cast<double>(jobs), 0.0, 1.0));
  }
  return preview;
}

void draw(QPainter& painter, const QRectF& area, const Preview& preview, const Theme& theme) {
  if (preview.rows == 0) return;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing, false);
  const double gap = preview.rows <= 8 ? 3 : 1;
  const double tall = area.height() / preview.rows;
  const double wide = area.width() / Preview::kColumns;
  // Jobs that queue lie behind; the few that do something are never hidden by them. Finished ones leave no bar.
  const auto dominant = [&](int row, int column, bool behind) {
    const auto& cell = preview.cell(row, column);
    const auto share = [&](JobState state) { return cell[static_cast<std::size_t>(state)]; };
    JobState best = JobState::none;
    if (behind) {
      if (share(JobState::queued) >= kSliver) best = JobState::queued;
      return best;
    }
    for (const JobState state :
         {JobState::starting, JobState::ready, JobState::running, JobState::waiting, JobState::blocked}) {
      if (share(state) >= kSliver && (best == JobState::none || share(state) > share(best))) best = state;
    }
    return best;
  };
  const auto draw_row = [&](int row, bool behind) {
    for (int column = 0; column < Preview::kColumns;) {
      const JobState state = dominant(row, column, behind);
      int end = column + 1;
      float share = preview.cell(row, column)[static_cast<std::size_t>(state)];
      while (end < Preview::kColumns && dominant(row, end, behind) == state) {
        share = std::max(share, preview.cell(row, end)[static_cast<std::size_t>(state)]);
        ++end;
      }
      if (state != JobState::none) {
        // Modeled, so hollow. The height is the share of the row's jobs that are in this state.
        const double height = std::max(1.0, (tall - gap) * std::min(1.0F, share));
        const QRectF bar(area.left() + column * wide, area.top() + (row + 1) * tall - gap - height,
                         std::max(1.0, (end - column) * wide - 1), height);
        const auto& style = theme.style(state);
        painter.setPen(QPen(style.color, 1));
        painter.setBrush(style.hollow);
        painter.drawRect(bar);
      }
      column = end;
    }
  };
  for (int row = 0; row < preview.rows; ++row) {
    draw_row(row, /*behind=*/true);
    draw_row(row, /*behind=*/false);
  }
  if (preview.failure_at) {
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(QPen(theme.failure, 2.5));
    const double reach = 6;
    const QPointF at(
        std::clamp(area.left() + *preview.failure_at * area.width(), area.left() + reach, area.right() - reach),
        std::clamp(area.top() + preview.failure_row * area.height(), area.top() + reach, area.bottom() - reach));
    painter.drawLine(at + QPointF(-reach, -reach), at + QPointF(reach, reach));
    painter.drawLine(at + QPointF(-reach, reach), at + QPointF(reach, -reach));
  }
  painter.restore();
}

}  // namespace spawnpoint::gui
