// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/gallery/card_delegate.hpp"

#include <QApplication>
#include <QPainter>
#include <QTextLayout>
#include <algorithm>

#include "gui/gallery/gallery_model.hpp"

namespace spawnpoint::gui {
namespace {

/// Wrapped text, at most `lines` of it, the last one ending in "…" where more would follow. Returns the height used.
int draw_wrapped(QPainter& painter, const QRect& area, const QString& text, int lines) {
  const QFontMetrics metrics = painter.fontMetrics();
  QTextLayout layout(text, painter.font());
  layout.beginLayout();
  int used = 0;
  for (int n = 0; n < lines; ++n) {
    QTextLine line = layout.createLine();
    if (!line.isValid()) break;
    line.setLineWidth(area.width());
    const bool last = n + 1 == lines;
    const QString part = text.mid(line.textStart(), last ? -1 : line.textLength());
    painter.drawText(QRect(area.left(), area.top() + used, area.width(), metrics.lineSpacing()),
                     Qt::AlignLeft | Qt::AlignVCenter,
                     last ? metrics.elidedText(part, Qt::ElideRight, area.width()) : part.trimmed());
    used += metrics.lineSpacing();
  }
  layout.endLayout();
  return used;
}

std::shared_ptr<const Preview> preview_of(const QModelIndex& index) {
  return index.data(GalleryModel::kPreviewRole).value<std::shared_ptr<const Preview>>();
}

}  // namespace

void CardDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  const QRect card = option.rect.adjusted(6, 6, -6, -6);
  const bool chosen = option.state.testFlag(QStyle::State_Selected);
  const bool under_mouse = option.state.testFlag(QStyle::State_MouseOver);
  painter->setPen(QPen(chosen || under_mouse ? theme_.accent : theme_.frame, chosen ? 2 : 1));
  painter->setBrush(theme_.base);
  painter->drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);

  const QRect inside = card.adjusted(12, 10, -12, -10);
  const QRect picture(inside.left(), inside.top(), inside.width(), 84);
  const auto preview = preview_of(index);
  if (preview) {
    draw(*painter, picture, *preview, theme_);
  } else {
    painter->setPen(theme_.muted);
    painter->setFont(theme_.font(11));
    painter->drawText(picture, Qt::AlignCenter, QObject::tr("…"));
  }

  int y = picture.bottom() + 8;
  painter->setFont(theme_.font(11));
  int verdict_height = painter->fontMetrics().lineSpacing();
  if (preview) {
    painter->setPen(preview->failure_at ? theme_.failure_text : theme_.muted);
    verdict_height = draw_wrapped(*painter, QRect(inside.left(), y, inside.width(), 0), preview->verdict, 2);
  }
  y += verdict_height + 5;
  painter->setFont(theme_.font(14, true));
  painter->setPen(theme_.text);
  y += draw_wrapped(*painter, QRect(inside.left(), y, inside.width(), 0), index.data().toString(), 2) + 3;
  painter->setFont(theme_.font(12));
  painter->setPen(theme_.muted);
  const int left = std::max(0, (inside.bottom() - y + 1) / painter->fontMetrics().lineSpacing());
  if (left > 0) {
    draw_wrapped(*painter, QRect(inside.left(), y, inside.width(), 0),
                 index.data(GalleryModel::kSummaryRole).toString(), left);
  }
  painter->restore();
}

void LineDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyleOptionViewItem line = option;
  initStyleOption(&line, index);
  line.text.clear();
  const QStyle* style = line.widget ? line.widget->style() : QApplication::style();
  style->drawControl(QStyle::CE_ItemViewItem, &line, painter, line.widget);
  painter->save();
  const bool chosen = option.state.testFlag(QStyle::State_Selected);
  const auto preview = preview_of(index);
  const bool fails = preview && preview->failure_at;
  const QRect area = option.rect.adjusted(6, 0, -6, 0);
  const QRect glyph(area.left(), area.top(), 14, area.height());
  painter->setFont(theme_.font(12));
  if (fails) {
    painter->setPen(chosen ? option.palette.color(QPalette::HighlightedText) : theme_.failure_text);
    painter->drawText(glyph, Qt::AlignCenter, QStringLiteral("✕"));
  }
  painter->setPen(option.palette.color(chosen ? QPalette::HighlightedText : QPalette::Text));
  const QRect words = area.adjusted(18, 0, 0, 0);
  painter->drawText(words, Qt::AlignLeft | Qt::AlignVCenter,
                    painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, words.width()));
  painter->restore();
}

QSize LineDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
  return {120, QFontMetrics(theme_.font(12)).lineSpacing() + 8};
}

}  // namespace spawnpoint::gui
