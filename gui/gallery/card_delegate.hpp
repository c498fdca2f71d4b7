// SPDX-License-Identifier: GPL-3.0-or-later
// How a scenario is drawn: as a card with its preview (Home), or as a line (the list of scenarios).
#pragma once

#include <QStyledItemDelegate>

#include "gui/theme/theme.hpp"

namespace spawnpoint::gui {

class CardDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void set_theme(const Theme& theme) { theme_ = theme; }
  void set_card_size(const QSize& size) { size_ = size; }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return size_; }

 private:
  Theme theme_ = make_theme(ThemeKind::light);
  QSize size_{260, 232};
};

class LineDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void set_theme(const Theme& theme) { theme_ = theme; }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

 private:
  Theme theme_ = make_theme(ThemeKind::light);
};

}  // namespace spawnpoint::gui
