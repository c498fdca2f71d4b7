// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/help/reference_dialog.hpp"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScreen>
#include <QSortFilterProxyModel>
#include <QStandardItemModel>
#include <QTableView>
#include <QVBoxLayout>

#include "core/simulation/distribution.hpp"
#include "gui/text/to_qstring.hpp"
#include "models/concurrency/registry.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint::gui {
namespace {

/// Any column may have the words.
class WordsFilter : public QSortFilterProxyModel {
 public:
  using QSortFilterProxyModel::QSortFilterProxyModel;
  void set_words(const QString& words) {
    words_ = words.simplified().split(' ', Qt::SkipEmptyParts);
    invalidateFilter();
  }

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override {
    QString all;
    for (int column = 0; column < 3; ++column) all += sourceModel()->index(row, column, parent).data().toString() + ' ';
    return std::all_of(words_.begin(), words_.end(),
                       [&](const QString& word) { return all.contains(word, Qt::CaseInsensitive); });
  }

 private:
  QStringList words_;
};

}  // namespace

ReferenceDialog::ReferenceDialog(QWidget* parent)
    : QDialog(parent), search_(new QLineEdit(this)), table_(new QTableView(this)), filter_(new WordsFilter(this)) {
  setWindowTitle(tr("Scenario reference"));
  setObjectName("reference");
  QStringList distributions;
  for (const std::string_view name : Distribution::names()) distributions += to_qstring(name);
  auto* intro = new QLabel(
      tr("A scenario is a TOML file. Everything has a default. A value with a unit is text with that unit: \"1s\", "
         "\"250us\", \"2MiB\", \"100/s\". Durations may be random, such as exp(mean=1s), uniform(0.5s, 1.5s) or "
         "empirical(file.csv). The distributions are %1.")
          .arg(distributions.join(QStringLiteral(", "))),
      this);
  intro->setWordWrap(true);
  search_->setPlaceholderText(tr("Search keys and words: stack, limit, thread …"));
  search_->setClearButtonEnabled(true);
  search_->setAccessibleName(tr("Search the reference"));

  auto* model = new QStandardItemModel(this);
  model->setHorizontalHeaderLabels({tr("Key"), tr("Type"), tr("Meaning")});
  const auto add = [model](const QString& key, const QString& type, const QString& help) {
    QList<QStandardItem*> row{new QStandardItem(key), new QStandardItem(type), new QStandardItem(help)};
    for (QStandardItem* item : row) {
      item->setEditable(false);
      item->setToolTip(help);
    }
    model->appendRow(row);
  };
  for (const KeyHelp& key : scenario_keys())
    add(to_qstring(key.key), to_qstring(key.type).remove('`'), to_qstring(key.help));
  for (const ConcurrencyModel& known : concurrency_models())
    add(QStringLiteral("run.concurrency = \"%1\"").arg(to_qstring(known.name)), tr("concurrency model"),
        to_qstring(known.summary));
  filter_->setSourceModel(model);
  table_->setModel(filter_);
  table_->setAccessibleName(tr("Keys of scenario files"));
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setAlternatingRowColors(true);
  table_->setShowGrid(false);
  table_->setWordWrap(true);
  table_->setTabKeyNavigation(false);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table_->horizontalHeader()->setStretchLastSection(true);
  table_->setColumnWidth(0, 260);
  table_->setColumnWidth(1, 170);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(search_, &QLineEdit::textChanged, this,
          [this](const QString& words) { static_cast<WordsFilter*>(filter_)->set_words(words); });
  auto* column = new QVBoxLayout(this);
  column->addWidget(intro);
  column->addWidget(search_);
  column->addWidget(table_, 1);
  column->addWidget(buttons);
  // With large letters a screen is small.
  resize(QSize(900, 600).boundedTo(screen()->availableSize() * 9 / 10));
  search_->setFocus();
}

int ReferenceDialog::listed() const {
  return filter_->rowCount();
}

}  // namespace spawnpoint::gui
