// SPDX-License-Identifier: GPL-3.0-or-later
// ExportDialog: what to write, where to, and how large; the writing itself is gui/export's.
#pragma once

#include <QDialog>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "gui/export/export.hpp"
#include "gui/workspace/session.hpp"
#include "models/scenario/scenario.hpp"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QLayout;
class QProgressBar;
class QPushButton;
class QScrollArea;
class QSpinBox;

namespace spawnpoint::gui {

class ExportDialog : public QDialog {
  Q_OBJECT

 public:
  /// `results`: those of the run that is shown, modeled and live, as far as there are any.
  ExportDialog(Session& session, std::shared_ptr<const Scenario> scenario,
               std::vector<std::shared_ptr<const RunResult>> results, ThemeKind theme, QWidget* parent = nullptr,
               ExportFormats formats = export_formats());
  /// The failure map can be exported too.
  void set_map(std::shared_ptr<const MapResult> map);
  /// The limits of the scenario's machine, for this run; `wanted`: threads that are marked.
  void set_limits(std::size_t run, std::int64_t wanted);
  /// The jobs, as the table shows them.
  void set_jobs(JobsSnapshot jobs);
  /// For the command: what is set over the file and which of its runs it is. `unsaved`: the file is not what is drawn.
  void set_source(ExportSource source, bool unsaved);

  /// What the fields say now.
  ExportOptions options() const;
  void set_rows(RowChoice rows);
  void set_directory(const QString& directory);
  void set_format(const ExportFormat& format, bool wanted);
  /// This one and no other.
  void set_only_format(const ExportFormat& format);
  void set_part(ExportPart part, bool wanted);
  /// This one and no other; the jobs as the table that they are.
  void set_only_part(ExportPart part);
  bool has_no_record() const { return results_.empty(); }
  /// Writes the files and reports the outcome.
  void write();
  const ExportReport& report() const { return report_; }
  /// Shows the folder of the files that were written. A test has its own.
  std::function<void(const QString& folder)> open_folder;
  /// Puts the command into the clipboard.
  void copy_command();

  void reject() override;

 private:
  // The parts of the dialog, from its top to its end.
  QLayout* part_boxes();
  QLayout* format_boxes(ExportFormats formats);
  void fill_looks(ThemeKind theme);
  QLayout* folder_row();
  void fill_outcome();
  QWidget* button_box();
  void show_state();
  void show_outcome(const QString& words);
  void offer(ExportPart part, bool there);
  ExportReport write_parts(const ExportOptions& wanted) const;
  void choose_directory();

  Session& session_;
  std::shared_ptr<const Scenario> scenario_;
  std::vector<std::shared_ptr<const RunResult>> results_;
  std::shared_ptr<const MapResult> map_;
  std::optional<std::size_t> limits_run_;
  std::int64_t limits_wanted_ = 0;
  JobsSnapshot jobs_;
  ExportSource source_;
  bool unsaved_ = false;
  std::vector<std::pair<const ExportFormat*, QCheckBox*>> formats_;
  std::vector<std::pair<ExportPart, QCheckBox*>> parts_;
  QComboBox* rows_;
  QComboBox* size_;
  QSpinBox* dpi_;
  QComboBox* theme_;
  QCheckBox* caption_;
  QLineEdit* directory_;
  QPushButton* write_;
  QPushButton* copy_;
  QPushButton* folder_;
  QLabel* outcome_;
  QScrollArea* outcome_area_;
  QProgressBar* progress_;
  ExportReport report_;
  std::stop_source stop_;
  bool writing_ = false;
};

}  // namespace spawnpoint::gui
