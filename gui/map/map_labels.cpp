// SPDX-License-Identifier: GPL-3.0-or-later
// Where the labels of a failure map's lines go: near a line's end, not over another label, nor over a line.
#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <limits>

#include "gui/map/map_picture.hpp"

namespace spawnpoint::gui {
namespace {

/// More pieces of lines than these are not looked at: the map is laid out anew with each point that comes in.
constexpr std::size_t kMostPieces = 1500;
constexpr double kLine = kMapTextLine;
constexpr double kBeside = 9;  ///< From a point to its label.
constexpr double kStep = 5;
constexpr int kSteps = 60;
constexpr int kFewSteps = 12;  ///< Of many lines' labels.
constexpr std::size_t kManyLines = 20;
constexpr double kOverWords = 100;   ///< As bad as so many lines under the words,
constexpr double kNotBeside = 0.05;  ///< Above, below, or to the left of the point.
constexpr double kWorthALine = 400;  ///< and so far away as bad as one line.

/// Whether the piece goes through the rectangle; grazing it counts.
bool crosses(const QLineF& piece, const QRectF& where) {
  const QRectF around = QRectF(piece.p1(), piece.p2()).normalized();
  if (around.right() < where.left() || around.left() > where.right() || around.bottom() < where.top() ||
      around.top() > where.bottom())
    return false;
  if (where.contains(piece.p1()) || where.contains(piece.p2())) return true;
  const QLineF sides[] = {{where.topLeft(), where.bottomRight()}, {where.topRight(), where.bottomLeft()}};
  return std::ranges::any_of(sides,
                             [&](const QLineF& side) { return piece.intersects(side) == QLineF::BoundedIntersection; });
}

}  // namespace

double label_distance(const QPointF& anchor, const QRectF& where) {
  const double x = std::max({where.left() - anchor.x(), 0.0, anchor.x() - where.right()});
  const double y = std::max({where.top() - anchor.y(), 0.0, anchor.y() - where.bottom()});
  return std::hypot(x, y);
}

std::vector<QLineF> MapPicture::line_pieces() const {
  std::vector<QLineF> pieces;
  for (std::size_t line = 0; line < content_.lines.size() && pieces.size() < kMostPieces; ++line) {
    const auto& items = content_.lines[line].items;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const bool joined = i > 0 && are_joined(items[i - 1], items[i]);
      // A point that nothing leads to has its glyph.
      pieces.emplace_back(at({line, joined ? i - 1 : i}), at({line, i}));
    }
  }
  return pieces;
}

std::vector<QRectF> MapPicture::mark_places() const {
  std::vector<QRectF> places;
  for (std::size_t line = 0; line < content_.lines.size() && places.size() < kMostPieces; ++line) {
    for (std::size_t item = 0; item < content_.lines[line].items.size(); ++item) {
      const bool is_end = content_.lines[line].items[item].kind == MapItem::Kind::end;
      const double side = (is_end ? kMapCross + kMapHalo : kMapGlyph) / 2;
      places.emplace_back(at({line, item}) - QPointF(side, side), QSizeF(2 * side, 2 * side));
    }
  }
  return places;
}

std::vector<QRectF> MapPicture::label_places() const {
  if (key_) return key_->places(key_corner());
  std::vector<QRectF> places;
  for (const Label& label : labels_) places.push_back(label.where);
  return places;
}

void MapPicture::lay_labels() {
  const QFontMetricsF metrics(theme_.font(kMapText));
  std::vector<Label> wanted;
  for (std::size_t line = 0; line < content_.lines.size(); ++line) {
    const MapLine& of = content_.lines[line];
    if (of.items.empty()) continue;
    Label label;
    label.line = line;
    // At its last ✕, which the words are about; else where it ends.
    std::size_t item = of.items.size() - 1;
    for (std::size_t i = 0; i < of.items.size(); ++i)
      if (of.items[i].kind == MapItem::Kind::end) item = i;
    label.anchor = at({line, item});
    label.name = of.name;
    label.end = of.end;
    wanted.push_back(std::move(label));
  }
  // From the top down, so that those which share a place keep their order as they are pushed apart.
  std::ranges::stable_sort(wanted, {}, [](const Label& label) { return label.anchor.y(); });
  const std::vector<QLineF> pieces = line_pieces();
  const std::vector<QRectF> marks = mark_places();
  const int steps = wanted.size() > kManyLines ? kFewSteps : kSteps;
  for (Label& label : wanted) {
    const double width = std::max(metrics.horizontalAdvance(label.name), metrics.horizontalAdvance(label.end)) + 4;
    const double height = label.end.isEmpty() ? kLine : 2 * kLine;
    // Beside its point; at the right edge; above, below and to the left of the point.
    const double lefts[] = {label.anchor.x() + kBeside, area_.right() - width, label.anchor.x() - width / 2,
                            label.anchor.x() - width - kBeside};
    double best = std::numeric_limits<double>::infinity();
    bool covers = true;
    for (int step = 0; step < 2 * steps; ++step) {
      const int steps_away = (step % 2 == 0 ? -1 : 1) * ((step + 1) / 2);
      const double shift = steps_away * kStep;
      for (std::size_t side = 0; side < std::size(lefts); ++side) {
        const QRectF where(lefts[side], label.anchor.y() - height / 2 + shift, width, height);
        if (where.left() < plot_.left() || where.right() > area_.right() || where.top() < plot_.top() - 8 ||
            where.bottom() > plot_.bottom() + 4)
          continue;
        // Words over words cannot be read; over a line they can. The nearer the better.
        const double cost = label_distance(label.anchor, where) / kWorthALine + (side == 0 ? 0 : kNotBeside);
        if (cost >= best) continue;
        double under = 0;
        for (const Label& other : labels_)
          if (other.where.intersects(where)) under += kOverWords;
        const QRectF around = where.adjusted(-2, -3, 2, 3);
        for (const QLineF& piece : pieces)
          if (cost + under < best && crosses(piece, around)) under += 1;
        for (const QRectF& mark : marks)
          if (cost + under < best && mark.intersects(where)) under += 1;
        if (cost + under >= best) continue;
        best = cost + under;
        covers = under > 0;
        label.where = where;
      }
    }
    if (std::isinf(best))  // There is no room at all.
      label.where = QRectF(std::max(plot_.left(), area_.right() - width), label.anchor.y() - height / 2, width, height);
    label.covers = covers;
    crowded_ = crowded_ || covers;
    labels_.push_back(std::move(label));
  }
}

}  // namespace spawnpoint::gui
