// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/workspace/map_sweep.hpp"

#include <QTimer>
#include <atomic>
#include <mutex>
#include <utility>

#include "gui/text/to_qstring.hpp"

namespace spawnpoint::gui {
namespace {
constexpr int kPickUpMs = 50;
}

struct MapSweep::Mail {
  std::mutex mutex;
  std::shared_ptr<MapResult> plan;  ///< Once it is known.
  std::vector<SweepCell> cells;
  std::vector<SweepEdge> edges;
  std::map<std::size_t, SweepTaskResult> done;
  std::optional<SweepProgress> progress;
  QString error;
  std::atomic<bool> announced{false};  ///< A pick-up is under way.
};

MapSweep::MapSweep(QObject* parent)
    : QObject(parent), job_([this](auto outcome) {
        end(outcome ? *std::move(outcome) : End{.complete = false, .error = to_qstring(outcome.error())});
      }) {}

MapSweep::~MapSweep() {
  blockSignals(true);  // Whoever listens is being destroyed as well.
}

void MapSweep::start(SweepSource source) {
  clear();
  state_.source = std::move(source);
  launch();
}

void MapSweep::resume() {
  if (!state_.source || is_running()) return;
  launch();
}

void MapSweep::launch() {
  error_.clear();
  progress_ = {};
  mail_ = std::make_shared<Mail>();
  job_.start([this, mail = mail_, source = *state_.source, known = state_.known, have = state_.result != nullptr](
                 std::stop_token stop, const Tell& tell) mutable {
    const auto announce = [&] {
      if (mail->announced.exchange(true)) return;
      tell([this, mail] { QTimer::singleShot(kPickUpMs, this, [this, mail] { pick_up(mail); }); });
    };
    const auto put = [&](auto&& what) {
      const std::scoped_lock lock(mail->mutex);
      what();
    };
    auto plan = SweepPlan::make(std::move(source));
    if (!plan) {
      const auto& mistakes = plan.error();
      return End{.complete = false, .error = to_qstring(mistakes.empty() ? "" : mistakes.front().message)};
    }
    // Before the plan is handed over, which the window may look at from then on.
    const SweepPlan& swept = *plan;
    if (!have) put([&] { mail->plan = std::make_shared<MapResult>(swept); });
    SweepOptions options;
    options.stop = stop;
    options.known = std::move(known);
    options.cell = [&](const SweepCell& cell) {
      put([&] { mail->cells.push_back(cell); });
      announce();
    };
    options.edge = [&](const SweepEdge& edge) {
      put([&] { mail->edges.push_back(edge); });
      announce();
    };
    options.task = [&](const SweepTask& task, const SweepTaskResult& result) {
      put([&] { mail->done[task.index] = result; });
    };
    options.progress = [&](const SweepProgress& progress) {
      put([&] { mail->progress = progress; });
      announce();
    };
    const SweepOutcome outcome = run_sweep(swept, options);
    return End{.complete = !outcome.stopped, .error = {}};
  });
}

void MapSweep::take(Mail& mail) {
  const std::scoped_lock lock(mail.mutex);
  // Announced again from here on; what was put down until now is taken below.
  mail.announced = false;
  if (mail.plan) state_.result = std::exchange(mail.plan, nullptr);
  if (state_.result) {
    for (SweepCell& cell : mail.cells) {
      const std::size_t index = cell.point * state_.result->plan.runs() + cell.run;
      state_.result->cells[index] = std::move(cell);
    }
    for (SweepEdge& edge : mail.edges)
      if (state_.edges.emplace(edge.point, edge.run, edge.axis, edge.good).second)
        state_.result->edges.push_back(std::move(edge));
  }
  mail.cells.clear();
  mail.edges.clear();
  state_.known.merge(mail.done);
  mail.done.clear();
  if (mail.progress) progress_ = *mail.progress;
}

void MapSweep::pick_up(const std::shared_ptr<Mail>& mail) {
  if (mail != mail_) return;  // That sweep is over, or no longer wanted.
  take(*mail);
  emit changed();
}

void MapSweep::end(const End& end) {
  take(*std::exchange(mail_, nullptr));
  error_ = end.error;
  if (state_.result) state_.result->complete = end.complete;
  // A sweep that is complete needs nothing to go on from.
  if (end.complete) state_.known.clear();
  emit changed();
}

void MapSweep::stop() {
  job_.stop();
}

void MapSweep::clear() {
  take_state();
}

MapSweep::State MapSweep::take_state() {
  job_.cancel();
  // What was computed until now counts.
  if (mail_) take(*std::exchange(mail_, nullptr));
  State state = std::exchange(state_, {});
  error_.clear();
  emit changed();
  return state;
}

void MapSweep::restore(State state) {
  clear();
  state_ = std::move(state);
  emit changed();
}

}  // namespace spawnpoint::gui
