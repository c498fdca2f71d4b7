// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/page/veil.hpp"

#include <QEvent>
#include <QPainter>

namespace spawnpoint::gui {

Veil::Veil(QWidget* over) : QWidget(over) {
  setAttribute(Qt::WA_TransparentForMouseEvents);
  setAttribute(Qt::WA_NoSystemBackground);
  setFocusPolicy(Qt::NoFocus);
  setGeometry(over->rect());
  hide();
  over->installEventFilter(this);
}

void Veil::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  QColor colour = palette().color(QPalette::Window);
  colour.setAlpha(150);
  painter.fillRect(rect(), colour);
}

bool Veil::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize) setGeometry(parentWidget()->rect());
  return QWidget::eventFilter(watched, event);
}

}  // namespace spawnpoint::gui
