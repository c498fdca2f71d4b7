// SPDX-License-Identifier: GPL-3.0-or-later
// JobsModel: the jobs of a run's worlds as a table of up to millions of rows. Reading the records, filtering and
// sorting happen in the background; until they are done the previous rows stay.
#pragma once

#include <QAbstractTableModel>
#include <QStringList>
#include <array>
#include <memory>
#include <vector>

#include "gui/background/latest_job.hpp"
#include "gui/jobs/job_filter.hpp"
#include "gui/jobs/job_table.hpp"

namespace spawnpoint::gui {

/// The rows that a table shows, to be written: they stay as they are while the table goes on.
struct JobsSnapshot {
  JobWorlds worlds;
  std::vector<JobRow> rows;
};
/// A line each, under a line of names, with `separator` between the cells. Numbers as programs read them, times in
/// seconds.
QString jobs_table(const JobsSnapshot& jobs, QChar separator);

/// One world's record, to be shown.
struct JobSource {
  WorldKind world = WorldKind::modeled;
  std::shared_ptr<const Trace> trace;
};

class JobsModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  explicit JobsModel(QObject* parent = nullptr);

  /// Shows these records; the same ones again change nothing.
  void set_sources(std::vector<JobSource> sources, std::shared_ptr<const Scenario> scenario);
  /// By world: whether its rows are of another text than the present one.
  void set_old(const std::array<bool, kWorlds.size()>& old);
  void set_filter(const JobFilter& filter);
  void sort(int column, Qt::SortOrder order) override;
  JobOrder order() const { return order_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  const JobFigures& figures(int row) const { return *worlds_[rows_[static_cast<std::size_t>(row)].world()]; }
  JobId job(int row) const { return rows_[static_cast<std::size_t>(row)].job(); }
  /// The row of a job, in this world if it is there; -1: not shown.
  int row_of(JobId job, WorldKind preferred) const;
  /// All jobs, those that the filter holds back too.
  std::size_t total() const;
  std::size_t worlds() const { return worlds_.size(); }
  /// These rows.
  JobsSnapshot snapshot(const std::vector<int>& rows) const;
  /// All of them.
  JobsSnapshot snapshot() const { return {worlds_, rows_}; }
  /// What a column may well hold besides what is in the rows that one looks at.
  QStringList widest_texts(JobColumn column) const;

  bool is_busy() const { return reading_.is_running(); }
  /// Waits until the newest rows are there: for tests and screenshots.
  void settle();

 signals:
  /// The newest rows are there.
  void settled();

 private:
  struct Made {
    JobWorlds worlds;
    std::vector<JobRow> rows;
  };
  void start();
  void take(Made made);
  QString text(int row, JobColumn column) const;
  bool is_old(int row) const;

  std::vector<JobSource> sources_;
  std::shared_ptr<const Scenario> scenario_;
  JobFilter filter_;
  JobOrder order_;
  std::array<bool, kWorlds.size()> old_{};
  JobWorlds worlds_;
  std::vector<JobRow> rows_;
  LatestJob<Made> reading_;
};

/// The name of a column: "Job", "Late".
QString job_column_name(JobColumn column);

}  // namespace spawnpoint::gui
