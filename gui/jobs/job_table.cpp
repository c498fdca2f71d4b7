// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/jobs/job_table.hpp"

#include <algorithm>
#include <utility>

#include "gui/jobs/job_filter.hpp"
#include "models/workload/workload.hpp"

namespace spawnpoint::gui {
namespace {

/// Sorted by; what a job does not have is the largest.
constexpr std::int64_t kLast = INT64_MAX;

Duration between(Instant from, Instant to) {
  return from == kNever || to == kNever ? kNoDuration : to - from;
}

}  // namespace

JobFigures::JobFigures(WorldKind world, std::shared_ptr<const Trace> trace, const Scenario* scenario)
    : world_(world), trace_(std::move(trace)) {
  const JobTable& jobs = trace_->jobs;
  const SegmentTable& segments = trace_->segments;
  // A job arrives when its first segment begins; one without segments has not waited.
  arrived_.assign(jobs.started.begin(), jobs.started.end());
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const JobId job = segments.jobs()[i];
    if (job < jobs.size()) arrived_[job] = std::min(arrived_[job], segments.begins()[i]);
  }
  if (!scenario) return;
  const Workload work(scenario->jobs, scenario->seed);
  const auto all_steps = [&](JobId job) {
    Duration sum{};
    for (std::size_t step = 0; step < work.steps().size(); ++step) sum += work.duration(job, step);
    return sum;
  };
  const bool constant = std::all_of(work.steps().begin(), work.steps().end(),
                                    [](const Step& step) { return step.duration.is_constant(); });
  steps_.resize(constant ? 1 : std::min<std::size_t>(jobs.size(), work.count()));
  for (std::size_t job = 0; job < steps_.size(); ++job) steps_[job] = all_steps(static_cast<JobId>(job));
}

Duration JobFigures::delay(JobId job) const {
  return between(arrival(job), start(job));
}

Duration JobFigures::duration(JobId job) const {
  return between(start(job), end(job));
}

Duration JobFigures::response(JobId job) const {
  return between(arrival(job), end(job));
}

Duration JobFigures::late(JobId job) const {
  const Duration took = duration(job);
  const std::size_t at = steps_.size() == 1 ? 0 : job;
  return took == kNoDuration || at >= steps_.size() ? kNoDuration : took - steps_[at];
}

std::optional<std::int64_t> JobFigures::figure(JobId job, JobColumn column) const {
  const auto of_duration = [](Duration d) { return d == kNoDuration ? std::nullopt : std::optional(d.count()); };
  const auto of_instant = [](Instant t) {
    return t == kNever ? std::nullopt : std::optional(t.time_since_epoch().count());
  };
  switch (column) {
    case JobColumn::job:
      return job;
    case JobColumn::world:
      return static_cast<std::int64_t>(world_);
    case JobColumn::thread:
      return lane(job) == kNoLane ? std::nullopt : std::optional<std::int64_t>(lane(job));
    case JobColumn::state:
      return static_cast<std::int64_t>(state(job));
    case JobColumn::arrival:
      return of_instant(arrival(job));
    case JobColumn::start:
      return of_instant(start(job));
    case JobColumn::end:
      return of_instant(end(job));
    case JobColumn::duration:
      return of_duration(duration(job));
    case JobColumn::delay:
      return of_duration(delay(job));
    case JobColumn::response:
      return of_duration(response(job));
    case JobColumn::late:
      return of_duration(late(job));
  }
  return std::nullopt;
}

std::vector<JobRow> job_rows(const JobWorlds& worlds, const JobFilter& filter, JobOrder order, std::stop_token stop) {
  struct Keyed {
    std::int64_t key;
    JobRow row;
  };
  constexpr JobId kLook = 16'384;
  Column<Keyed> keyed;  // On huge pages: it may have millions of elements.
  std::size_t most = 0;
  for (const auto& jobs : worlds) most += jobs->size();
  keyed.reserve(most);
  for (std::size_t world = 0; world < worlds.size(); ++world) {
    const JobFigures& jobs = *worlds[world];
    for (JobId job = 0; job < jobs.size(); ++job) {
      if (job % kLook == 0 && stop.stop_requested()) return {};
      if (filter.passes(jobs, job))
        keyed.push_back({jobs.figure(job, order.column).value_or(kLast), JobRow(world, job)});
    }
  }
  const auto before = [](const Keyed& a, const Keyed& b) {
    return a.key != b.key ? a.key < b.key : a.row.bits < b.row.bits;
  };
  const auto after = [](const Keyed& a, const Keyed& b) {
    if (a.key == b.key) return a.row.bits < b.row.bits;
    if (a.key == kLast || b.key == kLast) return b.key == kLast;
    return a.key > b.key;
  };
  const auto sort = [&](const auto& order_of) {
    // Jobs mostly come as they start: often there is nothing to sort.
    if (!std::is_sorted(keyed.begin(), keyed.end(), order_of)) std::sort(keyed.begin(), keyed.end(), order_of);
  };
  order.descending ? sort(after) : sort(before);
  if (stop.stop_requested()) return {};
  std::vector<JobRow> rows(keyed.size());
  std::transform(keyed.begin(), keyed.end(), rows.begin(), [](const Keyed& k) { return k.row; });
  return rows;
}

}  // namespace spawnpoint::gui
