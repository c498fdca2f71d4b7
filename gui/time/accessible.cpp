// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/time/accessible.hpp"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QWidget>

namespace spawnpoint::gui {
namespace {

constexpr char kIsChart[] = "spawnpoint_chart";

/// Qt asks every factory for every object; only widgets that were marked get a chart's interface.
QAccessibleInterface* chart_interface(const QString&, QObject* object) {
  auto* widget = qobject_cast<QWidget*>(object);
  if (!widget || !widget->property(kIsChart).toBool()) return nullptr;
  return new QAccessibleWidget(widget, QAccessible::Chart);
}

}  // namespace

void make_accessible_chart(QWidget& widget, const QString& name) {
  // First of all: giving the widget a name may already make its interface, which Qt then keeps.
  QAccessible::installFactory(chart_interface);  // The same one again changes nothing.
  widget.setProperty(kIsChart, true);
  widget.setAccessibleName(name);
}

bool is_accessible_chart(const QWidget& widget) {
  return widget.property(kIsChart).toBool();
}

void set_accessible_text(QWidget& widget, const QString& text) {
  if (widget.accessibleDescription() == text) return;
  widget.setAccessibleDescription(text);
}

}  // namespace spawnpoint::gui
