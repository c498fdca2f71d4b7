// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/theme/style.hpp"

#include <QStyleOptionButton>

namespace spawnpoint::gui {
namespace {

/// The button's colour with some of the highlight's.
QColor checked(const QPalette& palette) {
  constexpr float kHighlight = 0.2F;
  const QColor button = palette.color(QPalette::Button), highlight = palette.color(QPalette::Highlight);
  const auto mixed = [](float a, float b) { return a * kHighlight + b * (1 - kHighlight); };
  return QColor::fromRgbF(mixed(highlight.redF(), button.redF()), mixed(highlight.greenF(), button.greenF()),
                          mixed(highlight.blueF(), button.blueF()));
}

}  // namespace

Style::Style() : QProxyStyle(QStringLiteral("Fusion")) {}

void Style::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                          const QWidget* widget) const {
  const bool is_button = element == PE_PanelButtonCommand || element == PE_PanelButtonTool;
  if (!is_button || !option->state.testFlag(State_On))
    return QProxyStyle::drawPrimitive(element, option, painter, widget);
  // Fusion makes it a tenth darker, which is hardly seen on a dark button.
  const auto draw = [&](auto copy) {
    copy.palette.setColor(QPalette::Button, checked(option->palette));
    QProxyStyle::drawPrimitive(element, &copy, painter, widget);
  };
  if (const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option)) return draw(*button);
  draw(*option);
}

}  // namespace spawnpoint::gui
