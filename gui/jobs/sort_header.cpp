// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/jobs/sort_header.hpp"

#include <QImage>
#include <QPainter>
#include <QStyle>
#include <QStyleOptionHeader>
#include <vector>

namespace spawnpoint::gui {
namespace {

/// Styles do not agree about which of the two arrows points up, and on Linux some have it the other way round than
/// elsewhere: only what is drawn tells.
bool up_points_up(const QStyle& style) {
  constexpr int kSide = 16;
  QImage drawn(kSide, kSide, QImage::Format_RGB32);
  drawn.fill(Qt::white);
  QStyleOptionHeader option;
  option.rect = drawn.rect().adjusted(2, 2, -2, -2);
  option.sortIndicator = QStyleOptionHeader::SortUp;
  option.state = QStyle::State_Enabled;
  option.palette =
      QPalette(Qt::black, Qt::black, Qt::black, Qt::black, Qt::black, Qt::black, Qt::black, Qt::black, Qt::black);
  QPainter painter(&drawn);
  style.drawPrimitive(QStyle::PE_IndicatorHeaderArrow, &option, &painter);
  painter.end();
  std::vector<int> widths;  // Of the lines in which something is drawn.
  for (int y = 0; y < kSide; ++y) {
    int left = kSide, right = -1;
    for (int x = 0; x < kSide; ++x) {
      if (drawn.pixel(x, y) == QColor(Qt::white).rgb()) continue;
      left = std::min(left, x);
      right = x;
    }
    if (right >= left) widths.push_back(right - left + 1);
  }
  return widths.empty() || widths.front() <= widths.back();
}

}  // namespace

SortHeader::SortHeader(QWidget* parent) : QHeaderView(Qt::Horizontal, parent) {
  setSectionsClickable(true);
  setHighlightSections(false);
}

void SortHeader::initStyleOptionForIndex(QStyleOptionHeader* option, int logical) const {
  QHeaderView::initStyleOptionForIndex(option, logical);
  if (option->sortIndicator == QStyleOptionHeader::None) return;
  const bool ascends = sortIndicatorOrder() == Qt::AscendingOrder;
  option->sortIndicator = ascends == up_points_up(*style()) ? QStyleOptionHeader::SortUp : QStyleOptionHeader::SortDown;
}

}  // namespace spawnpoint::gui
