// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/map/map_sweep.hpp"

#include <QTimer>
#include <atomic>
#include <exception>

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
  bool over = false;
  bool complete = false;
  std::atomic<bool> announced{false};  ///< A pick-up is under way.
};

MapSweep::MapSweep(QObject* parent) : QObject(parent) {}

MapSweep::~MapSweep() {
  blockSignals(true);  // Whoever listens is on its way out as well.
  clear();
  threads_.clear();
}

void MapSweep::start(SweepSource source) {
  clear();
  source_ = std::move(source);
  launch();
}

void MapSweep::resume() {
  if (!source_ || running_) return;
  launch();
}

void MapSweep::launch() {
  ++ticket_;
  running_ = true;
  error_.clear();
  progress_ = {};
  mail_ = std::make_shared<Mail>();
  stop_ = {};
  // The destructor waits for the threads, so `this` outlives them; the ticket keeps what is late from arriving.
  threads_.emplace_back([this, ticket = ticket_, mail = mail_, source = *source_, known = known_, have = result_,
                         stop = stop_.get_token()]() mutable {
    const auto announce = [this, ticket, mail] {
      if (mail->announced.exchange(true)) return;
      QMetaObject::invokeMethod(
          this, [this, ticket] { QTimer::singleShot(kPickUpMs, this, [this, ticket] { pick_up(ticket); }); },
          Qt::QueuedConnection);
    };
    const auto put = [&](auto&& what) {
      const std::scoped_lock lock(mail->mutex);
      what();
    };
    try {
      auto plan = SweepPlan::make(std::move(source));
      if (!plan) {
        put([&] { mail->error = QString::fromStdString(plan.error().empty() ? "" : plan.error().front().message); });
      } else {
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
        put([&] { mail->complete = !outcome.stopped; });
      }
    } catch (const std::exception& problem) {  // Out of memory, say: the window stays.
      put([&] { mail->error = QString::fromUtf8(problem.what()); });
    }
    put([&] { mail->over = true; });
    announce();
  });
}

void MapSweep::pick_up(std::uint64_t ticket) {
  if (ticket != ticket_) return;
  bool over = false;
  {
    const std::scoped_lock lock(mail_->mutex);
    // Announced anew from here on; what was put down until now is taken below.
    mail_->announced = false;
    if (mail_->plan) result_ = std::exchange(mail_->plan, nullptr);
    if (result_) {
      for (SweepCell& cell : mail_->cells) {
        const std::size_t index = cell.point * result_->plan.runs() + cell.run;
        result_->cells[index] = std::move(cell);
      }
      for (SweepEdge& edge : mail_->edges) {
        const auto same = [&](const SweepEdge& other) {
          return other.point == edge.point && other.run == edge.run && other.axis == edge.axis &&
                 other.good == edge.good;
        };
        if (std::ranges::none_of(result_->edges, same)) result_->edges.push_back(std::move(edge));
      }
      result_->complete = mail_->complete;
    }
    mail_->cells.clear();
    mail_->edges.clear();
    known_.merge(mail_->done);
    mail_->done.clear();
    if (mail_->progress) progress_ = *mail_->progress;
    error_ = mail_->error;
    over = mail_->over;
  }
  if (over) {
    running_ = false;
    ++ticket_;
    threads_.clear();
    // A sweep that is complete needs nothing to go on from.
    if (result_ && result_->complete) known_.clear();
  }
  emit changed();
}

void MapSweep::stop() {
  if (running_) stop_.request_stop();
}

void MapSweep::clear() {
  stop_.request_stop();
  ++ticket_;
  running_ = false;
  known_.clear();
  result_.reset();
  error_.clear();
  source_.reset();
  emit changed();
}

}  // namespace spawnpoint::gui
