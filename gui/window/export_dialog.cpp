// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/export_dialog.hpp"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QCoreApplication>
#include <QDesktopServices>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>
#include <exception>

#include "gui/map/map_content.hpp"
#include "gui/text/to_qstring.hpp"

namespace spawnpoint::gui {

ExportDialog::ExportDialog(Session& session, std::shared_ptr<const Scenario> scenario,
                           std::vector<std::shared_ptr<const RunResult>> results, ThemeKind theme, QWidget* parent,
                           ExportFormats formats)
    : QDialog(parent),
      session_(session),
      scenario_(std::move(scenario)),
      results_(std::move(results)),
      rows_(new QComboBox(this)),
      size_(new QComboBox(this)),
      dpi_(new QSpinBox(this)),
      theme_(new QComboBox(this)),
      caption_(new QCheckBox(tr("Caption: scenario, seed, version, machine, limits"), this)),
      directory_(new QLineEdit(this)),
      write_(new QPushButton(tr("Export"), this)),
      copy_(new QPushButton(tr("Copy as command"), this)),
      folder_(new QPushButton(tr("Open folder"), this)),
      outcome_(new QLabel),
      outcome_area_(new QScrollArea(this)),
      progress_(new QProgressBar(this)) {
  setWindowTitle(tr("Export"));
  setObjectName("export_dialog");
  setMinimumWidth(520);
  open_folder = [](const QString& folder) { QDesktopServices::openUrl(QUrl::fromLocalFile(folder)); };
  fill_looks(theme);
  auto* form = new QFormLayout;
  form->addRow(tr("What"), part_boxes());
  form->addRow(tr("Format"), format_boxes(formats));
  form->addRow(tr("Rows"), rows_);
  auto* size_row = new QHBoxLayout;
  size_row->addWidget(size_, 1);
  size_row->addWidget(dpi_);
  form->addRow(tr("Size"), size_row);
  form->addRow(tr("Colours"), theme_);
  form->addRow(QString(), caption_);
  form->addRow(tr("Folder"), folder_row());
  auto* column = new QVBoxLayout(this);
  column->addLayout(form);
  column->addWidget(progress_);
  column->addWidget(outcome_area_);
  fill_outcome();
  column->addWidget(button_box());
  show_state();
}

QLayout* ExportDialog::part_boxes() {
  // What is of a run's record, and below it what is not.
  auto* rows = new QVBoxLayout;
  QHBoxLayout* const each[] = {new QHBoxLayout, new QHBoxLayout};
  for (QHBoxLayout* row : each) rows->addLayout(row);
  for (const auto& [part, word, title] : export_parts()) {
    const QString name = tr(title.data());
    auto* box = new QCheckBox(name, this);
    box->setAccessibleName(tr("Export: %1").arg(name));
    box->setChecked(part == ExportPart::all);
    box->setVisible(is_of_record(part));
    connect(box, &QCheckBox::toggled, this, &ExportDialog::show_state);
    each[is_of_record(part) ? 0 : 1]->addWidget(box);
    parts_.emplace_back(part, box);
  }
  for (QHBoxLayout* row : each) row->addStretch(1);
  return rows;
}

QLayout* ExportDialog::format_boxes(ExportFormats formats) {
  auto* row = new QHBoxLayout;
  for (const ExportFormat& format : formats) {
    const QString name = tr(format.title.data());
    auto* box = new QCheckBox(name, this);
    box->setAccessibleName(tr("Format: %1").arg(name));
    box->setChecked(&format == formats.data());
    connect(box, &QCheckBox::toggled, this, &ExportDialog::show_state);
    formats_.emplace_back(&format, box);
    row->addWidget(box);
  }
  row->addStretch(1);
  return row;
}

void ExportDialog::fill_looks(ThemeKind theme) {
  for (const RowChoiceWords& words : row_choices()) rows_->addItem(tr(words.title.data()));
  rows_->setAccessibleName(tr("Rows of the timelines"));
  for (const ExportSize& size : export_sizes()) {
    size_->addItem(tr("%1 (%2 mm wide)").arg(to_qstring(size.name)).arg(size.width_mm, 0, 'f', 0));
  }
  size_->setAccessibleName(tr("Size"));
  dpi_->setRange(72, 1200);
  dpi_->setSuffix(tr(" dpi"));
  dpi_->setValue(export_sizes().front().dpi);
  dpi_->setAccessibleName(tr("Resolution of PNG"));
  connect(size_, &QComboBox::currentIndexChanged, this,
          [this](int index) { dpi_->setValue(export_sizes()[static_cast<std::size_t>(std::max(0, index))].dpi); });
  theme_->addItems({tr("light"), tr("dark")});
  theme_->setCurrentIndex(theme == ThemeKind::dark ? 1 : 0);
  theme_->setAccessibleName(tr("Colours"));
  caption_->setChecked(true);
  caption_->setAccessibleName(tr("Caption with provenance"));
}

QLayout* ExportDialog::folder_row() {
  directory_->setText(session_.last_folder("export"));
  directory_->setAccessibleName(tr("Folder"));
  connect(directory_, &QLineEdit::textChanged, this, [this] {
    outcome_->clear();  // It is about the other folder.
    show_state();
  });
  auto* browse = new QPushButton(tr("Choose …"), this);
  browse->setAccessibleName(tr("Choose the folder"));
  browse->setAutoDefault(false);
  connect(browse, &QPushButton::clicked, this, &ExportDialog::choose_directory);
  auto* row = new QHBoxLayout;
  row->addWidget(directory_, 1);
  row->addWidget(browse);
  return row;
}

void ExportDialog::fill_outcome() {
  outcome_->setWordWrap(true);
  outcome_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  outcome_->setAccessibleName(tr("What was written"));
  // However much there is to say, the fields above keep their size.
  outcome_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  outcome_area_->setWidget(outcome_);
  outcome_area_->setWidgetResizable(true);
  outcome_area_->setFrameShape(QFrame::NoFrame);
  outcome_area_->setFocusPolicy(Qt::NoFocus);
  outcome_area_->setFixedHeight(fontMetrics().lineSpacing() * 5);
  progress_->setAccessibleName(tr("Progress of the export"));
  // The buttons must not move away from the pointer.
  QSizePolicy keeps_room = progress_->sizePolicy();
  keeps_room.setRetainSizeWhenHidden(true);
  progress_->setSizePolicy(keeps_room);
  progress_->hide();
}

QWidget* ExportDialog::button_box() {
  auto* buttons = new QDialogButtonBox(this);
  buttons->addButton(write_, QDialogButtonBox::ActionRole);
  buttons->addButton(copy_, QDialogButtonBox::ActionRole);
  buttons->addButton(folder_, QDialogButtonBox::ActionRole);
  buttons->addButton(QDialogButtonBox::Close);
  write_->setDefault(true);
  write_->setObjectName("write");
  write_->setAccessibleName(tr("Export"));
  copy_->setAutoDefault(false);
  copy_->setAccessibleName(tr("Copy as command"));
  connect(write_, &QPushButton::clicked, this, &ExportDialog::write);
  folder_->setObjectName("open_folder");
  folder_->setAutoDefault(false);
  folder_->setAccessibleName(tr("Open the folder of the files"));
  folder_->setEnabled(false);
  connect(folder_, &QPushButton::clicked, this, [this] {
    if (!report_.written.empty()) open_folder(to_qstring(report_.written.front().parent_path().string()));
  });
  copy_->setToolTip(tr("A command for a terminal that writes the same files"));
  connect(copy_, &QPushButton::clicked, this, &ExportDialog::copy_command);
  connect(buttons, &QDialogButtonBox::rejected, this, &ExportDialog::reject);
  return buttons;
}

void ExportDialog::offer(ExportPart wanted, bool there) {
  for (const auto& [part, box] : parts_) {
    if (part == wanted) box->setVisible(there);
    if (is_of_record(part)) box->setVisible(!results_.empty());
  }
}

void ExportDialog::set_map(std::shared_ptr<const MapResult> map) {
  map_ = std::move(map);
  offer(ExportPart::map, map_ != nullptr);
  show_state();
}

void ExportDialog::set_limits(std::size_t run, std::int64_t wanted) {
  limits_run_ = run;
  limits_wanted_ = wanted;
  offer(ExportPart::limits, true);
}

void ExportDialog::set_jobs(JobsSnapshot jobs) {
  jobs_ = std::move(jobs);
  offer(ExportPart::jobs, !jobs_.rows.empty());
}

void ExportDialog::set_only_part(ExportPart only) {
  for (const auto& [part, box] : parts_) box->setChecked(part == only);
  if (only != ExportPart::jobs) return;
  for (const auto& [format, box] : formats_) box->setChecked(format->is_table);
}

void ExportDialog::set_source(ExportSource source, bool unsaved) {
  source_ = std::move(source);
  unsaved_ = unsaved;
}

void ExportDialog::copy_command() {
  ExportSource source = source_;
  const auto has = [this](WorldKind world) {
    return std::ranges::any_of(results_, [&](const auto& result) { return result->world == world; });
  };
  if (has(WorldKind::live)) source.worlds = has(WorldKind::modeled) ? Worlds::both : Worlds::live;
  QGuiApplication::clipboard()->setText(to_qstring(export_command(*scenario_, options(), source)));
  QString words = tr("The command has been copied to the clipboard.");
  if (source.worlds != Worlds::modeled)
    words += ' ' + tr("It makes a new live run, so its live part will differ a little.");
  if (unsaved_) words += ' ' + tr("It reads the file as last saved: save it to get what is drawn here.");
  show_outcome(words);
}

void ExportDialog::show_outcome(const QString& words) {
  outcome_->setText(words);
}

ExportOptions ExportDialog::options() const {
  ExportOptions options;
  options.directory = directory_->text().toStdString();
  options.formats.clear();
  for (const auto& [format, box] : formats_) {
    if (box->isChecked()) options.formats.push_back(format);
  }
  options.parts.clear();
  for (const auto& [part, box] : parts_) {
    if (box->isChecked()) options.parts.push_back(part);
  }
  options.rows = row_choices()[static_cast<std::size_t>(std::max(0, rows_->currentIndex()))].choice;
  options.size = export_sizes()[static_cast<std::size_t>(std::max(0, size_->currentIndex()))];
  if (dpi_->value() != options.size.dpi) {
    options.size.dpi = dpi_->value();
    options.size.name += "@" + std::to_string(dpi_->value());  // As the command line writes it.
  }
  options.theme = theme_->currentIndex() == 1 ? ThemeKind::dark : ThemeKind::light;
  options.caption = caption_->isChecked();
  return options;
}

void ExportDialog::set_rows(RowChoice rows) {
  rows_->setCurrentIndex(static_cast<int>(rows));
}

void ExportDialog::set_directory(const QString& directory) {
  directory_->setText(directory);
}

void ExportDialog::set_format(const ExportFormat& format, bool wanted) {
  for (const auto& [one, box] : formats_) {
    if (one == &format) box->setChecked(wanted);
  }
}

void ExportDialog::set_only_format(const ExportFormat& format) {
  for (const auto& [one, box] : formats_) box->setChecked(one == &format);
}

void ExportDialog::set_part(ExportPart part, bool wanted) {
  for (const auto& [one, box] : parts_) {
    if (one == part) box->setChecked(wanted);
  }
}

void ExportDialog::show_state() {
  const ExportOptions now = options();
  const bool pictures = std::ranges::any_of(now.formats, &ExportFormat::is_picture);
  const bool pixels = std::ranges::any_of(now.formats, &ExportFormat::has_pixels);
  const bool enough = !now.formats.empty() && (!pictures || !now.parts.empty()) && !now.directory.empty();
  write_->setEnabled(enough && !writing_);
  copy_->setEnabled(enough);
  dpi_->setEnabled(pixels);
  for (QWidget* widget : std::initializer_list<QWidget*>{rows_, size_, theme_, caption_}) widget->setEnabled(pictures);
  const bool tables = std::ranges::any_of(now.formats, &ExportFormat::is_table);
  for (const auto& [part, box] : parts_) {
    if (part == ExportPart::jobs)
      box->setEnabled(tables);
    else
      box->setEnabled(pictures || (tables && !is_of_record(part)));
  }
}

void ExportDialog::choose_directory() {
  const QString chosen =
      QFileDialog::getExistingDirectory(this, tr("Folder for the exported files"), directory_->text());
  if (!chosen.isEmpty()) directory_->setText(chosen);
}

ExportReport ExportDialog::write_parts(const ExportOptions& wanted) const {
  ExportReport all;
  const auto add = [&all](const ExportReport& report) {
    all.written.insert(all.written.end(), report.written.begin(), report.written.end());
    all.errors.insert(all.errors.end(), report.errors.begin(), report.errors.end());
    all.stopped = all.stopped || report.stopped;
  };
  const auto is_wanted = [&](ExportPart part) { return std::ranges::find(wanted.parts, part) != wanted.parts.end(); };
  if (map_ && is_wanted(ExportPart::map)) add(export_map(*map_, wanted));
  if (limits_run_ && is_wanted(ExportPart::limits))
    add(export_limits(*scenario_, *limits_run_, limits_wanted_, wanted));
  if (!jobs_.rows.empty() && is_wanted(ExportPart::jobs)) {
    const std::size_t run = source_.run.value_or(0);
    add(export_jobs(*scenario_, run < scenario_->runs.size() ? scenario_->runs[run].label : "", jobs_, wanted));
  }
  // Records as data need no part.
  const bool of_record = wanted.parts.empty() || std::ranges::any_of(wanted.parts, is_of_record);
  if (of_record) {
    std::vector<RunResult> results;
    for (const auto& result : results_) results.push_back(*result);
    add(export_run(*scenario_, results, wanted));
  }
  return all;
}

void ExportDialog::write() {
  if (writing_) return;
  writing_ = true;
  show_state();
  stop_ = {};
  outcome_->clear();
  progress_->show();
  ExportOptions wanted = options();
  wanted.stop = stop_.get_token();
  wanted.progress = [this](int done, int total) {
    progress_->setRange(0, total);
    progress_->setValue(done);
    QCoreApplication::processEvents();  // So that Close can stop it: charts can be drawn in this thread only.
  };
  try {
    report_ = write_parts(wanted);
  } catch (const std::exception& problem) {  // For lack of memory, say: the dialog goes on.
    report_ = {};
    report_.errors.emplace_back(problem.what());
  }
  writing_ = false;
  progress_->hide();
  show_state();

  QStringList lines;
  for (const std::string& error : report_.errors) lines << QStringLiteral("✕ ") + to_qstring(error);
  if (report_.stopped) lines << tr("Stopped before the end.");
  if (!report_.written.empty()) {
    QStringList names;
    for (const auto& path : report_.written) names << to_qstring(path.filename().string());
    lines << tr("Written to %1: %2").arg(directory_->text(), names.join(QStringLiteral(", ")));
    session_.set_last_folder("export", directory_->text());
  }
  folder_->setEnabled(!report_.written.empty());
  show_outcome(lines.join('\n'));
}

void ExportDialog::reject() {
  if (writing_) {
    stop_.request_stop();
    return;
  }
  QDialog::reject();
}

}  // namespace spawnpoint::gui
