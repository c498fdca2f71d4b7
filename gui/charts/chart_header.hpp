// SPDX-License-Identifier: GPL-3.0-or-later
// A chart's header: its title, and which line means what.
#pragma once

#include <qcustomplot.h>

#include "gui/charts/chart_content.hpp"
#include "gui/theme/theme.hpp"

namespace spawnpoint::gui {

inline constexpr int kChartTextPixels = 11;

/// The shape that distinguishes a line from others without its colour: filled in the live world, hollow in the modeled
/// one.
QCPScatterStyle chart_glyph(const ChartLine& line, const Theme& theme);

/// The height of the header of a chart of this width: where not all fits beside the title, the lines' names have a row
/// of their own.
int chart_header_height(const ChartContent& content, const Theme& theme, double width, double right_margin);

/// Into `where`, which has that height and reaches over the plot's right margin. `also`: after the content's own note.
/// Of both there is beside the title what has room.
void paint_chart_header(QPainter& painter, const QRectF& where, const ChartContent& content, const Theme& theme,
                        double right_margin, const QString& also = {});

/// A figure has all of the notes: their lines below its header, which then has none; empty: they have room beside the
/// title.
QStringList chart_notes_below(const ChartContent& content, const Theme& theme, double width, double right_margin,
                              const QString& also);
double chart_notes_height(const QStringList& lines);
void paint_chart_notes(QPainter& painter, const QRectF& where, const Theme& theme, const QStringList& lines);

}  // namespace spawnpoint::gui
