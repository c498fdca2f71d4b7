// SPDX-License-Identifier: GPL-3.0-or-later
// MapContent: a failure map as plain values: a line per concurrency model, its points, and where it ends.
#pragma once

#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

#include "gui/workspace/map_sweep.hpp"

namespace spawnpoint::gui {

enum class MapValue : std::uint8_t { time, memory };

/// One thing on a line that can be pointed at.
struct MapItem {
  enum class Kind : std::uint8_t { point, end };
  Kind kind = Kind::point;
  double order = 0;  ///< Along the axis; an end lies between two points.
  double x = 0;
  double seconds = 0;  ///< The mean, where there are replications.
  double bytes = 0;    ///< Resident and the kernel's.
  // Half the width of the 95% confidence interval; of bytes those of both parts together, which it does not exceed.
  // 0: there is none.
  double seconds_interval = 0;
  double bytes_interval = 0;
  /// What fails beside no point that goes well has a height of its own only where nothing on the map goes well.
  bool has_height = true;
  bool fails_at_times = false;  ///< A point of which some replications fail, not all.
  QString words;                ///< What it is, for the tooltip and the screen reader.
  std::size_t run = 0;
  std::vector<Setting> settings;  ///< That make this very run.
};

struct MapLine {
  QString name;
  QString end;  ///< "508: EAGAIN by pids.max = 512"; empty: it does not end.
  std::size_t run = 0;
  int style = 0;  ///< Colour and glyph.
  std::vector<MapItem> items;
};

struct MapAxis {
  enum class Unit : std::uint8_t { count, seconds, bytes, names };
  QString title;
  Unit unit = Unit::count;
  bool logarithmic = true;
  double low = 1;
  double high = 10;
  std::vector<QString> names;  ///< Of values that are not numbers: 1, 2, 3 …
};

struct MapContent {
  MapAxis x;
  std::vector<MapLine> lines;
  /// Points that could not be computed: how many, and why the first of them.
  int not_computed = 0;
  QString why_not;
  /// Of the points that could be computed; true of both where there are none.
  bool nothing_fails = true;
  bool everything_fails = true;
  // Where a line's exact breaks are: at its end, or where it begins, as with a limit that is raised.
  bool any_line_ends = false;
  bool any_line_begins = false;

  bool empty() const;
};

MapContent map_content(const MapResult& result);
double value_of(const MapItem& item, MapValue value);
/// It is drawn among what fails, below all that goes well.
bool is_in_failing_row(const MapContent& content, const MapItem& item);
double interval_of(const MapItem& item, MapValue value);

}  // namespace spawnpoint::gui
