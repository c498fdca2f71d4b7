// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/file/completion_popup.hpp"

#include <QAbstractItemView>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <algorithm>

#include "gui/text/to_qstring.hpp"

namespace spawnpoint::gui {
namespace {

constexpr int kHelp = Qt::UserRole + 1;
constexpr int kGap = 16;
constexpr int kWidest = 520;
constexpr int kMostRows = 10;

/// The choice, and after it its help in the colour of what is less important.
class ChoiceDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QStyledItemDelegate::paint(painter, option, index);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const int begin = option.fontMetrics.horizontalAdvance(index.data().toString()) + kGap;
    const QRect place = option.rect.adjusted(begin, 0, -6, 0);
    if (place.width() < 24) return;
    painter->save();
    painter->setPen(option.palette.color(selected ? QPalette::HighlightedText : QPalette::PlaceholderText));
    painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                      option.fontMetrics.elidedText(index.data(kHelp).toString(), Qt::ElideRight, place.width()));
    painter->restore();
  }
};

}  // namespace

CompletionPopup::CompletionPopup(QWidget* editor) : QCompleter(editor) {
  setModel(&model_);
  setWidget(editor);
  setCompletionMode(QCompleter::UnfilteredPopupCompletion);
  setMaxVisibleItems(kMostRows);
  popup()->setItemDelegate(new ChoiceDelegate(popup()));
  popup()->setAccessibleName(tr("Completions"));
  connect(this, qOverload<const QModelIndex&>(&QCompleter::activated), this,
          [this](const QModelIndex& index) { emit chosen(index.row()); });
}

void CompletionPopup::show_choices(const std::vector<WordChoice>& choices, const QRect& cursor) {
  if (choices.empty()) return hide();
  model_.clear();
  const QFontMetrics metrics(popup()->font());
  int width = 0;
  for (const WordChoice& choice : choices) {
    auto* item = new QStandardItem(to_qstring(choice.shown));
    const QString help = to_qstring(choice.help);
    item->setData(help, kHelp);
    item->setToolTip(help);
    item->setData(help, Qt::AccessibleDescriptionRole);
    model_.appendRow(item);
    width = std::max(width, metrics.horizontalAdvance(item->text()) + kGap + metrics.horizontalAdvance(help) + 16);
  }
  QRect place = cursor;
  place.setWidth(std::min(width, kWidest) + popup()->verticalScrollBar()->sizeHint().width());
  complete(place);
  popup()->setCurrentIndex(completionModel()->index(0, 0));
}

bool CompletionPopup::is_shown() const {
  return popup()->isVisible();
}

void CompletionPopup::hide() {
  popup()->hide();
}

QStringList CompletionPopup::shown_choices() const {
  QStringList all;
  for (int row = 0; is_shown() && row < model_.rowCount(); ++row) all.append(model_.item(row)->text());
  return all;
}

}  // namespace spawnpoint::gui
