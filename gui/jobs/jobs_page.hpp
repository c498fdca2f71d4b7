// SPDX-License-Identifier: GPL-3.0-or-later
// JobsPage: the table of all jobs of the selected run, in both worlds: sorted, filtered, copied; its current row and
// the timelines' selected job are one and the same.
#pragma once

#include <QWidget>
#include <functional>

#include "gui/jobs/jobs_model.hpp"
#include "gui/time/time_view.hpp"

class QComboBox;
class QLabel;
class QLineEdit;
class QTableView;

namespace spawnpoint::gui {

class JobsPage : public QWidget {
  Q_OBJECT

 public:
  explicit JobsPage(TimeView& time, QWidget* parent = nullptr);

  /// Asked for what to show whenever the page is seen and something may have changed.
  struct Content {
    std::vector<JobSource> sources;
    std::shared_ptr<const Scenario> scenario;
    QString nothing;  ///< Why there are none, where there are none.
  };
  void set_content(std::function<Content()> content);
  /// Something may have changed. A page that is not seen reads no records.
  void refresh();

  JobsModel& model() { return *model_; }
  QTableView& table() { return *table_; }
  QLineEdit& filter() { return *filter_; }
  QComboBox& worlds() { return *worlds_; }
  QLabel& words() { return *words_; }
  /// The selected rows as text with tabs, onto the clipboard.
  void copy();

 signals:
  /// A double click or Enter on a row: show it in the timelines.
  void job_activated(spawnpoint::WorldKind world, spawnpoint::JobId job);

 protected:
  void showEvent(QShowEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void read_filter();
  void show_words();
  void show_selected_job();
  void fit_columns();

  TimeView& time_;
  std::function<Content()> content_;
  JobsModel* model_;
  QLineEdit* filter_;
  QComboBox* worlds_;
  QTableView* table_;
  QLabel* words_;
  QLabel* nothing_;
  QString nothing_text_;
  QString mistake_;
  bool fitting_ = false;
  bool own_widths_ = false;  ///< Somebody has dragged a column's edge.
  bool follows_ = false;     ///< The selection is being taken over from the timelines.
};

}  // namespace spawnpoint::gui
