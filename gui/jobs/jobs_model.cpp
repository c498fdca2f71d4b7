// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/jobs/jobs_model.hpp"

#include <QBrush>
#include <QCoreApplication>
#include <QFont>
#include <QGuiApplication>
#include <QPalette>
#include <algorithm>
#include <utility>

#include "gui/text/to_qstring.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

/// A moment of the run, in seconds with all digits: moments of neighbours differ in the last ones.
QString moment(Instant at) {
  return at == kNever ? QString() : QString::number(to_seconds(at), 'f', 9);
}
/// In a cell: nanoseconds only of what takes less than some milliseconds.
QString short_moment(Instant at, const Trace& trace) {
  constexpr Instant kShort{std::chrono::milliseconds(10)};
  return at == kNever ? QString() : QString::number(to_seconds(at), 'f', trace.end < kShort ? 9 : 6);
}
QString seconds(Duration duration) {
  return duration == kNoDuration ? QString() : QString::number(to_seconds(duration), 'f', 9);
}
QString world_word(WorldKind world) {
  return to_qstring(short_name(world));
}
QString thread_word(const JobFigures& jobs, JobId job) {
  return jobs.lane(job) == kNoLane ? QString() : to_qstring(format_lane(jobs.lane(job)));
}
/// As the filter and other programs read it.
QString plain_thread_word(const JobFigures& jobs, JobId job) {
  return jobs.lane(job) == kNoLane ? QString() : to_qstring(lane_name(jobs.lane(job)));
}
QString state_word(JobState state) {
  return (state == JobState::failed ? QStringLiteral("✕ ") : QString()) + to_qstring(to_string(state));
}
QString length(Duration duration) {
  if (duration == kNoDuration) return {};
  if (duration < Duration::zero()) return QStringLiteral("−") + to_qstring(format_duration(-duration));
  return to_qstring(format_duration(duration));
}

constexpr JobColumn column_at(int section) {
  return static_cast<JobColumn>(section);
}

}  // namespace

QString job_column_name(JobColumn column) {
  switch (column) {
    case JobColumn::job:
      return QCoreApplication::translate("Jobs", "Job");
    case JobColumn::world:
      return QCoreApplication::translate("Jobs", "World");
    case JobColumn::thread:
      return QCoreApplication::translate("Jobs", "Thread");
    case JobColumn::state:
      return QCoreApplication::translate("Jobs", "State");
    case JobColumn::arrival:
      return QCoreApplication::translate("Jobs", "Arrival (s)");
    case JobColumn::start:
      return QCoreApplication::translate("Jobs", "Start (s)");
    case JobColumn::end:
      return QCoreApplication::translate("Jobs", "End (s)");
    case JobColumn::duration:
      return QCoreApplication::translate("Jobs", "Duration");
    case JobColumn::delay:
      return QCoreApplication::translate("Jobs", "Delay");
    case JobColumn::response:
      return QCoreApplication::translate("Jobs", "Response");
    case JobColumn::late:
      return QCoreApplication::translate("Jobs", "Late");
  }
  return {};
}

JobsModel::JobsModel(QObject* parent)
    : QAbstractTableModel(parent), reading_([this](auto outcome) {
        // No memory for them: there are no rows.
        take(outcome ? *std::move(outcome) : Made{});
      }) {}

void JobsModel::set_sources(std::vector<JobSource> sources, std::shared_ptr<const Scenario> scenario) {
  const auto same = [](const JobSource& a, const JobSource& b) { return a.world == b.world && a.trace == b.trace; };
  if (scenario == scenario_ && std::equal(sources.begin(), sources.end(), sources_.begin(), sources_.end(), same))
    return;
  sources_ = std::move(sources);
  scenario_ = std::move(scenario);
  start();
}

