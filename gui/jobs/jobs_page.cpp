// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/jobs/jobs_page.hpp"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFontMetrics>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

#include "gui/jobs/sort_header.hpp"
#include "gui/page/eliding_label.hpp"
#include "gui/page/veil.hpp"
#include "gui/text/keys.hpp"
#include "gui/text/to_qstring.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

constexpr int kBothWorlds = 0;

/// A cell that is cut tells all of it in its tooltip; else what the model says of it.
class CellDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                 const QModelIndex& index) override {
    if (event->type() != QEvent::ToolTip) return QStyledItemDelegate::helpEvent(event, view, option, index);
    const bool cut = sizeHint(option, index).width() > view->visualRect(index).width();
    QToolTip::showText(event->globalPos(), index.data(cut ? Qt::DisplayRole : Qt::ToolTipRole).toString(), view);
    return true;
  }
};

}  // namespace

JobsPage::JobsPage(Workspace& workspace, QWidget* parent)
    : Page(parent),
      workspace_(workspace),
      model_(new JobsModel(this)),
      filter_(new QLineEdit(this)),
      worlds_(new QComboBox(this)),
      table_(new QTableView(this)),
      words_(new ElidingLabel(this)),
      nothing_(new QLabel(this)),
      veil_(new Veil(table_)) {
  filter_->setPlaceholderText(tr("Filter: job 312   state:failed   thread:3   response>1.1s   delay>50ms"));
  filter_->setClearButtonEnabled(true);
  filter_->setAccessibleName(tr("Filter of the jobs"));
  filter_->setToolTip(
      tr("Conditions with spaces between them must all hold:\n"
         "312, job 300-320, job>300\n"
         "thread 3, thread:main\n"
         "failed, state:waiting, live, world:modeled\n"
         "arrival, start, end, delay, duration, response, late with < <= > >= = and a time: duration>1.1s"));
  worlds_->addItems({tr("both worlds"), tr("model"), tr("live")});
  worlds_->setAccessibleName(tr("Whose jobs are shown"));
  words_->setAccessibleName(tr("What the table shows"));
  words_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  nothing_->setAlignment(Qt::AlignCenter);
  nothing_->setWordWrap(true);

  table_->setModel(model_);
  table_->setAccessibleName(tr("Jobs"));
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_->setAlternatingRowColors(true);
  table_->setWordWrap(false);
  table_->setItemDelegate(new CellDelegate(table_));
  table_->setShowGrid(false);
  table_->setTabKeyNavigation(false);
  table_->verticalHeader()->hide();
  // Rows of one height: nothing is measured, however many there are.
  table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table_->verticalHeader()->setDefaultSectionSize(QFontMetrics(font()).height() + 6);
  auto* header = new SortHeader(table_);
  table_->setHorizontalHeader(header);
  header->setSectionsMovable(true);
  header->setSortIndicator(0, Qt::AscendingOrder);
  table_->setSortingEnabled(true);
  header->setStretchLastSection(false);
  table_->installEventFilter(this);

  auto* copy_it = new QAction(tr("&Copy as a table"), this);
  copy_it->setShortcut(QKeySequence::Copy);
  copy_it->setShortcutContext(Qt::WidgetShortcut);
  connect(copy_it, &QAction::triggered, this, &JobsPage::copy);
  auto* show_it = new QAction(tr("&Show in the timelines"), this);
  connect(show_it, &QAction::triggered, this, [this] { emit table_->activated(table_->currentIndex()); });
  table_->addActions({copy_it, show_it});
  table_->setContextMenuPolicy(Qt::ActionsContextMenu);

  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(6, 4, 6, 0);
  bar->addWidget(filter_, 1);
  bar->addWidget(worlds_);
  auto* below = new QHBoxLayout;
  below->setContentsMargins(8, 0, 8, 4);
  below->addWidget(words_, 1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addLayout(bar);
  column->addWidget(table_, 1);
  column->addWidget(nothing_, 1);
  column->addLayout(below);

  setFocusProxy(table_);
  connect(filter_, &QLineEdit::textChanged, this, &JobsPage::read_filter);
  connect(filter_, &QLineEdit::returnPressed, table_, [this] {
    table_->setFocus();
    if (!table_->currentIndex().isValid() && model_->rowCount() > 0) table_->selectRow(0);
  });
  connect(worlds_, &QComboBox::currentIndexChanged, this, &JobsPage::refresh);
  connect(model_, &JobsModel::settled, this, [this] {
    show_words();
    fit_columns();
    show_selected_job();
  });
  connect(header, &QHeaderView::sectionResized, this, [this] { own_widths_ |= !fitting_; });
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
    if (!follows_ && now.isValid())
      workspace_.selection().select_job(model_->job(now.row()), model_->figures(now.row()).world());
  });
  connect(table_, &QAbstractItemView::activated, this, [this](const QModelIndex& row) {
    if (row.isValid()) workspace_.show_job(model_->figures(row.row()).world(), model_->job(row.row()));
  });
  connect(&workspace.selection(), &Selection::job_changed, this, &JobsPage::show_selected_job);
  connect(&workspace.selection(), &Selection::run_changed, this, &JobsPage::refresh);
  connect(&workspace, &Workspace::scenario_read, this, &JobsPage::refresh);
  // What could not be read goes with the document that it was typed for.
  connect(&workspace.document(), &Document::opened, this, [this] {
    if (!mistake_.isEmpty()) filter_->clear();
  });
  for (const auto signal : {&Runs::started, &Runs::finished})
    connect(&workspace.runs(), signal, this, &JobsPage::refresh);
  connect(&workspace.runs(), &Runs::idle, this, &JobsPage::refresh);
  show_words();
}

