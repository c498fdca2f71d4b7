// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/sweep/sweep_board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/text/text.hpp"
#include "models/lab/run/run.hpp"
#include "models/lab/sweep/run_memory.hpp"
#include "models/result/format.hpp"
#include "models/scenario/sweep.hpp"

namespace spawnpoint {
namespace {

/// What a run takes besides its jobs (reading the point, setting up), in jobs: for the time left.
constexpr double kFixedWeight = 2000;
constexpr auto kTellEvery = std::chrono::milliseconds(100);

}  // namespace

SweepBoard::SweepBoard(const SweepPlan& plan, const SweepOptions& options, unsigned workers)
    : plan_(plan), options_(options), workers_(std::max(1U, workers)) {
  const std::size_t tasks = plan.tasks();
  order_.resize(tasks);
  std::iota(order_.begin(), order_.end(), 0U);
  std::vector<std::int64_t> jobs(plan.points());
  for (std::size_t point = 0; point < jobs.size(); ++point) jobs[point] = plan.jobs(point);
  const std::size_t a_point = plan.runs() * static_cast<std::size_t>(plan.repeat());
  std::ranges::stable_sort(order_, {}, [&](std::uint32_t index) { return jobs[index / a_point]; });
  heavy_ = tasks;
  points_left_ = tasks;
  done_.assign(tasks, false);
  outcome_.cells.resize(plan.cells());
  speeds_.resize(plan.runs());
  for (std::size_t index = 0; index < tasks; ++index) {
    const SweepTask one = task(index);
    speeds_[one.run].left += weight(one);
    weight_all_ += weight(one);
  }
  for (const auto& [index, result] : options.known) {
    if (index < tasks && !done_[index]) accept(task(index), result);
  }
  if (points_left_ == 0) find_edges();
}

SweepTask SweepBoard::task(std::size_t index) const {
  const auto repeat = static_cast<std::size_t>(plan_.repeat());
  const std::size_t cell = index / repeat;
  return {.index = index,
          .point = cell / plan_.runs(),
          .run = cell % plan_.runs(),
          .replication = static_cast<std::int64_t>(index % repeat)};
}

double SweepBoard::weight(const SweepTask& task) const {
  return kFixedWeight + static_cast<double>(plan_.jobs(task.point));
}

SweepBoard::Answer SweepBoard::take(End end) {
  const std::scoped_lock lock(mutex_);
  if (given_up_ || options_.stop.stop_requested()) return Over{};
  if (auto chosen = choose(end)) return *std::move(chosen);
  const bool over = points_left_ == 0 && edges_known_ && next_edge_ == edges_.size();
  if (over) return Over{};
  return Wait{};
}

std::optional<SweepTask> SweepBoard::take_when_ready(End end) {
  for (;;) {
    Answer answer = take(end);
    if (auto* task = std::get_if<SweepTask>(&answer)) return *task;
    if (std::holds_alternative<Over>(answer)) return std::nullopt;
    std::unique_lock lock(mutex_);
    // A result may have come since the answer: the wait is short, and no wake-up is missed for long.
    changed_.wait_for(lock, std::chrono::milliseconds(20));
  }
}

std::optional<SweepTask> SweepBoard::choose(End end) {
  for (;;) {
    while (light_ < heavy_ && done_[order_[light_]]) ++light_;
    while (light_ < heavy_ && done_[order_[heavy_ - 1]]) --heavy_;
    if (light_ == heavy_) break;
    if (!share_ && plan_.jobs(task(order_[heavy_ - 1]).point) > kAlwaysFits)
      share_ = options_.memory ? *options_.memory : memory_share();
    // The heaviest may have to wait for another to end; then the lightest goes first.
    const End ends[] = {end, End::lightest};
    for (const End from : ends) {
      const SweepTask chosen = task(order_[from == End::heaviest ? heavy_ - 1 : light_]);
      const Bytes memory = memory_of(chosen);
      const bool fits = !share_ || memory <= *share_;
      if (fits && in_use_.count > 0 && share_ && in_use_ + memory > *share_) continue;
      from == End::heaviest ? --heavy_ : ++light_;
      if (!fits) {
        SweepTaskResult refused{
            .result = not_run(plan_.scenario(), chosen.run, memory_refusal("this sweep", memory, *share_))};
        refused.result.seed = SweepPlan::seed(plan_.scenario(), chosen.replication);
        refused.result.jobs = plan_.jobs(chosen.point);
        accept(chosen, std::move(refused));
        if (points_left_ == 0) find_edges();
        break;  // The next one.
      }
      taken_[chosen.index] = Taken{Clock::now(), memory, 0};
      in_use_ += memory;
      return chosen;
    }
    const bool stuck = in_use_.count > 0 && light_ < heavy_ &&
                       in_use_ + memory_of(task(order_[light_])) > share_.value_or(Bytes{INT64_MAX / 2});
    if (stuck) return std::nullopt;
  }
  if (points_left_ > 0 || !edges_known_) return std::nullopt;
  while (next_edge_ < edges_.size()) {
    SweepTask edge = edges_[next_edge_++];
    const auto known = options_.known.find(edge.index);
    if (known != options_.known.end()) {
      accept(edge, known->second);
      continue;
    }
    taken_[edge.index] = Taken{Clock::now(), Bytes{}, 0};
    return edge;
  }
  return std::nullopt;
}

Bytes SweepBoard::memory_of(const SweepTask& task) {
  if (plan_.jobs(task.point) <= kAlwaysFits) return {};
  const std::size_t cell = task.point * plan_.runs() + task.run;
  const auto known = estimates_.find(cell);
  if (known != estimates_.end()) return known->second;
  const auto scenario = plan_.at(task.point);
  return estimates_[cell] = scenario ? estimate_memory(*scenario, task.run) : Bytes{};
}

void SweepBoard::put(const SweepTask& task, SweepTaskResult result) {
  const std::scoped_lock lock(mutex_);
  const auto taken = taken_.find(task.index);
  if (taken != taken_.end()) {
    in_use_ -= taken->second.memory;
    const double seconds = std::chrono::duration<double>(Clock::now() - taken->second.since).count();
    Speed& speed = speeds_[task.run];
    if (!task.edge && weight(task) >= speed.weight) speed = {weight(task), seconds, speed.left};
    taken_.erase(taken);
  }
  changed_.notify_all();
  // A run that was stopped is not the run: as if it had not been begun.
  if (result.result.stopped) return;
  // What could not be computed here may be another time.
  if (options_.task && result.result.error.empty()) options_.task(task, result);
  accept(task, std::move(result));
  if (points_left_ == 0 && !edges_known_) find_edges();
  tell(false);
}

void SweepBoard::note_part(const SweepTask& task, double part) {
  const std::scoped_lock lock(mutex_);
  const auto taken = taken_.find(task.index);
  if (taken != taken_.end()) taken->second.part = part;
  tell(false);
}

void SweepBoard::wake() {
  changed_.notify_all();
}

void SweepBoard::give_up() {
  {
    const std::scoped_lock lock(mutex_);
    given_up_ = true;
  }
  changed_.notify_all();
}

void SweepBoard::accept(const SweepTask& task, SweepTaskResult result) {
  ++done_count_;
  if (task.edge) {
    SweepEdge edge{task.point, task.run, task.edge->axis, result.good, result.failing, std::move(result.result)};
    if (options_.edge) options_.edge(edge);
    found_edges_[task.index - plan_.tasks()] = std::move(edge);
    return;
  }
  done_[task.index] = true;
  --points_left_;
  weight_done_ += weight(task);
  speeds_[task.run].left -= weight(task);
  const std::size_t cell = task.point * plan_.runs() + task.run;
  Open& open = open_[cell];
  if (open.figures.empty()) {
    open.missing = plan_.repeat();
    open.figures.resize(static_cast<std::size_t>(open.missing));
  }
  const RunResult& run = result.result;
  open.figures[static_cast<std::size_t>(task.replication)] = {
      .there = true,
      .computed = run.error.empty(),
      .failed = run.breaks(),
      .wall = to_seconds(run.wall),
      .completed = static_cast<double>(run.completed),
      .peak_threads = static_cast<double>(run.peak_threads),
      .resident = static_cast<double>(run.memory.resident.count),
      .virtual_size = static_cast<double>(run.memory.virtual_size.count),
      .kernel = static_cast<double>(run.memory.kernel.count)};
  if (task.replication == 0) open.first = std::move(result.result);
  if (--open.missing == 0) {
    complete(cell, open);
    open_.erase(cell);
  }
}

/// In the replications' order, whatever the order in which they came: the same sums to the last bit.
void SweepBoard::complete(std::size_t cell, Open& open) {
  SweepCell whole_cell;
  whole_cell.point = cell / plan_.runs();
  whole_cell.run = cell % plan_.runs();
  whole_cell.first = std::move(open.first);
  for (const Open::Figures& figures : open.figures) {
    whole_cell.are_alike = whole_cell.are_alike && figures.computed && figures == open.figures.front();
    if (!figures.computed) continue;
    ++whole_cell.replications;
    if (figures.failed) ++whole_cell.failed;
    if (!figures.failed) whole_cell.wall.add(figures.wall);
    whole_cell.completed.add(figures.completed);
    whole_cell.peak_threads.add(figures.peak_threads);
    whole_cell.resident.add(figures.resident);
    whole_cell.virtual_size.add(figures.virtual_size);
    whole_cell.kernel.add(figures.kernel);
  }
  if (options_.cell) options_.cell(whole_cell);
  outcome_.cells[cell] = std::move(whole_cell);
}

void SweepBoard::find_edges() {
  edges_known_ = true;
  for (std::size_t axis = 0; axis < plan_.sweep().axes.size(); ++axis) {
    const SweepAxis& swept = plan_.sweep().axes[axis];
    const auto numbers = numbers_of(swept);
    // Between two values of zipped axes there is nothing to look at.
    if (!numbers || !numbers->whole || plan_.is_zipped(axis)) continue;
    for (std::size_t point = 0; point < plan_.points(); ++point) {
      const auto next = plan_.neighbour(point, axis, 1);
      if (!next) continue;
      for (std::size_t run = 0; run < plan_.runs(); ++run) {
        const SweepCell& here = *outcome_.cells[point * plan_.runs() + run];
        const SweepCell& there = *outcome_.cells[*next * plan_.runs() + run];
        if (!here.first.error.empty() || !there.first.error.empty()) continue;
        const RunOutcome outcome_here = run_outcome(here.first), outcome_there = run_outcome(there.first);
        if (outcome_here == outcome_there) continue;
        const bool fails_there = outcome_there > outcome_here;
        const auto good = parse_number<std::int64_t>(swept.values[plan_.value_of(fails_there ? point : *next, axis)]);
        const auto failing =
            parse_number<std::int64_t>(swept.values[plan_.value_of(fails_there ? *next : point, axis)]);
        if (!good || !failing) continue;
        SweepTask task;
        task.index = plan_.tasks() + edges_.size();
        task.point = fails_there ? *next : point;
        task.run = run;
        task.edge = EdgeSearch{axis, *good, *failing, std::nullopt, std::max(outcome_here, outcome_there)};
        const FailurePoint& failure = *(fails_there ? there : here).first.failure;
        if (swept.key == "jobs.count" && failure.job != kNoJob) task.edge->hint = std::int64_t{failure.job} + 1;
        edges_.push_back(task);
      }
    }
  }
  found_edges_.resize(edges_.size());
}

void SweepBoard::tell(bool at_once) {
  if (!options_.progress) return;
  const auto now = Clock::now();
  if (!at_once && now - told_ < kTellEvery && points_left_ > 0) return;
  told_ = now;
  SweepProgress progress;
  progress.done = done_count_;
  progress.tasks = plan_.tasks() + edges_.size();
  double done = weight_done_;
  double left_seconds = 0;
  for (const auto& [index, taken] : taken_) {
    if (index < plan_.tasks()) done += taken.part * weight(task(index));
  }
  progress.fraction = weight_all_ > 0 ? std::min(1.0, done / weight_all_) : 1;
  bool known = true, measured = true;
  for (const Speed& speed : speeds_) {
    if (speed.left <= 0) continue;
    // The small tasks say nothing about the large ones.
    known = known && speed.weight >= 10 * kFixedWeight;
    measured = measured && speed.weight > 0;
    if (speed.weight > 0) left_seconds += speed.left * speed.seconds / speed.weight;
  }
  for (const auto& [index, taken] : taken_) {
    if (index >= plan_.tasks()) continue;
    const Speed& speed = speeds_[task(index).run];
    if (speed.weight > 0) left_seconds -= taken.part * weight(task(index)) * speed.seconds / speed.weight;
  }
  // What has taken longer than was foreseen leaves no estimate.
  if ((known || (measured && progress.fraction > 0.2)) && left_seconds > 0)
    progress.left =
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(left_seconds / workers_));
  options_.progress(progress);
}

SweepOutcome SweepBoard::outcome() {
  const std::scoped_lock lock(mutex_);
  const bool all_edges = std::ranges::all_of(found_edges_, [](const auto& edge) { return edge.has_value(); });
  outcome_.stopped = points_left_ > 0 || !edges_known_ || !all_edges;
  for (std::optional<SweepEdge>& edge : found_edges_) {
    if (edge) outcome_.edges.push_back(*std::move(edge));
  }
  tell(true);
  return std::move(outcome_);
}

void SweepWork::serve(SweepBoard::End end) noexcept {
  try {
    while (const auto task = board_.take_when_ready(end))
      board_.put(*task, compute(plan_, *task, options_.stop, [&](double part) { board_.note_part(*task, part); }));
  } catch (...) {
    const std::scoped_lock lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    board_.give_up();
  }
}

void SweepWork::rethrow() {
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace spawnpoint
