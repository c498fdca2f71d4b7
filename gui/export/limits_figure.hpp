// SPDX-License-Identifier: GPL-3.0-or-later
// LimitsFigure: the ladder of limits for a file: title, what binds and why, the bars, and where it comes from.
#pragma once

#include <QByteArray>
#include <cstdint>
#include <vector>

#include "gui/export/figure.hpp"
#include "models/lab/limits/limits.hpp"

namespace spawnpoint {
struct Scenario;
struct RunSpec;
}  // namespace spawnpoint

namespace spawnpoint::gui {

/// "threads.toml · threads that could be created if each limit were the only one · runtime rust-std · machine: … · …".
QString limits_provenance(const Scenario& scenario, const RunSpec& run);
/// A line of CSV for each limit, under a line of names.
QByteArray limits_table(const LimitLadder& ladder);

struct FigureText {
  QString title;
  QString caption;  ///< Empty: none.
};

class LimitsFigure final : public Drawing {
 public:
  /// In units of which a label's text has 11; height 0: what the content takes. `ladder` must outlive it.
  LimitsFigure(const LimitLadder& ladder, std::int64_t wanted, const FigureText& text, const Theme& theme, double width,
               double height);

  double width() const override { return width_; }
  double height() const override { return height_; }
  void paint(FigurePainter& painter, double pixels) override;

 private:
  const LimitLadder& ladder_;
  std::int64_t wanted_;
  Theme theme_;
  double width_;
  double height_;
  FigureWords words_;
  std::vector<QString> binding_;  ///< About the limit that binds.
};

}  // namespace spawnpoint::gui
