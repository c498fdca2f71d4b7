// SPDX-License-Identifier: GPL-3.0-or-later
// JobsPage: the table of all jobs of the selected run, in both worlds: sorted, filtered, copied; its current row and
// the timelines' selected job are one and the same.
#pragma once

#include "gui/jobs/jobs_model.hpp"
#include "gui/page/page.hpp"

class QComboBox;
class QLabel;
class QLineEdit;
class QTableView;

namespace spawnpoint::gui {

class Veil;

class JobsPage : public Page {
  Q_OBJECT

 public:
  static constexpr PageName kName{"jobs", "Jobs"};

  explicit JobsPage(Workspace& workspace, QWidget* parent = nullptr);

  /// Something may have changed. A page that is not seen reads no records.
  void refresh();

  JobsModel& model() { return *model_; }
  QTableView& table() { return *table_; }
  QLineEdit& filter() { return *filter_; }
  QComboBox& worlds() { return *worlds_; }
  QLabel& words() { return *words_; }
  /// The selected rows as text with tabs, onto the clipboard.
  void copy();

 protected:
  void showEvent(QShowEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void read_filter();
  void show_words();
  void show_selected_job();
  void fit_columns();

  Workspace& workspace_;
  JobsModel* model_;
  QLineEdit* filter_;
  QComboBox* worlds_;
  QTableView* table_;
  QLabel* words_;
  QLabel* nothing_;
  Veil* veil_;
  QString why_old_;  ///< Of what the rows are that are not of the text as it is, and of which world, if not of all.
  QString nothing_text_;
  QString mistake_;
  bool fitting_ = false;
  bool own_widths_ = false;  ///< Somebody has dragged a column's edge.
  bool follows_ = false;     ///< The selection is being taken over from the timelines.
};

}  // namespace spawnpoint::gui
