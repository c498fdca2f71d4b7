// SPDX-License-Identifier: GPL-3.0-or-later
// Style: Fusion, whose buttons show that they are checked also where the theme is dark.
#pragma once

#include <QProxyStyle>

namespace spawnpoint::gui {

class Style : public QProxyStyle {
  Q_OBJECT

 public:
  Style();

  void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override;
};

}  // namespace spawnpoint::gui
