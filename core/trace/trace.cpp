// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trace/trace.hpp"

#include <algorithm>

namespace spawnpoint {

namespace {

constexpr std::array<std::string_view, kJobStates> kStateNames = {"none",    "queued", "starting", "running", "waiting",
                                                                  "blocked", "done",   "failed",   "ready"};
constexpr std::array<std::string_view, kSeriesKinds> kSeriesNames = {
    "resident", "virtual_size", "kernel_stacks", "page_tables", "slab", "threads", "tasks", "runnable"};
constexpr std::array<std::string_view, kMarkKinds> kMarkNames = {"failure", "oom_kill", "aborted",
                                                                 "killed",  "stopped",  "executor_stall"};

template <class Enum, std::size_t N>
std::string_view name_of(const std::array<std::string_view, N>& names, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : "unknown";
}

template <class Enum, std::size_t N>
std::optional<Enum> named(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view to_string(JobState state) {
  return name_of(kStateNames, state);
}
std::string_view to_string(SeriesKind kind) {
  return name_of(kSeriesNames, kind);
}
std::string_view to_string(MarkKind kind) {
  return name_of(kMarkNames, kind);
}

std::optional<JobState> parse_job_state(std::string_view name) {
  return named<JobState>(kStateNames, name);
}
std::optional<SeriesKind> parse_series_kind(std::string_view name) {
  return named<SeriesKind>(kSeriesNames, name);
}
std::optional<MarkKind> parse_mark_kind(std::string_view name) {
  return named<MarkKind>(kMarkNames, name);
}

void SegmentTable::reserve(std::size_t n) {
  lane_.reserve(n);
  job_.reserve(n);
  state_.reserve(n);
  begin_.reserve(n);
  end_.reserve(n);
}

void TurnTable::reserve(std::size_t n) {
  core_.reserve(n);
  lane_.reserve(n);
  begin_.reserve(n);
  end_.reserve(n);
}

void JobTable::resize(std::size_t n) {
  state.resize(n, JobState::none);
  lane.resize(n, kNoLane);
  since.resize(n, Instant{});
  started.resize(n, kNever);
  ended.resize(n, kNever);
  start_order.resize(n, 0);
  end_order.resize(n, 0);
}

void Series::append(Instant at, double v) {
  if (!time.empty() && at <= time.back()) {
    value.back() = v;
    // The step before may now be followed by an equal one.
    if (value.size() > 1 && value[value.size() - 2] == v) {
      time.pop_back();
      value.pop_back();
    }
    return;
  }
  if (!value.empty() && value.back() == v) return;
  time.push_back(at);
  value.push_back(v);
}

double Series::at(Instant t) const {
  const auto after = std::upper_bound(time.begin(), time.end(), t);
  return after == time.begin() ? 0.0 : value[static_cast<std::size_t>(after - time.begin()) - 1];
}

Series Series::capped_by(const Series& most) const {
  Series both;
  std::size_t mine = 0, other = 0;
  while (mine < time.size() || other < most.time.size()) {
    const Instant next =
        std::min(mine < time.size() ? time[mine] : kNever, other < most.time.size() ? most.time[other] : kNever);
    while (mine < time.size() && time[mine] == next) ++mine;
    while (other < most.time.size() && most.time[other] == next) ++other;
    if (mine == 0) continue;
    both.append(next, other == 0 ? value[mine - 1] : std::min(value[mine - 1], most.value[other - 1]));
  }
  return both;
}

double Series::maximum() const {
  return value.empty() ? 0.0 : *std::max_element(value.begin(), value.end());
}

std::string lane_name(LaneId lane) {
  return lane == 0 ? "main" : "thread " + std::to_string(lane);
}

std::string core_name(CoreId core) {
  return "core " + std::to_string(core);
}

std::vector<LogLine> job_log(const Trace& trace) {
  const JobTable& jobs = trace.jobs;
  // Orders number the lines without gaps, so each line's place is known; places that no job claims are left out.
  std::vector<LogLine> lines(2 * jobs.size(), LogLine{false, kNoJob, {}});
  const auto place = [&](std::uint32_t order, bool is_end, std::size_t job, Instant at) {
    if (order > 0 && order <= lines.size()) lines[order - 1] = {is_end, static_cast<JobId>(job), at};
  };
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    place(jobs.start_order[job], false, job, jobs.started[job]);
    place(jobs.end_order[job], true, job, jobs.ended[job]);
  }
  std::erase_if(lines, [](const LogLine& line) { return line.job == kNoJob; });
  return lines;
}

}  // namespace spawnpoint
