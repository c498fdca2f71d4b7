// SPDX-License-Identifier: GPL-3.0-or-later
// LabelRoom: where the labels of marks go in a plot: beside their mark, over no line, no glyph and no other label. What
// has no room has no label; its mark is there all the same. Pure values.
#pragma once

#include <QLineF>
#include <QRectF>
#include <optional>
#include <vector>

namespace spawnpoint::gui {

/// The label of a mark, or of several at nearly one place, which is drawn as lines from `left` to `right`.
struct LabelWish {
  double left = 0;
  double right = 0;
  /// Of its texts, the one that says most first.
  std::vector<QSizeF> sizes;
};

struct LabelPlace {
  QRectF where;
  std::size_t text = 0;  ///< Which of the sizes.
};

class LabelRoom {
 public:
  enum class From : bool { top, bottom };

  /// `first`: the first row of labels is this far from the area's edge.
  LabelRoom(const QRectF& area, From from, double first);

  /// A piece of a line; it keeps a little air.
  void add_line(const QLineF& piece);
  void add(const QRectF& taken);
  /// Takes the place that is nearest to the first row, with the text that says most there.
  std::optional<LabelPlace> take(const LabelWish& wish);
  bool is_free(const QRectF& where) const;

 private:
  struct Taken {
    double top = 0;
    double bottom = 0;
  };

  std::size_t column(double x) const;
  void add_in(std::size_t column, Taken taken);

  QRectF area_;
  From from_;
  double first_;
  std::vector<std::vector<Taken>> columns_;  ///< Of a pixel each.
};

}  // namespace spawnpoint::gui
