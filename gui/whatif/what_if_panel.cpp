// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/whatif/what_if_panel.hpp"

#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSlider>
#include <algorithm>

#include "gui/page/value_guard.hpp"
#include "gui/text/keys.hpp"
#include "gui/text/to_qstring.hpp"

namespace spawnpoint::gui {
namespace {

/// Without the run's number: the panel always shows the chosen run.
std::string plain_key(const std::string& key) {
  return key.starts_with("run[") ? "run" + key.substr(key.find('.')) : key;
}

}  // namespace

WhatIfPanel::WhatIfPanel(Workspace& workspace, QWidget* parent) : QScrollArea(parent), workspace_(workspace) {
  setWidgetResizable(true);
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setAccessibleName(tr("What if"));
  build_rows(knobs(0));
  show_scenario(nullptr, 0);
  connect(&workspace.document(), &Document::opened, this, [this] { show_scenario(nullptr, 0); });
  connect(&workspace, &Workspace::scenario_read, this, &WhatIfPanel::refresh);
  connect(&workspace, &Workspace::turn_refused, this, &WhatIfPanel::refresh);
  connect(&workspace.selection(), &Selection::run_changed, this, &WhatIfPanel::refresh);
}

void WhatIfPanel::build_rows(const std::vector<Knob>& knobs) {
  auto* page = new QWidget(this);
  auto* grid = new QGridLayout(page);
  grid->setContentsMargins(8, 6, 8, 6);
  grid->setHorizontalSpacing(6);
  grid->setVerticalSpacing(2);
  grid->setColumnStretch(1, 1);
  rows_.clear();
  for (const Knob& knob : knobs) add_row(*grid, knob);
  words_ = new QLabel(page);
  words_->setWordWrap(true);
  words_->setAccessibleName(tr("About what was typed"));
  grid->addWidget(words_, static_cast<int>(rows_.size()), 0, 1, 3);
  grid->setRowStretch(static_cast<int>(rows_.size()) + 1, 1);
  setWidget(page);  // Deletes the one before.
  // There is no scrolling sideways, so the panel is as wide as its rows.
  setMinimumWidth(page->minimumSizeHint().width() + verticalScrollBar()->sizeHint().width());
}

void WhatIfPanel::add_row(QGridLayout& grid, const Knob& knob) {
  QWidget* page = grid.parentWidget();
  const std::size_t index = rows_.size();
  Row& row = rows_.emplace_back(Row{knob, new QSlider(Qt::Horizontal, page), new QLineEdit(page)});
  auto* name = new QLabel(knob.name, page);
  name->setToolTip(knob.help);
  name->setBuddy(row.field);
  row.slider->setRange(0, kKnobSteps);
  row.slider->setPageStep(kKnobSteps / 20);
  row.slider->setMinimumWidth(60);
  row.slider->setAccessibleName(tr("%1, slider").arg(knob.name));
  row.slider->setToolTip(knob.help);
  row.slider->installEventFilter(this);
  ValueGuard::guard(*row.slider);
  ValueGuard::guard(*row.field);
  row.field->setAccessibleName(knob.name);
  row.field->setAccessibleDescription(knob.help);
  row.field->setToolTip(knob.help);
  row.field->setAlignment(Qt::AlignRight);
  row.field->setFixedWidth(fontMetrics().horizontalAdvance(QStringLiteral("10,000,000")) + 12);
  const int at = static_cast<int>(index);
  grid.addWidget(name, at, 0);
  grid.addWidget(row.slider, at, 1);
  grid.addWidget(row.field, at, 2);
  // A drag is one gesture; a key or a click on the groove is one of its own.
  connect(row.slider, &QSlider::sliderPressed, this, [this] { ++gesture_; });
  // Where the text has errors, nothing was written: the knob goes back to what is.
  connect(row.slider, &QSlider::sliderReleased, this, [this] {
    if (workspace_.document().has_errors()) refresh();
  });
  connect(row.slider, &QSlider::valueChanged, this, [this, index](int position) {
    Row& turned = rows_[index];
    if (!turned.slider->isSliderDown()) ++gesture_;
    ask(turned, value_at(turned.knob, position));
  });
  connect(row.field, &QLineEdit::editingFinished, this, [this, index] { read_field(rows_[index]); });
}

void WhatIfPanel::refresh() {
  const auto scenario = workspace_.document().scenario();
  if (!scenario) return show_scenario(nullptr, 0);
  // A record has no text to turn anything in: the sliders stay with the run before.
  const std::size_t run = workspace_.selection().run();
  show_scenario(scenario, workspace_.record(run) == nullptr ? run : std::min(run_, scenario->runs.size() - 1));
}

const WhatIfPanel::Row* WhatIfPanel::find(const std::string& key, std::size_t level) const {
  const auto at = std::ranges::find_if(
      rows_, [&](const Row& row) { return plain_key(row.knob.key) == key && row.knob.level == level; });
  return at == rows_.end() ? nullptr : &*at;
}

bool WhatIfPanel::eventFilter(QObject* watched, QEvent* event) {
  // Home shows everything, here as elsewhere: to a slider it would mean its smallest value.
  if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Home &&
      qobject_cast<QSlider*>(watched) != nullptr) {
    workspace_.show_whole_time();
    return true;
  }
  return QScrollArea::eventFilter(watched, event);
}

