// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/command_palette.hpp"

#include <QApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

namespace spawnpoint::gui {
namespace {

constexpr int kDetail = Qt::UserRole;
constexpr int kCommand = Qt::UserRole + 1;
constexpr int kWidth = 560;
constexpr int kHeight = 380;
/// Beginnings of words count as worse than words that occur, wherever; what only the other words of a command say, as
/// worse still.
constexpr int kBeginnings = 10'000;
constexpr int kOtherWords = 20'000;

/// Where in the title the last of `letters` is, if each begins a word or follows the one before; negative: nowhere.
qsizetype beginnings(QStringView title, QStringView letters, qsizetype from, bool follows) {
  if (letters.isEmpty()) return from;
  for (qsizetype at = from; at < title.size(); ++at) {
    const bool begins = at == 0 || !title[at - 1].isLetterOrNumber();
    if ((begins || (follows && at == from)) && title[at].toLower() == letters[0].toLower()) {
      const qsizetype end = beginnings(title, letters.mid(1), at + 1, true);
      if (end >= 0) return end;
    }
  }
  return -1;
}

/// The title on the left, its keys on the right.
class CommandDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const QString detail = index.data(kDetail).toString();
    const int wide = detail.isEmpty() ? 0 : option.fontMetrics.horizontalAdvance(detail) + 20;
    QStyleOptionViewItem whole = option;
    initStyleOption(&whole, index);
    whole.text = option.fontMetrics.elidedText(whole.text, Qt::ElideRight, option.rect.width() - wide - 8);
    const QWidget* widget = option.widget;
    widget->style()->drawControl(QStyle::CE_ItemViewItem, &whole, painter, widget);
    painter->save();
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    painter->setPen(option.palette.color(selected ? QPalette::HighlightedText : QPalette::PlaceholderText));
    painter->drawText(option.rect.adjusted(0, 0, -8, 0), Qt::AlignRight | Qt::AlignVCenter, detail);
    painter->restore();
  }
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    return {QStyledItemDelegate::sizeHint(option, index).width(), option.fontMetrics.height() + 8};
  }
};

/// Negative where one of the words does not occur.
int distance_of_words(const QString& title, const QString& words) {
  int distance = 0;
  for (const QString& word : words.simplified().split(' ', Qt::SkipEmptyParts)) {
    const auto at = title.indexOf(word, 0, Qt::CaseInsensitive);
    if (at < 0) return -1;
    // At a word's beginning is where people begin to type.
    const bool begins = at == 0 || (at > 0 && !title[at - 1].isLetterOrNumber());
    distance += static_cast<int>(at) + (begins ? 0 : 100);
  }
  return distance;
}

}  // namespace

int command_distance(const QString& title, const QString& words) {
  const int distance = distance_of_words(title, words);
  if (distance >= 0) return distance;
  const qsizetype end = beginnings(title, QString(words).remove(' '), 0, false);
  return end < 0 ? -1 : kBeginnings + static_cast<int>(end);
}

CommandPalette::CommandPalette(std::vector<Command> commands, QWidget* parent)
    : QDialog(parent), commands_(std::move(commands)), search_(new QLineEdit(this)), list_(new QListWidget(this)) {
  setWindowTitle(tr("Commands"));
  setObjectName("command_palette");
  search_->setPlaceholderText(tr("What to do or to open: run, dark, thousand …"));
  search_->setClearButtonEnabled(true);
  search_->setAccessibleName(tr("Search commands and scenarios"));
  list_->setAccessibleName(tr("Commands and scenarios"));
  list_->setItemDelegate(new CommandDelegate(list_));
  list_->setUniformItemSizes(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(8, 8, 8, 8);
  column->addWidget(search_);
  column->addWidget(list_);
  resize(kWidth, kHeight);
  if (parent != nullptr) {
    const QPoint top = parent->mapToGlobal(QPoint((parent->width() - kWidth) / 2, parent->height() / 8));
    move(top);
  }
  search_->installEventFilter(this);
  connect(search_, &QLineEdit::textChanged, this, &CommandPalette::list);
  connect(search_, &QLineEdit::returnPressed, this, &CommandPalette::run_current);
  connect(list_, &QListWidget::itemClicked, this, &CommandPalette::run_current);
  list();
  search_->setFocus();
}

void CommandPalette::list() {
  const QString words = search_->text();
  std::vector<std::pair<int, std::size_t>> found;
  for (std::size_t i = 0; i < commands_.size(); ++i) {
    int distance = command_distance(commands_[i].title, words);
    if (distance < 0 && (distance = distance_of_words(commands_[i].words, words)) >= 0) distance += kOtherWords;
    if (distance >= 0) found.emplace_back(distance, i);
  }
  // Of equals, the one that was listed first.
  std::sort(found.begin(), found.end());
  list_->clear();
  for (const auto& [distance, i] : found) {
    auto* item = new QListWidgetItem(commands_[i].title, list_);
    item->setData(kDetail, commands_[i].detail);
    item->setData(Qt::AccessibleDescriptionRole, commands_[i].detail);
    item->setData(kCommand, static_cast<qulonglong>(i));
  }
  if (list_->count() > 0) {
    list_->setCurrentRow(0);
  } else {
    auto* item = new QListWidgetItem(tr("Nothing matches."), list_);
    item->setFlags(Qt::NoItemFlags);
  }
}

QStringList CommandPalette::listed() const {
  QStringList titles;
  for (int row = 0; row < list_->count(); ++row) {
    if (list_->item(row)->flags() != Qt::NoItemFlags) titles.append(list_->item(row)->text());
  }
  return titles;
}

void CommandPalette::run_current() {
  const QListWidgetItem* item = list_->currentItem();
  if (item == nullptr || !item->data(kCommand).isValid()) return;
  const auto run = commands_[item->data(kCommand).toULongLong()].run;
  accept();
  // After this dialog has gone: what runs may open another one.
  QTimer::singleShot(0, parent(), run);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
  // The keys that walk through the list work while the cursor stays in the text.
  if (watched == search_ && event->type() == QEvent::KeyPress) {
    switch (static_cast<QKeyEvent*>(event)->key()) {
      case Qt::Key_Up:
      case Qt::Key_Down:
      case Qt::Key_PageUp:
      case Qt::Key_PageDown:
        QCoreApplication::sendEvent(list_, event);
        return true;
      default:
        break;
    }
  }
  return QDialog::eventFilter(watched, event);
}

}  // namespace spawnpoint::gui
