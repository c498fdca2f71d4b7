// SPDX-License-Identifier: GPL-3.0-or-later
// MapPicture: how a failure map is laid out and drawn, on the screen as in a figure. Knows no widgets.
#pragma once

#include <QLineF>
#include <QPointF>
#include <QRectF>
#include <cstdint>
#include <optional>
#include <vector>

#include "gui/map/map_content.hpp"
#include "gui/map/map_key.hpp"
#include "gui/theme/theme.hpp"

class QPainter;

namespace spawnpoint::gui {

/// The labels' text, and the height of a line of it.
inline constexpr int kMapText = 11;
inline constexpr double kMapTextLine = 14;

/// From side to side: of a point's glyph, and of the cross where a line ends.
inline constexpr double kMapGlyph = 8;
inline constexpr double kMapCross = 11;
inline constexpr double kMapSmallCross = 6;  ///< On a point that fails at times.
inline constexpr double kMapRowCross = 7;    ///< Of a point that fails beside no other that goes well.
inline constexpr double kMapHalo = 5;        ///< How wide a cross's strokes are with what sets it off.

/// Which item of which line.
struct MapPlace {
  std::size_t line = 0;
  std::size_t item = 0;
  friend bool operator==(const MapPlace&, const MapPlace&) = default;
};

/// Where a map has the names of its lines.
enum class MapNames : std::uint8_t {
  /// Beside the lines; below the plot where they would be over lines, or have colours in common; nowhere where that is
  /// too much.
  fitting,
  beside,  ///< Beside the lines at any rate.
  none     ///< Elsewhere.
};

class MapPicture {
 public:
  /// Draws into `area`, in a painter's logical pixels.
  MapPicture(const MapContent& content, MapValue value, const Theme& theme, const QRectF& area,
             MapNames names = MapNames::fitting);

  void paint(QPainter& painter, const std::optional<MapPlace>& marked = {}) const;
  /// Where an item is drawn.
  QPointF at(const MapPlace& place) const;
  /// The item nearest to a position, if it is within reach.
  std::optional<MapPlace> nearest(const QPointF& position) const;
  /// Where the lines' names are.
  std::vector<QRectF> label_places() const;
  /// From point to point, of all lines.
  std::vector<QLineF> line_pieces() const;
  /// Of the points' glyphs and crosses.
  std::vector<QRectF> mark_places() const;
  /// A name beside its line is over a line or over another name.
  bool is_crowded() const { return crowded_; }
  /// In a picture of this height all lines have their names; this one is too low for some. 0: they all have.
  double height_for_names() const { return height_for_names_; }
  /// The plot itself, within the axes.
  const QRectF& plot() const { return plot_; }

 private:
  struct Tick {
    double value = 0;
    QString label;
  };
  struct Label {
    std::size_t line = 0;
    QPointF anchor;
    QRectF where;
    QString name;
    QString end;
    bool covers = false;  ///< It lies over a line or over another label.
  };

  double x(double value) const;
  /// What fails without a height of its own: a row for each line that has such points, below the scale.
  double failing_height() const;
  double failing_row(std::size_t line) const;
  double y(double value) const;
  std::vector<Tick> x_ticks() const;
  std::vector<Tick> y_ticks() const;
  void lay_labels();
  void paint_labels(QPainter& painter) const;
  QPointF key_corner() const;
  void paint_axes(QPainter& painter) const;
  void paint_line(QPainter& painter, std::size_t line) const;
  /// Whether a line is drawn from one point to the next.
  bool are_joined(const MapItem& before, const MapItem& after) const;
  void paint_intervals(QPainter& painter, const MapLine& line, const QColor& color) const;
  void paint_failing_rows(QPainter& painter) const;
  void paint_cross(QPainter& painter, const QPointF& at, double size, const QColor& color) const;

  const MapContent& content_;
  MapValue value_;
  const Theme& theme_;
  QRectF plot_;
  QRectF area_;
  double low_ = 1;
  double high_ = 10;
  std::vector<Label> labels_;
  std::vector<std::size_t> failing_;  ///< The lines that have a row among what fails.
  bool crowded_ = false;
  double height_for_names_ = 0;
  std::optional<MapKey> key_;
};

/// From a line's end to its label.
double label_distance(const QPointF& anchor, const QRectF& where);

/// The colour of a line. Never that of failures.
QColor map_color(const Theme& theme, int style);

}  // namespace spawnpoint::gui