/// As wide as what is in them, until somebody has set a width: on a small screen all of them must be visible.
void JobsPage::fit_columns() {
  if (own_widths_ || model_->rowCount() == 0) return;
  // Looking at all of a million rows would take too long.
  constexpr int kLooks = 64;
  const int rows = model_->rowCount();
  QFont slanted = font();  // As old rows have it.
  slanted.setItalic(true);
  const QFontMetrics metrics(slanted);
  fitting_ = true;
  for (int column = 0; column < static_cast<int>(kJobColumns); ++column) {
    int widest = metrics.horizontalAdvance(job_column_name(static_cast<JobColumn>(column))) + 10;
    for (int look = 0; look < std::min(kLooks, rows); ++look) {
      const int row = rows <= kLooks ? look : static_cast<int>(std::int64_t{rows - 1} * look / (kLooks - 1));
      widest = std::max(widest, metrics.horizontalAdvance(model_->index(row, column).data().toString()));
    }
    for (const QString& text : model_->widest_texts(static_cast<JobColumn>(column)))
      widest = std::max(widest, metrics.horizontalAdvance(text));
    table_->horizontalHeader()->resizeSection(column, widest + 8);
  }
  fitting_ = false;
}

void JobsPage::refresh() {
  if (!isVisible()) return;
  // What a record's jobs should have taken is not known.
  const bool saved = workspace_.record(workspace_.selection().run()) != nullptr;
  auto scenario = saved ? nullptr : workspace_.document().scenario();
  std::vector<JobSource> sources;
  for (const auto& result : workspace_.recorded_results()) sources.push_back({result->world, result->trace});
  nothing_text_.clear();
  if (sources.empty()) {
    nothing_text_ = !scenario ? workspace_.why_nothing()
                    : workspace_.runs().is_running()
                        ? tr("The jobs are listed when the run is over.")
                        : tr("Nothing has run yet: %1 runs the scenario.").arg(keys::kRunBoth);
  }
  if (worlds_->currentIndex() != kBothWorlds) {
    const WorldKind only = worlds_->currentIndex() == 1 ? WorldKind::modeled : WorldKind::live;
    std::erase_if(sources, [&](const JobSource& source) { return source.world != only; });
    if (sources.empty() && nothing_text_.isEmpty())
      nothing_text_ = only == WorldKind::live ? tr("Not run live yet: %1 runs it on this machine.").arg(keys::kRunLive)
                                              : tr("Not modeled yet: %1 runs the model.").arg(keys::kRunModel);
  }
  const auto key = [&](const JobSource& source) { return RunKey{workspace_.selection().run(), source.world}; };
  const bool old = !sources.empty() && std::ranges::none_of(sources, [&](const JobSource& source) {
    return workspace_.is_of_present_text(key(source));
  });
  veil_->setVisible(old);
  why_old_.clear();
  std::array<bool, kWorlds.size()> old_ones{};
  for (const JobSource& source : sources) {
    if (workspace_.is_of_present_text(key(source))) continue;
    const QString words = workspace_.why_old(key(source));
    if (!old) old_ones[static_cast<std::size_t>(source.world)] = true;  // Where all are old, the veil says so.
    why_old_ = old ? words : tr("%1: %2").arg(to_qstring(short_name(source.world)), words);
  }
  model_->set_old(old_ones);
  model_->set_sources(std::move(sources), std::move(scenario));
  show_words();
}