void JobsModel::set_old(const std::array<bool, kWorlds.size()>& old) {
  if (old == old_) return;
  old_ = old;
  if (!rows_.empty()) emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void JobsModel::set_filter(const JobFilter& filter) {
  if (filter == filter_) return;
  filter_ = filter;
  start();
}

void JobsModel::sort(int column, Qt::SortOrder order) {
  const JobOrder wanted{column_at(std::clamp(column, 0, static_cast<int>(kJobColumns) - 1)),
                        order == Qt::DescendingOrder};
  if (wanted == order_) return;
  order_ = wanted;
  start();
}

void JobsModel::start() {
  // Figures of a record that is shown already are used again.
  std::vector<std::shared_ptr<const JobFigures>> known(sources_.size());
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    for (const auto& have : worlds_) {
      if (&have->trace() == sources_[i].trace.get()) known[i] = have;
    }
  }
  reading_.start([sources = sources_, scenario = scenario_, known = std::move(known), filter = filter_,
                  order = order_](std::stop_token stop) {
    Made made;
    for (std::size_t i = 0; i < sources.size() && !stop.stop_requested(); ++i) {
      made.worlds.push_back(
          known[i] ? known[i] : std::make_shared<const JobFigures>(sources[i].world, sources[i].trace, scenario.get()));
    }
    made.rows = job_rows(made.worlds, filter, order, stop);
    return made;
  });
}

void JobsModel::take(Made made) {
  beginResetModel();
  worlds_ = std::move(made.worlds);
  rows_ = std::move(made.rows);
  endResetModel();
  emit settled();
}

void JobsModel::settle() {
  while (is_busy()) {
    reading_.wait();
    QCoreApplication::processEvents(QEventLoop::ExcludeUserInputEvents);
  }
}

int JobsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int JobsModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(kJobColumns);
}

std::size_t JobsModel::total() const {
  std::size_t sum = 0;
  for (const auto& jobs : worlds_) sum += jobs->size();
  return sum;
}

QString JobsModel::text(int row, JobColumn column) const {
  const JobFigures& jobs = figures(row);
  const JobId id = job(row);
  switch (column) {
    case JobColumn::job:
      return to_qstring(format_count(std::int64_t{id} + 1));
    case JobColumn::world:
      return world_word(jobs.world());
    case JobColumn::thread:
      return thread_word(jobs, id);
    case JobColumn::state:
      return state_word(jobs.state(id));
    case JobColumn::arrival:
      return short_moment(jobs.arrival(id), jobs.trace());
    case JobColumn::start:
      return short_moment(jobs.start(id), jobs.trace());
    case JobColumn::end:
      return short_moment(jobs.end(id), jobs.trace());
    case JobColumn::duration:
      return length(jobs.duration(id));
    case JobColumn::delay:
      return length(jobs.delay(id));
    case JobColumn::response:
      return length(jobs.response(id));
    case JobColumn::late:
      return jobs.knows_steps() ? length(jobs.late(id)) : QStringLiteral("–");
  }
  return {};
}

