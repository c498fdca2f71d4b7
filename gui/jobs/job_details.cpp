// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/jobs/job_details.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <chrono>
#include <utility>

#include "core/trace/trace_index.hpp"
#include "gui/jobs/range_details.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/time/state_words.hpp"
#include "models/concurrency/registry.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

QString tr(const char* text) {
  return QCoreApplication::translate("JobDetails", text);
}

/// A job that stays in many states (steps by the hundred) is described by its first and last ones.
constexpr std::size_t kMostLines = 24;
/// Counting a million jobs takes a few milliseconds: not for every step of a drag.
constexpr std::chrono::milliseconds kRangePatience{60};

}  // namespace

QString job_details(JobId job, const RunResult& result, const Theme& theme, const QString& why_old) {
  if (!result.trace || job >= result.trace->jobs.size()) return {};
  const Trace& trace = *result.trace;
  const JobTable& jobs = trace.jobs;
  QString html =
      QStringLiteral("<p><b>%1</b> · %2</p>").arg(world_name(result.world), to_qstring(to_string(jobs.state[job])));
  if (!why_old.isEmpty())
    html += QStringLiteral("<p style='color:%1'>%2</p>").arg(theme.muted.name(), tr("This is %1.").arg(why_old));
  const std::vector<Segment> segments = segments_of(trace, job);
  if (jobs.start_order[job] > 0)
    html += QStringLiteral("<p>%1 %2</p>").arg(tr("Started"), started_by(result.concurrency));
  if (const ConcurrencyModel* model = find_concurrency_model(result.concurrency);
      model != nullptr && !model->order_words.empty() && jobs.size() > 1)
    html += QStringLiteral("<p style='color:%1'>%2</p>").arg(theme.muted.name(), tr(model->order_words.data()));
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments.size() > kMostLines && i == kMostLines - 4) {
      const std::size_t left_out = segments.size() - kMostLines;
      html += QStringLiteral("<p>%1</p>")
                  .arg(tr("… %1 more …").arg(to_qstring(format_count(static_cast<std::int64_t>(left_out)))));
      i += left_out;
    }
    const Segment& s = segments[i];
    // Two short lines: the panel is narrow.
    html +=
        QStringLiteral("<p><span style='color:%1'>■</span> <b>%2</b> %3 · %4<br><span style='color:%5'>%6</span></p>")
            .arg(theme.style(s.state).color.name(), to_qstring(to_string(s.state)),
                 to_qstring(format_duration(s.end - s.begin)),
                 lane_having(s.state, s.lane) == kNoLane ? tr("no thread") : to_qstring(format_lane(s.lane)),
                 theme.muted.name(), state_reason(s.state, result.concurrency));
  }
  if (segments.empty()) html += QStringLiteral("<p>%1</p>").arg(tr("It spent no time in any state."));
  if (jobs.state[job] == JobState::failed && result.failure && result.failure->job == job) {
    const FailurePoint& failure = *result.failure;
    QString what = to_qstring(format_failure(failure));
    if (!failure.message.empty()) what += QStringLiteral(": ") + to_qstring(failure.message);
    html += QStringLiteral("<p>✕ %1</p>").arg(what.toHtmlEscaped());
  }
  if (is_open(jobs.state[job])) {
    const Duration since = trace.end - jobs.since[job];
    if (!trace.growing && since > Duration::zero())
      html += QStringLiteral("<p>%1</p>").arg(tr("It was still unfinished when the record ended."));
  }
  return html;
}

JobDetails::JobDetails(Workspace& workspace, QWidget* parent) : QTextBrowser(parent), workspace_(workspace) {
  setAccessibleName(QObject::tr("The selected job"));
  setOpenLinks(false);
  setFrameShape(QFrame::NoFrame);
  Selection& selection = workspace.selection();
  for (const auto signal : {&Selection::job_changed, &Selection::run_changed, &Selection::shifts_changed})
    connect(&selection, signal, this, &JobDetails::refresh);
  for (const auto signal : {&Runs::started, &Runs::finished})
    connect(&workspace.runs(), signal, this, &JobDetails::refresh);
  connect(&workspace, &Workspace::scenario_read, this, &JobDetails::refresh);
  range_patience_.setSingleShot(true);
  range_patience_.setInterval(kRangePatience);
  connect(&range_patience_, &QTimer::timeout, this, &JobDetails::refresh_range);
  connect(&selection, &Selection::range_changed, this, [this] {
    if (!range_patience_.isActive()) range_patience_.start();
  });
  write();
}

void JobDetails::set_theme(const Theme& theme) {
  theme_ = theme;
  refresh_range();
  write();
}

void JobDetails::refresh() {
  const JobId job = workspace_.selection().job();
  const WorldKind world = workspace_.selection().job_world();
  auto results = workspace_.recorded_results();
  std::ranges::stable_partition(results, [&](const auto& result) { return result->world == world; });
  QStringList why_old;
  for (const auto& result : results) {
    const RunKey key{workspace_.selection().run(), result->world};
    why_old += workspace_.is_of_present_text(key) ? QString() : workspace_.why_old(key);
  }
  if (job != job_ || world != world_ || results != results_ || why_old != why_old_) {
    job_ = job;
    world_ = world;
    results_ = std::move(results);
    why_old_ = std::move(why_old);
    write();
  }
  refresh_range();
}

void JobDetails::refresh_range() {
  QString words;
  if (const auto range = workspace_.selection().range()) {
    std::vector<ShiftedResult> results;
    for (const WorldKind world : kWorlds)
      results.push_back({workspace_.result(world), workspace_.selection().shift(world)});
    words = range_details(range->time, range->between_markers, results, theme_);
  }
  if (words == range_) return;
  range_ = words;
  write();
}

void JobDetails::write() {
  if (job_ == kNoJob) {
    const QString words = QObject::tr("No job is selected. Click one in a timeline, or a row of the Jobs page.");
    setHtml(range_.isEmpty() ? QStringLiteral("<p style='color:%1'>%2</p>").arg(theme_.muted.name(), words) : range_);
    return;
  }
  QString html = range_ + QStringLiteral("<h4>%1</h4>").arg(to_qstring(format_job(job_)));
  for (std::size_t i = 0; i < results_.size(); ++i)
    html += job_details(job_, *results_[i], theme_, why_old_[static_cast<qsizetype>(i)]);
  setHtml(html);
}

}  // namespace spawnpoint::gui
