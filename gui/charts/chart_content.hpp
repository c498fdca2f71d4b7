// SPDX-License-Identifier: GPL-3.0-or-later
// ChartContent: what a chart shows, as plain values: lines with their unit, world, colour and glyph, and the failure
// marks.
#pragma once

#include <QColor>
#include <QString>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/trace/trace.hpp"
#include "gui/theme/theme.hpp"
#include "gui/time/time_axis.hpp"

namespace spawnpoint::gui {

enum class ChartUnit : std::uint8_t { count, bytes };
/// Drawn on a line every so often: its code besides the colour.
enum class Glyph : std::uint8_t { circle, square, triangle, diamond };

struct ChartLine {
  QString name;                          ///< "resident"
  WorldKind world = WorldKind::modeled;  ///< MODEL: dashed, hollow glyphs. LIVE: solid, filled ones.
  QColor color;
  Glyph glyph = Glyph::circle;
  Series series;
  Instant end{};       ///< Where the record ends, and the line with it.
  bool looks = false;  ///< Its values are of single moments, and drawn as points: what was in between is not known.
};

struct ChartMark {
  WorldKind world = WorldKind::modeled;
  Instant at{};
  QString label;  ///< "✕ pthread_create: EAGAIN"
};

struct ChartContent {
  QString title;
  QString note;  ///< Beside the title, where there is room.
  ChartUnit unit = ChartUnit::count;
  std::vector<ChartLine> lines;
  std::vector<ChartMark> marks;
  QString nothing;  ///< Where there are no lines though something has run: why.

  bool empty() const { return lines.empty(); }
};

/// What the lines' values lie between: the smallest above zero, and the largest.
struct ValueSpan {
  double least = 0;  ///< 0: there is none.
  double most = 0;

  void add(const ValueSpan& other);
  friend bool operator==(const ValueSpan&, const ValueSpan&) = default;
};
ValueSpan values_of(const ChartContent& content);

/// One world's record, drawn this much later.
struct WorldTrace {
  WorldKind world = WorldKind::modeled;
  std::shared_ptr<const Trace> trace;
  Duration shift{};
};

/// Resident, kernel (stacks, page tables and slab together) and virtual memory, as the jobs took them: what each
/// world's program had before its first job is not in the lines but in the note. Lines without data are left out.
ChartContent memory_chart(const std::vector<WorldTrace>& traces, const Theme& theme);
/// Threads and tasks that exist, and what is runnable against the cores that there are for it.
ChartContent threads_chart(const std::vector<WorldTrace>& traces, const Theme& theme);

/// What the program itself had, of a series of its memory: the value at 0. None where the record begins later.
std::optional<double> programs_part(const Series& series);
/// The rest of it: what came with the jobs. The whole where the program's part is not known.
Series jobs_part(Series series);

/// All of it this much later.
Series shifted(Series series, Duration by);
/// The sum of step functions.
Series sum(const std::vector<const Series*>& series);

/// The corners of a step function over `columns` equal parts of `range`: each part's first, smallest, largest and last
/// value are kept, so that no peak is lost. Begins at range.begin and ends at the earlier of range.end and `end`, so
/// that nothing is drawn outside the plot even where a format cannot clip. Empty where the series has nothing in the
/// range.
struct Corner {
  double at = 0;  ///< Seconds.
  double value = 0;
};
std::vector<Corner> corners(const Series& series, const TimeRange& range, Instant end, int columns);
/// The same of a series whose values are of single moments: each part's smallest and largest.
std::vector<Corner> points(const Series& series, const TimeRange& range, Instant end, int columns);

}  // namespace spawnpoint::gui
