// SPDX-License-Identifier: GPL-3.0-or-later
// JobDetails: all that is known of one job, in words: each state, how long, on which thread, what it waited for, who
// started it; in both worlds.
#pragma once

#include <QTextBrowser>
#include <memory>
#include <vector>

#include "core/trace/trace.hpp"
#include "gui/theme/theme.hpp"
#include "models/result/result.hpp"

namespace spawnpoint::gui {

/// The job in one world, as HTML.
QString job_details(JobId job, const RunResult& result, const Theme& theme);

class JobDetails : public QTextBrowser {
  Q_OBJECT

 public:
  explicit JobDetails(QWidget* parent = nullptr);

  void set_theme(const Theme& theme);
  /// kNoJob: none is selected. Results without a record are left out.
  void show_job(JobId job, std::vector<std::shared_ptr<const RunResult>> results);
  /// What is said of a selected range, above the job; empty: nothing.
  void show_range(const QString& html);

 private:
  void write();

  Theme theme_ = make_theme(ThemeKind::light);
  JobId job_ = kNoJob;
  QString range_;
  std::vector<std::shared_ptr<const RunResult>> results_;
};

}  // namespace spawnpoint::gui