QVariant JobsModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const JobColumn column = column_at(index.column());
  switch (role) {
    case Qt::DisplayRole:
      return text(index.row(), column);
    case Qt::ToolTipRole:
      return column == JobColumn::late && !figures(index.row()).knows_steps()
                 ? tr("Not known: a saved record does not have how long its steps should take")
                 : QVariant();
    case Qt::TextAlignmentRole: {
      const bool words = column == JobColumn::world || column == JobColumn::thread || column == JobColumn::state;
      return QVariant(static_cast<int>((words ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
    }
    case Qt::ForegroundRole:
      return is_old(index.row()) ? QGuiApplication::palette().brush(QPalette::Disabled, QPalette::Text) : QVariant();
    case Qt::FontRole: {  // So that it is not the colour alone.
      QFont slanted;
      slanted.setItalic(true);
      return is_old(index.row()) ? QVariant(slanted) : QVariant();
    }
    default:
      return {};
  }
}

bool JobsModel::is_old(int row) const {
  return old_[static_cast<std::size_t>(figures(row).world())];
}

QStringList JobsModel::widest_texts(JobColumn column) const {
  QStringList texts;
  switch (column) {
    case JobColumn::world:
      for (const WorldKind world : kWorlds) texts += world_word(world);
      break;
    case JobColumn::state:
      for (const JobState state : {JobState::failed, JobState::starting, JobState::waiting, JobState::blocked})
        texts += state_word(state);
      break;
    case JobColumn::job:
    case JobColumn::thread:
      for (const auto& jobs : worlds_)
        texts += column == JobColumn::job ? to_qstring(format_count(static_cast<std::int64_t>(jobs->size())))
                                          : to_qstring(format_lane(std::max<LaneId>(jobs->trace().lanes, 1) - 1));
      break;
    case JobColumn::arrival:
    case JobColumn::start:
    case JobColumn::end:
      for (const auto& jobs : worlds_) texts += short_moment(jobs->trace().end, jobs->trace());
      break;
    case JobColumn::delay:
    case JobColumn::duration:
    case JobColumn::response:
    case JobColumn::late:
      // Four digits, as of any length below a minute.
      texts += length(std::chrono::microseconds(888'800));
      break;
  }
  return texts;
}

QVariant JobsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= static_cast<int>(kJobColumns)) return {};
  if (role == Qt::DisplayRole) return job_column_name(column_at(section));
  if (role != Qt::ToolTipRole) return {};
  switch (column_at(section)) {
    case JobColumn::arrival:
      return tr("When it came: from then on it waited to be run");
    case JobColumn::response:
      return tr("From its arrival to its end: what whoever sent it waits for");
    case JobColumn::delay:
      return tr("From its arrival to its start: in the queue, and while its thread was made");
    case JobColumn::late:
      return tr("How much longer it took than its steps say");
    case JobColumn::thread:
      return tr("The thread that it was on last");
    case JobColumn::duration:
      return tr("From its start to its end");
    case JobColumn::job:
    case JobColumn::world:
    case JobColumn::state:
    case JobColumn::start:
    case JobColumn::end:
      break;
  }
  return {};
}

int JobsModel::row_of(JobId wanted, WorldKind preferred) const {
  int other = -1;
  const auto is_it = [&](int row) {
    if (row >= static_cast<int>(rows_.size()) || job(row) != wanted) return false;
    other = row;
    return figures(row).world() == preferred;
  };
  // All jobs in their own order, as is most often the case: no need to look through a million rows.
  if (is_it(static_cast<int>(wanted)) || is_it(2 * static_cast<int>(wanted))) return other;
  for (int row = 0; row < static_cast<int>(rows_.size()); ++row) {
    if (is_it(row)) return row;
  }
  return other;
}

JobsSnapshot JobsModel::snapshot(const std::vector<int>& rows) const {
  JobsSnapshot chosen{worlds_, {}};
  chosen.rows.reserve(rows.size());
  for (const int row : rows) chosen.rows.push_back(rows_[static_cast<std::size_t>(row)]);
  return chosen;
}

QString jobs_table(const JobsSnapshot& jobs, QChar separator) {
  QString all;
  for (std::size_t column = 0; column < kJobColumns; ++column) {
    if (column > 0) all += separator;
    const auto which = static_cast<JobColumn>(column);
    all += job_column_name(which);
    if (which >= JobColumn::delay) all += QStringLiteral(" (s)");
  }
  all += u'\n';
  for (const JobRow row : jobs.rows) {
    const JobFigures& of = *jobs.worlds[row.world()];
    const JobId id = row.job();
    all += QStringList{QString::number(std::int64_t{id} + 1),
                       world_word(of.world()),
                       plain_thread_word(of, id),
                       to_qstring(to_string(of.state(id))),
                       moment(of.arrival(id)),
                       moment(of.start(id)),
                       moment(of.end(id)),
                       seconds(of.delay(id)),
                       seconds(of.duration(id)),
                       seconds(of.response(id)),
                       seconds(of.late(id))}
               .join(separator) +
           u'\n';
  }
  return all;
}

}  // namespace spawnpoint::gui
