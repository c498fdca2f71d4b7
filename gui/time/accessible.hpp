// SPDX-License-Identifier: GPL-3.0-or-later
// What screen readers are told about the widgets that draw themselves: the role of a chart, its name and its text.
#pragma once

#include <QString>

class QWidget;

namespace spawnpoint::gui {

/// Gives the widget the role of a chart and a name. The text, which may change, is what it shows, in words.
void make_accessible_chart(QWidget& widget, const QString& name);
bool is_accessible_chart(const QWidget& widget);
void set_accessible_text(QWidget& widget, const QString& text);

}  // namespace spawnpoint::gui
