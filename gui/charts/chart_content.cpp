// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/charts/chart_content.hpp"

#include <QStringList>
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "gui/text/to_qstring.hpp"
#include "gui/time/mark_text.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

void add_line(ChartContent& content, const WorldTrace& of, const QString& name, const QColor& color, Glyph glyph,
              Series series, bool looks = false) {
  if (series.empty() || series.maximum() <= 0) return;
  content.lines.push_back(
      {name, of.world, color, glyph, shifted(std::move(series), of.shift), of.trace->end + of.shift, looks});
}

void add_marks(ChartContent& content, const WorldTrace& of) {
  for (const Mark& mark : of.trace->marks) {
    if (!is_failure(mark)) continue;
    content.marks.push_back({of.world, mark.at + of.shift, QStringLiteral("✕ ") + mark_text(mark)});
  }
}

}  // namespace

void ValueSpan::add(const ValueSpan& other) {
  most = std::max(most, other.most);
  if (other.least > 0 && (least == 0 || other.least < least)) least = other.least;
}

ValueSpan values_of(const ChartContent& content) {
  ValueSpan span;
  for (const ChartLine& line : content.lines) {
    span.add({0, line.series.maximum()});
    for (const double value : line.series.value) span.add({std::max(value, 0.0), 0});
  }
  return span;
}

ChartContent memory_chart(const std::vector<WorldTrace>& traces, const Theme& theme) {
  ChartContent content;
  content.title = QStringLiteral("Memory of the jobs");
  content.unit = ChartUnit::bytes;
  QStringList programs;
  for (const WorldTrace& of : traces) {
    if (!of.trace) continue;
    const Trace& trace = *of.trace;
    const Series kernel =
        sum({&trace[SeriesKind::kernel_stacks], &trace[SeriesKind::page_tables], &trace[SeriesKind::slab]});
    add_line(content, of, QStringLiteral("virtual"), theme.color(SeriesKind::virtual_size), Glyph::triangle,
             jobs_part(trace[SeriesKind::virtual_size]));
    add_line(content, of, QStringLiteral("resident"), theme.color(SeriesKind::resident), Glyph::circle,
             jobs_part(trace[SeriesKind::resident]));
    if (const auto own = programs_part(trace[SeriesKind::resident])) {
      const Bytes size{static_cast<std::int64_t>(*own)};
      programs += (of.world == WorldKind::live ? QStringLiteral("live %1") : QStringLiteral("model %1"))
                      .arg(to_qstring(format_bytes(size)));
    }
    add_line(content, of, QStringLiteral("kernel"), theme.color(SeriesKind::kernel_stacks), Glyph::square, kernel);
    add_marks(content, of);
  }
  if (content.lines.empty() && std::ranges::any_of(traces, [](const WorldTrace& of) {
        return of.trace != nullptr && !of.trace->growing && !(*of.trace)[SeriesKind::resident].empty();
      }))
    content.nothing = QStringLiteral("The jobs took no memory of their own.");
  if (!programs.isEmpty())
    content.note = QStringLiteral("the program itself: %1").arg(programs.join(QStringLiteral(", ")));
  return content;
}

ChartContent threads_chart(const std::vector<WorldTrace>& traces, const Theme& theme) {
  ChartContent content;
  content.title = QStringLiteral("Threads and tasks");
  for (const WorldTrace& of : traces) {
    if (!of.trace) continue;
    const Trace& trace = *of.trace;
    add_line(content, of, QStringLiteral("threads"), theme.color(SeriesKind::threads), Glyph::circle,
             trace[SeriesKind::threads]);
    add_line(content, of, QStringLiteral("tasks"), theme.color(SeriesKind::tasks), Glyph::diamond,
             trace[SeriesKind::tasks]);
    add_line(content, of, QStringLiteral("runnable"), theme.color(SeriesKind::runnable), Glyph::square,
             trace[SeriesKind::runnable], runnable_in(of.world) == RunnableSeries::looks);
    // What of that can run at once.
    if (trace.cores > 0 && !trace[SeriesKind::runnable].empty())
      add_line(content, of, QStringLiteral("cores"), theme.muted, Glyph::triangle,
               {.time = {Instant{}}, .value = {static_cast<double>(trace.cores)}});
    add_marks(content, of);
  }
  return content;
}

