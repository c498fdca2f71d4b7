// SPDX-License-Identifier: GPL-3.0-or-later
// Veil: dims a widget that shows what is not up to date, without keeping anyone from using it.
#pragma once

#include <QWidget>

namespace spawnpoint::gui {

class Veil : public QWidget {
 public:
  explicit Veil(QWidget* over);

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace spawnpoint::gui
