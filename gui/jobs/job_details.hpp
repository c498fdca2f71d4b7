// SPDX-License-Identifier: GPL-3.0-or-later
// JobDetails: the panel about what is selected: what happens in a range of time, and all that is known of one job, in
// words: each state, how long, on which thread, what it waited for, who started it; in both worlds.
#pragma once

#include <QTextBrowser>
#include <QTimer>
#include <memory>
#include <vector>

#include "core/trace/trace.hpp"
#include "gui/theme/theme.hpp"
#include "gui/workspace/workspace.hpp"
#include "models/result/result.hpp"

namespace spawnpoint::gui {

/// The job in one world, as HTML. `why_old`: of what the result is, where not of the present text.
QString job_details(JobId job, const RunResult& result, const Theme& theme, const QString& why_old = {});

class JobDetails : public QTextBrowser {
  Q_OBJECT

 public:
  explicit JobDetails(Workspace& workspace, QWidget* parent = nullptr);

  void set_theme(const Theme& theme);

 private:
  void refresh();
  void refresh_range();
  void write();

  Workspace& workspace_;
  Theme theme_ = make_theme(ThemeKind::light);
  JobId job_ = kNoJob;
  WorldKind world_ = WorldKind::modeled;                   ///< In which it was pointed at: told first.
  std::vector<std::shared_ptr<const RunResult>> results_;  ///< Those that have a record.
  QStringList why_old_;                                    ///< Of what each is; empty: of the present text.
  QString range_;                                          ///< What is said of the selected range, above the job.
  QTimer range_patience_;
};

}  // namespace spawnpoint::gui
