// SPDX-License-Identifier: GPL-3.0-or-later
// Figure: a picture of one run in its worlds, for a file: title, timelines, charts, one time axis, and where it comes
// from.
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "gui/charts/chart_view.hpp"
#include "gui/charts/drawing.hpp"
#include "gui/export/export.hpp"
#include "gui/timeline/timeline_data.hpp"

namespace spawnpoint::gui {

struct FigureWorld {
  WorldKind world = WorldKind::modeled;
  QString summary;
  std::shared_ptr<const Trace> trace;
  std::optional<FailurePoint> failure;
};

struct FigureContent {
  QString title;
  QString caption;  ///< Empty: none.
  std::vector<FigureWorld> worlds;
  ExportPart part = ExportPart::all;
  RowChoice rows = RowChoice::automatic;
  bool logarithmic_memory = true;
};

/// "A thousand threads: join_all"; after a question or an exclamation a dash, "Where does it break? – join_all".
QString figure_title(const QString& scenario, const QString& run);
/// "simulated kernel · 1.04 s · 508 threads with main · 4 MiB for the jobs · ✕ EAGAIN by pids.max at job 508".
QString result_summary(const RunResult& result);

/// Breaks a text at its middle dots, and what is longer than a line between words, so that each line has at most
/// `width`.
std::vector<QString> caption_lines(const QString& caption, const QFont& font, double width);

/// The title and the caption of a figure: as many lines as they take.
struct FigureWords {
  FigureWords(const QString& title, const QString& caption, const Theme& theme, double width);
  /// The title at the top, the caption at the bottom of a figure of this height.
  void paint(QPainter& painter, const Theme& theme, double width, double height) const;
  double title_height() const;
  double caption_height() const;

  std::vector<QString> title;
  std::vector<QString> caption;
};

/// Lays a figure out in units of which a label's text has 11: so the same figure fits a slide and a column of paper.
class Figure final : public Drawing {
 public:
  Figure(FigureContent content, const Theme& theme, double width, double height);

  double width() const override { return width_; }
  /// What was given, or what the content takes.
  double height() const override { return height_; }
  void paint(FigurePainter& painter, double pixels) override;

 private:
  struct Panel {
    /// A summary is a world's header where its timeline is not there.
    enum class Kind : std::uint8_t { timeline, summary, memory, threads } kind = Kind::timeline;
    std::size_t world = 0;
    double height = 0;
    bool time_labels = false;
  };
  /// What is said of one world, over its timeline if that is there.
  struct Header {
    std::vector<QString> lines;
    int legend_lines = 0;  ///< Lines of the states' legend; 0: it is beside the words.
    double height() const;
  };
  Header header_of(const FigureWorld& world, const TimelineData* data) const;
  void paint_header(QPainter& painter, const Panel& panel, const QRectF& where, double right) const;
  void paint_timeline(FigurePainter& painter, const Panel& panel, const QRectF& where, double pixels);
  ChartContent with_failures(ChartContent content) const;

  FigureContent content_;
  Theme theme_;
  double width_;
  double height_;
  FigureWords words_;
  TimeView view_;
  std::vector<std::shared_ptr<const TimelineData>> data_;
  std::vector<Header> headers_;
  std::vector<Panel> panels_;
};

}  // namespace spawnpoint::gui
