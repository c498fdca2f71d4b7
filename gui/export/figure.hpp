// SPDX-License-Identifier: GPL-3.0-or-later
// Figure: a picture of one run in its worlds, for a file: title, timelines, charts, one time axis, and where it comes
// from.
#pragma once

#include <QString>
#include <vector>

#include "gui/charts/chart_view.hpp"
#include "gui/export/export.hpp"
#include "gui/timeline/timeline_data.hpp"

namespace spawnpoint::gui {

struct FigureWorld {
  WorldKind world = WorldKind::modeled;
  QString summary;
  std::shared_ptr<const Trace> trace;
};

struct FigureContent {
  QString title;
  QString caption;  ///< Empty: none.
  std::vector<FigureWorld> worlds;
  ExportPart part = ExportPart::all;
  ExportRows rows = ExportRows::automatic;
  bool logarithmic_memory = true;
};

/// "thousand-threads.toml · thread_per_job · seed 42 · …": what a reader needs to make the same picture again.
QString provenance(const Scenario& scenario, const std::vector<const RunResult*>& results);
/// "simulated kernel · 1.04 s · 507 threads · 18 MiB · failed at thread 508: EAGAIN, pids.max".
QString result_summary(const RunResult& result);

/// Lays a figure out in units of which a label's text has 11: so the same figure fits a slide and a column of paper.
class Figure {
 public:
  Figure(FigureContent content, const Theme& theme, double width, double height);

  double width() const { return width_; }
  /// What was given, or what the content takes.
  double height() const { return height_; }
  /// Draws at the painter's origin. `pixels` > 0: onto pixels, so many a unit; 0: vectors.
  void paint(FigurePainter& painter, double pixels);

 private:
  struct Panel {
    enum class Kind : std::uint8_t { timeline, memory, threads } kind = Kind::timeline;
    std::size_t world = 0;
    double height = 0;
    bool time_labels = false;
  };
  void paint_timeline(FigurePainter& painter, const Panel& panel, const QRectF& where, double pixels);
  std::vector<QString> caption_lines() const;

  FigureContent content_;
  Theme theme_;
  double width_;
  double height_;
  TimeView view_;
  std::vector<std::shared_ptr<const TimelineData>> data_;
  std::vector<Panel> panels_;
};

}  // namespace spawnpoint::gui
