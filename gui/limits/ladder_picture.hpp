// SPDX-License-Identifier: GPL-3.0-or-later
// LadderPicture: how the ladder of limits is drawn, on the screen as in a figure. Knows no widgets.
#pragma once

#include <QRectF>
#include <QString>
#include <cstdint>

#include "gui/theme/theme.hpp"
#include "models/lab/limits/limits.hpp"

class QPainter;

namespace spawnpoint::gui {

/// "rust-playground allows 507 threads besides the main thread: pids.max binds".
QString limits_title(const Machine& machine, const Runtime& runtime, const LimitLadder& ladder);

/// The ladder's limits, then those from which root is exempt.
int rows_of(const LimitLadder& ladder);
const LimitRung& rung_at(const LimitLadder& ladder, int row);
bool is_exempt(const LimitLadder& ladder, int row);

class LadderPicture {
 public:
  static constexpr int kNone = -1;

  /// `wanted`: threads for which a dashed line is drawn; 0: none. `ended`: the row of the limit that has ended a run,
  /// whatever of it: tasks use memory without being threads. What it is given must outlive it.
  LadderPicture(const LimitLadder& ladder, const Theme& theme, std::int64_t wanted, double width, int ended = kNone)
      : ladder_(ladder), theme_(theme), wanted_(wanted), width_(width), ended_(ended) {}

  double height() const { return height_of(rows_of(ladder_)); }
  static double height_of(int rows) { return kTop + kRow * rows + kFoot; }
  QRectF row(int row) const { return {0.0, static_cast<double>(kTop + row * kRow), width_, kRow}; }
  /// The row at this height; may be none.
  static int row_at(double y) { return y < kTop ? kNone : static_cast<int>((y - kTop) / kRow); }
  /// A bar that stands for a limit that is too low: it has the colour of failures and a cross.
  bool is_too_low(int row) const;
  /// Where the count of a bar goes that ends at `to`, the dashed line being at `line`: never over that, where there is
  /// room beside it.
  static double place_of_count(double to, double wide, double line, double width);
  /// One bar per limit, the one that binds on top; `selected`: the row that is marked.
  void paint(QPainter& painter, int selected = kNone) const;

 private:
  static constexpr int kRow = 34;
  static constexpr int kTop = 26;
  static constexpr int kFoot = 20;  ///< What the dashed line is.

  struct Bar {
    double from = 0;
    double to = 0;
    double line = 0;  ///< Where the dashed line is.
  };
  void paint_row(QPainter& painter, int row, bool selected, const Bar& bar) const;

  const LimitLadder& ladder_;
  const Theme& theme_;
  std::int64_t wanted_;
  double width_;
  int ended_;
};

}  // namespace spawnpoint::gui