void JobsPage::read_filter() {
  const auto filter = JobFilter::parse(filter_->text().toStdString());
  mistake_ = filter ? QString() : to_qstring(filter.error());
  // The last one that could be read stays.
  if (filter) model_->set_filter(*filter);
  show_words();
}

void JobsPage::show_words() {
  const auto shown = static_cast<std::int64_t>(model_->rowCount());
  const auto total = static_cast<std::int64_t>(model_->total());
  const bool empty = shown == 0 && !model_->is_busy();
  // A job that ran in both worlds has a row for each.
  const QString all = model_->worlds() > 1
                          ? tr("%1, one for each job and world").arg(to_qstring(format_count(total, "row")))
                          : to_qstring(format_count(total, "job"));
  table_->setVisible(!empty);
  nothing_->setVisible(empty);
  // What was not understood filters nothing: the reason stands where the rows are missing.
  nothing_->setText(!mistake_.isEmpty() && total > 0 ? mistake_
                    : total > 0                      ? tr("No job matches: none of %1.").arg(all)
                                                     : nothing_text_);
  const QString amount = shown == total ? all : tr("%1 of %2").arg(to_qstring(format_count(shown)), all);
  QString words = mistake_;
  if (!words.isEmpty() && total > 0) words += tr(" · until then the rows stay as they were: %1").arg(amount);
  if (words.isEmpty() && model_->is_busy()) words = tr("Sorting …");
  if (words.isEmpty() && total > 0) {
    words = amount;
    if (!why_old_.isEmpty()) words += QStringLiteral(" · ") + why_old_;
    words += tr(" · Enter shows a job, S sorts by the column, %1 copies").arg(keys::kCopyRows);
  }
  words_->setText(words);
  words_->setToolTip(words);
}

void JobsPage::show_selected_job() {
  if (!isVisible() || model_->is_busy()) return;
  const JobId job = workspace_.selection().job();
  follows_ = true;
  if (job == kNoJob) {
    table_->clearSelection();
    table_->setCurrentIndex({});
  } else {
    const QModelIndex current = table_->currentIndex();
    const WorldKind world = workspace_.selection().job_world();
    const bool there =
        current.isValid() && model_->job(current.row()) == job && model_->figures(current.row()).world() == world;
    const int row = there ? current.row() : model_->row_of(job, world);
    if (row >= 0 && !there) {
      table_->selectRow(row);
      table_->scrollTo(model_->index(row, 0), QAbstractItemView::PositionAtCenter);
    }
    if (row < 0) table_->clearSelection();
  }
  follows_ = false;
}

void JobsPage::copy() {
  std::vector<int> rows;
  for (const QItemSelectionRange& range : table_->selectionModel()->selection()) {
    for (int row = range.top(); row <= range.bottom(); ++row) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  if (rows.empty()) return;
  QApplication::clipboard()->setText(jobs_table(model_->snapshot(rows), u'\t'));
  words_->setText(tr("%1 copied").arg(to_qstring(format_count(static_cast<std::int64_t>(rows.size()), "row"))));
}

void JobsPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  refresh();
  show_selected_job();
}

bool JobsPage::eventFilter(QObject* watched, QEvent* event) {
  // Not every platform lets Enter activate a row.
  if (watched == table_ && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if ((key == Qt::Key_Return || key == Qt::Key_Enter) && table_->currentIndex().isValid()) {
      emit table_->activated(table_->currentIndex());
      return true;
    }
    // The header cannot be reached with the keyboard.
    if (key == Qt::Key_S && static_cast<QKeyEvent*>(event)->modifiers() == Qt::NoModifier) {
      const QHeaderView& header = *table_->horizontalHeader();
      const int column = std::max(0, table_->currentIndex().column());
      const bool turn = header.sortIndicatorSection() == column && header.sortIndicatorOrder() == Qt::AscendingOrder;
      table_->sortByColumn(column, turn ? Qt::DescendingOrder : Qt::AscendingOrder);
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace spawnpoint::gui