QSlider* WhatIfPanel::slider(const std::string& key, std::size_t level) const {
  const Row* row = find(key, level);
  return row ? row->slider : nullptr;
}

QLineEdit* WhatIfPanel::field(const std::string& key, std::size_t level) const {
  const Row* row = find(key, level);
  return row ? row->field : nullptr;
}

void WhatIfPanel::show_scenario(std::shared_ptr<const Scenario> scenario, std::size_t run) {
  scenario_ = std::move(scenario);
  run_ = run;
  const std::vector<Knob> of_run = scenario_ ? knobs(run, scenario_->machine) : knobs(run);
  // Only a machine with other levels has other rows: what is dragged or typed in stays there.
  if (!std::ranges::equal(of_run, rows_, {}, &Knob::name, [](const Row& row) { return row.knob.name; }))
    build_rows(of_run);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    rows_[i].knob = of_run[i];
    // What could not be read was typed for the document that is gone.
    if (!scenario_) rows_[i].field->setModified(false);
    show_row(rows_[i]);
  }
  // What is turned is written into the text, which must be whole for that.
  const bool has_errors = workspace_.document().has_errors();
  widget()->setEnabled(scenario_ && !has_errors);
  words_->setText(has_errors  ? tr("Fix the errors in the file first; then values can be changed here.")
                  : scenario_ ? tr("%1 undoes a change.").arg(keys::kUndo)
                              : tr("Open a scenario to change its values here."));
}

void WhatIfPanel::show_row(Row& row) {
  const QSignalBlocker quiet(row.slider);
  const KnobValue value = scenario_ ? knob_value(row.knob, *scenario_, run_) : KnobValue(row.knob.least);
  // What is being dragged or typed stays under the hand.
  if (!row.slider->isSliderDown()) {
    row.slider->setValue(position_of(row.knob, value));
    if (!row.field->hasFocus() || !row.field->isModified())
      row.field->setText(scenario_ ? shown_value(row.knob, value) : QString());
  }
}

void WhatIfPanel::ask(Row& row, KnobValue value) {
  if (!scenario_) return;
  row.field->setText(shown_value(row.knob, value));
  workspace_.turn(to_qstring(row.knob.key), to_qstring(setting_value(row.knob, value, *scenario_)), gesture_);
}

void WhatIfPanel::read_field(Row& row) {
  if (!scenario_ || !row.field->isModified()) return;
  const auto value = typed_value(row.knob, row.field->text().toStdString());
  if (!value) {
    words_->setText(tr("✕ %1: %2").arg(row.knob.name, to_qstring(value.error())));
    return;
  }
  row.field->setModified(false);
  ++gesture_;
  words_->setText({});
  const QSignalBlocker quiet(row.slider);
  row.slider->setValue(position_of(row.knob, *value));
  ask(row, *value);
}

}  // namespace spawnpoint::gui
