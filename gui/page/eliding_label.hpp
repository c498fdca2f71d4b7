// SPDX-License-Identifier: GPL-3.0-or-later
// ElidingLabel: one line of plain text that ends in "…" where there is no room for all of it. The tooltip has all.
#pragma once

#include <QLabel>
#include <QPainter>
#include <QStyle>

namespace spawnpoint::gui {

class ElidingLabel : public QLabel {
 public:
  explicit ElidingLabel(QWidget* parent = nullptr) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
    // Long words must not make what is around them wider.
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  }

  /// As it is drawn.
  QString shown_text() const { return fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width()); }

 protected:
  void paintEvent(QPaintEvent* event) override {
    if (shown_text() == text()) return QLabel::paintEvent(event);
    QPainter painter(this);
    style()->drawItemText(&painter, contentsRect(), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, palette(),
                          isEnabled(), shown_text(), foregroundRole());
  }
};

}  // namespace spawnpoint::gui
