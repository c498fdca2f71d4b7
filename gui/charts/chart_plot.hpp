// SPDX-License-Identifier: GPL-3.0-or-later
// What a ChartView keeps, and its plot in QCustomPlot. Private to the view.
#pragma once

#include <qcustomplot.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "gui/charts/chart_header.hpp"
#include "gui/charts/chart_view.hpp"
#include "gui/charts/label_room.hpp"

namespace spawnpoint::gui {

/// Ticks that were computed elsewhere.
class GivenTicks : public QCPAxisTicker {
 public:
  void set(QVector<double> at, QVector<QString> labels) {
    at_ = std::move(at);
    labels_ = std::move(labels);
  }
  void generate(const QCPRange&, const QLocale&, QChar, int, QVector<double>& tick_values, QVector<double>* sub_ticks,
                QVector<QString>* tick_labels) override {
    tick_values = at_;
    if (sub_ticks) sub_ticks->clear();
    if (tick_labels) *tick_labels = labels_;
  }

 private:
  QVector<double> at_;
  QVector<QString> labels_;
};

struct ChartView::State {
  State(ChartView& widget_of, TimeView& view_of)
      : widget(widget_of), view(view_of), plot(new QCustomPlot(&widget_of)) {}

  ChartView& widget;
  TimeView& view;
  QCustomPlot* plot;
  QSharedPointer<GivenTicks> time_ticks{new GivenTicks};
  QSharedPointer<GivenTicks> value_ticks{new GivenTicks};
  ChartContent content;
  Theme theme = make_theme(ThemeKind::light);
  ValueSpan own_values;  ///< Of the content,
  ValueSpan beside;      ///< and of the charts that it is compared with.
  bool logarithmic = false;
  bool time_labels = false;
  /// What is said where there are no lines.
  const QString& empty_words() const { return content.nothing.isEmpty() ? empty_text : content.nothing; }
  QString empty_text = ChartView::tr("Nothing to draw yet: F5 runs the scenario.");

  struct Graphs {
    // Of the band, drawn between them.
    QCPGraph* low = nullptr;
    QCPGraph* high = nullptr;
    QCPGraph* line = nullptr;
    QCPGraph* glyphs = nullptr;
  };
  std::vector<Graphs> graphs;
  bool has_bands = false;  ///< Some line is drawn as its mean, before a band.
  struct MarkItems {
    QCPItemLine* line = nullptr;
    QCPItemText* label = nullptr;
  };
  std::vector<MarkItems> marks;
  QCPItemLine* crosshair = nullptr;
  QCPItemRect* selection = nullptr;
  QCPItemLine* markers[2] = {nullptr, nullptr};
  std::optional<Instant> pressed;
  bool dragged = false;

  int header(int width) const { return chart_header_height(content, theme, width, view.margins().right); }
  QRect plot_area(const QSize& size) const {
    const int above = header(size.width());
    return {0, above, size.width(), std::max(1, size.height() - above)};
  }
  void set_up();
  void apply_theme();
  void rebuild();
  void set_curve(const Graphs& drawn, const ChartLine& line, const TimeAxis& axis, int detail, double glyph_step);
  /// What the labels of marks must not lie over: what is drawn of a line.
  void keep_free(LabelRoom& room, const Graphs& drawn, const TimeAxis& axis, double height) const;
  /// `detail`: columns of corners per pixel.
  void update_data(int width, int height, int detail = 1);
  void place_marks(const TimeAxis& axis, int height);
  /// From the plot's top edge.
  double value_y(double value, double height) const;
  void update_cursor();
  QString about_bands() const { return has_bands ? ChartView::tr("line: mean, band: lowest to highest") : QString(); }
  void paint_header(QPainter& painter, const QRectF& where) const {
    paint_chart_header(painter, where, content, theme, view.margins().right, about_bands());
  }
  /// The header of a figure, with the notes that have no room beside its title.
  void paint_header(QPainter& painter, const QRectF& where, const QStringList& notes) const {
    ChartContent shown = content;
    if (!notes.isEmpty()) shown.note.clear();
    paint_chart_header(painter, where, shown, theme, view.margins().right, notes.isEmpty() ? about_bands() : QString());
    paint_chart_notes(painter, where.translated(0, where.height()), theme, notes);
  }
  QCPItemLine* vertical_line(const QString& layer);
  static void place(QCPItemLine* line, Instant at);
  void describe() const;
};

}  // namespace spawnpoint::gui
