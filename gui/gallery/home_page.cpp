// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/gallery/home_page.hpp"

#include <QBoxLayout>
#include <QDir>
#include <QEvent>
#include <QFileInfo>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "models/machine/profile_file.hpp"

namespace spawnpoint::gui {
namespace {

constexpr int kNarrowestCard = 250;
constexpr int kCardHeight = 236;

QLineEdit* make_search(QWidget* parent) {
  auto* search = new QLineEdit(parent);
  search->setPlaceholderText(QObject::tr("Search: EAGAIN, pids.max …"));
  search->setClearButtonEnabled(true);
  search->setAccessibleName(QObject::tr("Search the scenarios"));
  return search;
}

/// The page must not keep the panels beside it from having their width.
void take_any_width(QLabel& label) {
  QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Minimum);
  policy.setHeightForWidth(true);
  label.setSizePolicy(policy);
}

QLabel* make_title(QWidget* parent) {
  auto* title = new QLabel(QObject::tr("Where does it break, why, and what would work instead?"), parent);
  QFont large = title->font();
  large.setPointSizeF(large.pointSizeF() * 1.5);
  large.setBold(true);
  title->setFont(large);
  title->setWordWrap(true);
  take_any_width(*title);
  return title;
}

}  // namespace

SearchFilter::SearchFilter(GalleryModel& model, QObject* parent) : QSortFilterProxyModel(parent) {
  setSourceModel(&model);
  sort(0);
}

void SearchFilter::set_words(const QString& words) {
  words_ = words.simplified().split(' ', Qt::SkipEmptyParts);
  invalidate();
}

bool SearchFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
  return has_all(sourceModel()->index(row, 0, parent).data(GalleryModel::kSearchRole).toString());
}

bool SearchFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
  if (!words_.isEmpty()) {
    const bool left_title = has_all(left.data().toString());
    if (left_title != has_all(right.data().toString())) return left_title;
  }
  return left.row() < right.row();
}