std::optional<double> programs_part(const Series& series) {
  if (series.empty() || series.time.front() > Instant{}) return std::nullopt;
  return series.value.front();
}

Series jobs_part(Series series) {
  const double own = programs_part(series).value_or(0);
  // Live, a process may give back a page or two of what it had.
  for (double& value : series.value) value = std::max(value - own, 0.0);
  return series;
}

Series shifted(Series series, Duration by) {
  if (by != Duration::zero())
    for (Instant& at : series.time) at += by;
  return series;
}

Series sum(const std::vector<const Series*>& series) {
  Series total;
  std::vector<std::size_t> next(series.size(), 0);
  for (;;) {
    Instant at = kNever;
    for (std::size_t i = 0; i < series.size(); ++i) {
      if (next[i] < series[i]->time.size()) at = std::min(at, series[i]->time[next[i]]);
    }
    if (at == kNever) return total;
    double value = 0;
    for (std::size_t i = 0; i < series.size(); ++i) {
      while (next[i] < series[i]->time.size() && series[i]->time[next[i]] <= at) ++next[i];
      if (next[i] > 0) value += series[i]->value[next[i] - 1];
    }
    total.append(at, value);
  }
}

std::vector<Corner> corners(const Series& series, const TimeRange& range, Instant end, int columns) {
  std::vector<Corner> points;
  const Instant last = std::min(range.end, end);
  if (series.empty() || columns <= 0 || last <= range.begin) return points;
  const auto step_to = [&](double at, double value) {
    if (!points.empty() && points.back().value != value && points.back().at != at)
      points.push_back({at, points.back().value});
    points.push_back({at, value});
  };

  auto i = static_cast<std::size_t>(std::upper_bound(series.time.begin(), series.time.end(), range.begin) -
                                    series.time.begin());
  // The value that holds at the range's start; a series that starts later starts with its first step.
  if (i > 0) step_to(to_seconds(range.begin), series.value[i - 1]);
  const auto stop =
      static_cast<std::size_t>(std::upper_bound(series.time.begin(), series.time.end(), last) - series.time.begin());
  const TimeAxis axis{range, 0, static_cast<double>(columns)};
  while (i < stop) {
    const Instant edge = axis.time(std::floor(axis.x(series.time[i])) + 1);
    const std::size_t first = i;
    std::size_t low = i;
    std::size_t high = i;
    for (++i; i < stop && series.time[i] < edge; ++i) {
      if (series.value[i] < series.value[low]) low = i;
      if (series.value[i] > series.value[high]) high = i;
    }
    std::array<std::size_t, 4> kept = {first, std::min(low, high), std::max(low, high), i - 1};
    std::size_t before = SIZE_MAX;
    for (const std::size_t k : kept) {
      if (k == before) continue;
      step_to(to_seconds(series.time[k]), series.value[k]);
      before = k;
    }
  }
  if (!points.empty() && points.back().at < to_seconds(last)) points.push_back({to_seconds(last), points.back().value});
  return points;
}

std::vector<Corner> points(const Series& series, const TimeRange& range, Instant end, int columns) {
  std::vector<Corner> kept;
  const Instant last = std::min(range.end, end);
  if (columns <= 0 || last < range.begin) return kept;
  const TimeAxis axis{range, 0, static_cast<double>(columns)};
  auto i = static_cast<std::size_t>(std::ranges::lower_bound(series.time, range.begin) - series.time.begin());
  while (i < series.time.size() && series.time[i] <= last) {
    const double column = std::floor(axis.x(series.time[i]));
    std::size_t low = i, high = i;
    for (; i < series.time.size() && series.time[i] <= last && std::floor(axis.x(series.time[i])) == column; ++i) {
      if (series.value[i] < series.value[low]) low = i;
      if (series.value[i] > series.value[high]) high = i;
    }
    kept.push_back({to_seconds(series.time[std::min(low, high)]), series.value[std::min(low, high)]});
    if (low != high) kept.push_back({to_seconds(series.time[std::max(low, high)]), series.value[std::max(low, high)]});
  }
  return kept;
}

}  // namespace spawnpoint::gui
