// SPDX-License-Identifier: GPL-3.0-or-later
// The workspace's runs: what starts one, what is asked before, and what runs by itself.
#include <algorithm>
#include <utility>

#include "core/units.hpp"
#include "gui/workspace/workspace.hpp"
#include "models/lab/run/run.hpp"

namespace spawnpoint::gui {
namespace {

using namespace spawnpoint::literals;

/// More jobs than this are not modeled without being asked for: it would take seconds and hundreds of megabytes.
constexpr std::int64_t kModelUnasked = 2'000'000;
/// Whether runs fail that nobody has looked at is found out within these bounds for each: some tenths of a second.
constexpr std::int64_t kForeseen = 200'000;
constexpr std::uint64_t kForeseenWork = 2'000'000;
constexpr std::int64_t kManyThreads = 5'000;
constexpr std::chrono::minutes kLong{10};
constexpr Bytes kMuchMemory = 1_GiB;

/// Runs that are made one after the other: the most that any of them takes, and the time of all.
LiveEstimate with_both(const LiveEstimate& a, const LiveEstimate& b) {
  LiveEstimate both = a;
  both.threads = std::max(a.threads, b.threads);
  both.memory = a.memory.resident + a.memory.kernel > b.memory.resident + b.memory.kernel ? a.memory : b.memory;
  both.thread_cap = b.thread_cap;
  both.memory_cap = b.memory_cap;
  both.over_cap = a.over_cap || b.over_cap;
  both.wall = a.wall + b.wall;
  both.wall_is_least = a.wall_is_least || b.wall_is_least;
  both.failure = a.failure.empty() ? b.failure : a.failure;
  return both;
}

}  // namespace

bool is_risky(const LiveEstimate& estimate) {
  return estimate.over_cap || estimate.threads >= kManyThreads || estimate.memory.resident >= kMuchMemory ||
         is_long(estimate);
}

bool is_long(const LiveEstimate& estimate) {
  return estimate.wall > kLong;
}

bool Workspace::waits_to_be_asked() const {
  const auto scenario = document_.scenario();
  const RunKey key{selection_.run(), WorldKind::modeled};
  return scenario && key.run < scenario->runs.size() && scenario->jobs.count > kModelUnasked &&
         !(runs_.result(key) && is_of_present_text(key)) && !runs_.is_running();
}

void Workspace::run(bool modeled, bool live) {
  const auto scenario = document_.scenario();
  // A record is over: there is nothing to run.
  if (!scenario || scenario->runs.empty() || record(selection_.run()) != nullptr) return;
  ask_for({RunRequest{scenario, document_.revision(), std::min(selection_.run(), scenario->runs.size() - 1), modeled,
                      live, /*uncapped=*/false}});
}

void Workspace::run_all() {
  const auto scenario = document_.scenario();
  if (!scenario || scenario->runs.empty()) return;
  std::vector<RunRequest> requests;
  for (std::size_t run = 0; run < scenario->runs.size(); ++run)
    requests.push_back({scenario, document_.revision(), run, /*modeled=*/true, /*live=*/true, /*uncapped=*/false});
  ask_for(std::move(requests));
}

void Workspace::ask_for(std::vector<RunRequest> requests) {
  // What would run is not what is on the screen.
  if (document_.has_errors()) return emit told(tr("Fix the errors in the file first; then it can run."));
  emit timelines_asked();
  forget_live_wish();
  if (!requests.front().live) return start_all(std::move(requests));
  // What they would take is computed in the background: it may read all of /proc.
  emit told(requests.size() > 1 ? tr("Estimating what the live runs would take …")
                                : tr("Estimating what the live run would take …"));
  estimating_.start([requests = std::move(requests)](std::stop_token stop) {
    LiveWish wish{requests, {}};
    for (const RunRequest& request : requests) {
      const LiveEstimate one = estimate_live(*request.scenario, request.run, stop);
      if (stop.stop_requested()) break;
      wish.estimate = with_both(wish.estimate, one);
    }
    return wish;
  });
}

void Workspace::forget_live_wish() {
  ++wishes_;
  estimating_.cancel();
}

void Workspace::start_live(LiveWish wish) {
  if (is_risky(wish.estimate)) {
    const std::uint64_t asked = wishes_;
    emit told({});  // It is no longer being estimated.
    const LiveAnswer answer = ask_before_live(wish.estimate);
    // Something else was opened or started while the question stood.
    if (asked != wishes_) return;
    if (answer == LiveAnswer::cancel) return;
    for (RunRequest& request : wish.requests) request.uncapped = answer == LiveAnswer::run_uncapped;
  }
  start_all(std::move(wish.requests));
}

void Workspace::start_all(std::vector<RunRequest> requests) {
  runs_in_all_ = requests.size() > 1 ? requests.size() : 0;
  waiting_runs_.assign(requests.begin() + 1, requests.end());
  runs_.start(requests.front());
}

/// The next of all runs, unless the user has stopped the one before.
void Workspace::go_on() {
  if (runs_.was_stopped() || waiting_runs_.empty()) {
    waiting_runs_.clear();
    runs_in_all_ = 0;
    return;
  }
  const RunRequest next = waiting_runs_.front();
  waiting_runs_.pop_front();
  runs_.start(next);
}

void Workspace::put_off(RunKey running) {
  if (running.world != WorldKind::live) return;
  if (advising_.is_running()) {
    advising_.cancel();
    advised_.reset();
  }
  if (foreseeing_.is_running()) {
    foreseeing_.cancel();
    foreseen_revision_ = 0;
  }
}

void Workspace::foresee_failures() {
  const auto scenario = document_.scenario();
  if (!scenario || document_.scenario_is_old() || foreseen_revision_ == document_.revision()) return;
  foreseeing_.cancel();
  foreseen_.clear();
  // Whoever runs something waits for that; this is asked again when nothing runs any more.
  if (runs_.is_running()) return;
  foreseen_revision_ = document_.revision();
  if (scenario->jobs.count > kForeseen) return;
  std::vector<std::size_t> unknown;
  for (std::size_t run = 0; run < scenario->runs.size(); ++run)
    if (!is_of_present_text({run, WorldKind::modeled})) unknown.push_back(run);
  if (unknown.empty()) return;
  foreseeing_.start([scenario, unknown = std::move(unknown)](const std::stop_token& stop) {
    std::vector<std::optional<bool>> fail(scenario->runs.size());
    for (const std::size_t run : unknown) {
      if (stop.stop_requested()) break;
      RunOptions options;
      options.record = false;
      options.stop = stop;
      options.budget.work = kForeseenWork;
      const RunResult result = run_modeled(*scenario, run, options);
      // What ended early has said nothing of its end.
      if (result.error.empty() && (result.failure || !result.stopped)) fail[run] = result.failure.has_value();
    }
    return fail;
  });
}

void Workspace::model_if_needed() {
  const auto scenario = document_.scenario();
  if (!scenario || document_.scenario_is_old()) return;
  if (scenario->jobs.count > kModelUnasked) return;
  // The selected run first; those beside it follow one by one.
  const std::vector<std::size_t> shown = shown_runs();
  const auto wanted = std::ranges::find_if(shown, [&](std::size_t run) {
    const RunKey key{run, WorldKind::modeled};
    return run < scenario->runs.size() && !(runs_.revision(key) == document_.revision() && runs_.result(key));
  });
  if (wanted == shown.end()) return;
  // Live runs, and all runs of a text that has not changed, are not interrupted by what nobody asked for.
  if (const auto current = runs_.current(); current && (current->world == WorldKind::live || runs_in_all_ > 0)) return;
  runs_.start({scenario, document_.revision(), *wanted, /*modeled=*/true, /*live=*/false, /*uncapped=*/false});
}

}  // namespace spawnpoint::gui