bool SearchFilter::has_all(const QString& text) const {
  return std::all_of(words_.begin(), words_.end(),
                     [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

HomePage::HomePage(Workspace& workspace, QWidget* parent)
    : Page(parent),
      workspace_(workspace),
      gallery_(new GalleryModel(this)),
      filter_(new SearchFilter(*gallery_, this)),
      search_(make_search(this)),
      top_(new QBoxLayout(QBoxLayout::LeftToRight)),
      cards_(new QListView(this)),
      nothing_(new QLabel(tr("No scenario matches."), this)),
      recent_title_(new QLabel(tr("Recent files"), this)),
      recent_(new QListWidget(this)),
      delegate_(new CardDelegate(cards_)) {
  fill_cards();
  fill_recent();
  follow_search();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(18, 14, 18, 8);
  column->addWidget(make_title(this));
  column->addLayout(top_row());
  column->addSpacing(6);
  column->addWidget(nothing_);
  column->addWidget(cards_, 1);
  column->addWidget(recent_title_);
  column->addWidget(recent_);
  setFocusProxy(search_);
  connect(&workspace, &Workspace::recent_changed, this, &HomePage::show_recent);
  connect(&workspace.runs(), &Runs::started, gallery_, [this] { gallery_->hold(true); });
  connect(&workspace.runs(), &Runs::idle, gallery_, [this] { gallery_->hold(false); });
  show_recent();
  gallery_->show(list_scenarios(shipped_scenarios()));
}

QLayout* HomePage::top_row() {
  auto* hint = new QLabel(tr("Pick a scenario, or drop a scenario file anywhere in this window."), this);
  hint->setForegroundRole(QPalette::PlaceholderText);
  hint->setWordWrap(true);
  take_any_width(*hint);
  auto* open = new QPushButton(tr("Open a file …"), this);
  open->setAccessibleName(tr("Open a scenario file"));
  connect(open, &QPushButton::clicked, this, [this] { workspace_.ask_to_open({}); });

  auto* find = new QHBoxLayout;
  search_->setMinimumWidth(200);
  find->addWidget(search_);
  find->addWidget(open);
  top_->addWidget(hint, 1);
  top_->addLayout(find);
  return top_;
}

/// Beside the search the hint would have a word a line.
void HomePage::resizeEvent(QResizeEvent* event) {
  Page::resizeEvent(event);
  constexpr int kBeside = 560;
  top_->setDirection(width() < kBeside ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
}

void HomePage::fill_cards() {
  cards_->setModel(filter_);
  cards_->setItemDelegate(delegate_);
  cards_->setViewMode(QListView::IconMode);
  cards_->setResizeMode(QListView::Adjust);
  cards_->setMovement(QListView::Static);
  cards_->setUniformItemSizes(true);
  cards_->setMouseTracking(true);
  cards_->setFrameShape(QFrame::NoFrame);
  cards_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  cards_->setAccessibleName(tr("Scenarios"));
  cards_->viewport()->setBackgroundRole(QPalette::Window);
  cards_->viewport()->installEventFilter(this);
  const auto choose = [this](const QModelIndex& index) {
    workspace_.ask_to_open(index.data(GalleryModel::kPathRole).toString());
  };
  // Activation is a double click or Enter; one click is enough here, and must not open twice.
  connect(cards_, &QListView::clicked, this, choose);
  cards_->installEventFilter(this);
}

void HomePage::follow_search() {
  nothing_->setAlignment(Qt::AlignCenter);
  nothing_->hide();
  connect(search_, &QLineEdit::textChanged, this, [this](const QString& text) {
    filter_->set_words(text);
    nothing_->setVisible(filter_->rowCount() == 0 && !text.isEmpty());
  });
  connect(search_, &QLineEdit::returnPressed, this, [this] {
    if (filter_->rowCount() > 0) workspace_.ask_to_open(filter_->index(0, 0).data(GalleryModel::kPathRole).toString());
  });
}

void HomePage::fill_recent() {
  QFont bold = recent_title_->font();
  bold.setBold(true);
  recent_title_->setFont(bold);
  recent_->setAccessibleName(tr("Recent files"));
  recent_->setFrameShape(QFrame::NoFrame);
  recent_->viewport()->setBackgroundRole(QPalette::Window);
  const auto reopen = [this](QListWidgetItem* item) { workspace_.ask_to_open(item->data(Qt::UserRole).toString()); };
  connect(recent_, &QListWidget::itemClicked, this, reopen);
  recent_->installEventFilter(this);
}

void HomePage::set_theme(const Theme& theme) {
  delegate_->set_theme(theme);
  cards_->viewport()->update();
}

void HomePage::show_recent() {
  recent_->clear();
  for (const QString& path : workspace_.session().recent().mid(0, 4)) {
    const QFileInfo file(path);
    QString folder = file.absolutePath();
    const QString home = QDir::homePath();
    if (folder.startsWith(home)) folder = "~" + folder.mid(home.size());
    auto* item = new QListWidgetItem(tr("%1   —   %2").arg(file.fileName(), folder), recent_);
    item->setData(Qt::UserRole, path);
    item->setToolTip(path);
  }
  const bool any = recent_->count() > 0;
  recent_->setVisible(any);
  recent_title_->setVisible(any);
  if (any) recent_->setFixedHeight(recent_->sizeHintForRow(0) * recent_->count() + 6);
}

bool HomePage::eventFilter(QObject* watched, QEvent* event) {
  if (watched == cards_->viewport() && event->type() == QEvent::Resize) fit_cards();
  if (event->type() == QEvent::KeyPress && (watched == cards_ || watched == recent_)) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    const auto* view = static_cast<QAbstractItemView*>(watched);
    if ((key == Qt::Key_Return || key == Qt::Key_Enter) && view->currentIndex().isValid()) {
      const int role = watched == cards_ ? static_cast<int>(GalleryModel::kPathRole) : static_cast<int>(Qt::UserRole);
      workspace_.ask_to_open(view->currentIndex().data(role).toString());
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

void HomePage::fit_cards() {
  // As many cards a row as there is room for, and no gap at the right.
  const int width = cards_->viewport()->width() - 2;
  const int columns = std::max(1, width / kNarrowestCard);
  const QSize size(std::max(kNarrowestCard / 2, width / columns), kCardHeight);
  if (cards_->gridSize() == size) return;
  delegate_->set_card_size(size);
  cards_->setGridSize(size);
}

ScenarioList::ScenarioList(Workspace& workspace, GalleryModel& model, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      filter_(new SearchFilter(model, this)),
      search_(make_search(this)),
      list_(new QListView(this)),
      delegate_(new LineDelegate(list_)) {
  search_->setPlaceholderText(tr("Search"));
  list_->setModel(filter_);
  list_->setItemDelegate(delegate_);
  list_->setUniformItemSizes(true);
  list_->setAccessibleName(tr("List of scenarios"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(4, 4, 4, 4);
  column->setSpacing(4);
  column->addWidget(search_);
  column->addWidget(list_, 1);
  connect(search_, &QLineEdit::textChanged, filter_, &SearchFilter::set_words);
  const auto choose = [this](const QModelIndex& index) {
    const QString path = index.data(GalleryModel::kPathRole).toString();
    if (path != workspace_.document().path()) workspace_.ask_to_open(path);
  };
  connect(list_, &QListView::clicked, this, choose);
  connect(list_, &QListView::activated, this, choose);
  connect(&workspace.document(), &Document::opened, this, &ScenarioList::mark_open_one);
}

void ScenarioList::set_theme(const Theme& theme) {
  delegate_->set_theme(theme);
  list_->viewport()->update();
}

void ScenarioList::mark_open_one() {
  const QString path = workspace_.document().path();
  list_->clearSelection();
  for (int row = 0; row < filter_->rowCount(); ++row) {
    const QModelIndex index = filter_->index(row, 0);
    if (QFileInfo(index.data(GalleryModel::kPathRole).toString()).absoluteFilePath() == path) {
      list_->setCurrentIndex(index);
    }
  }
}

}  // namespace spawnpoint::gui
