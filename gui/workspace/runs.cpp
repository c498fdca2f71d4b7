// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/workspace/runs.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "models/lab/sweep/run_memory.hpp"

namespace spawnpoint::gui {
namespace {
constexpr std::chrono::milliseconds kFrame{33};
// Of a modeled run's memory, for the next one: the steps of a slider come within a second.
constexpr Bytes kSpare{std::int64_t{256} << 20};
constexpr std::chrono::seconds kKeepSpare{2};
}  // namespace

Runs::Runs(std::filesystem::path worker, QObject* parent)
    : QObject(parent),
      worker_(std::move(worker)),
      job_([this](auto outcome) { take(outcome ? *std::move(outcome) : not_made(std::move(outcome.error()))); }) {
  live_timer_.setInterval(kFrame);
  connect(&live_timer_, &QTimer::timeout, this, &Runs::poll_live);
  let_go_.setSingleShot(true);
  let_go_.setInterval(kKeepSpare);
  connect(&let_go_, &QTimer::timeout, this, [this] { spare_.reset(); });
}

Runs::~Runs() {
  abandon();
}

void Runs::start(const RunRequest& request) {
  abandon();
  stop_asked_ = false;
  if (request.modeled) {
    begin(request, WorldKind::modeled);
  } else if (request.live) {
    begin(request, WorldKind::live);
  }
}

void Runs::begin(const RunRequest& request, WorldKind world) {
  current_.emplace(Current{request, RunKey{request.run, world}});
  progress_ = {};
  progress_.jobs = request.scenario->jobs.count;
  emit started(current_->key);
  // A listener to the start may have abandoned it again.
  if (!current_ || current_->key.world != world) return;
  world == WorldKind::modeled ? begin_modeled() : begin_live();
}

void Runs::begin_modeled() {
  if (!spare_) spare_.emplace(kSpare);
  let_go_.start();
  job_.start([this, request = current_->request, key = current_->key, live = live_options()](std::stop_token stop,
                                                                                             const Tell& tell) {
    RunOptions options;
    options.stop = stop;
    options.progress = [&](const Progress& progress) {
      tell([this, key, progress] {
        progress_ = progress;
        emit progressed(key);
      });
    };
    if (auto why = too_large_for_memory(*request.scenario, request.run, options.record))
      return not_run(*request.scenario, request.run, std::move(*why));
    return request.live ? run_modeled_twin(*request.scenario, request.run, options, live)
                        : run_modeled(*request.scenario, request.run, options);
  });
}

void Runs::begin_live() {
  spare_.reset();
  live_ = std::make_shared<LiveWatch>();
  live_timer_.start();
  job_.start([watch = live_, request = current_->request, live = live_options()](std::stop_token unwanted) {
    return watch->follow(*request.scenario, request.run, live, unwanted);
  });
}

LiveOptions Runs::live_options() const {
  LiveOptions live;
  live.worker = worker_;
  live.uncapped = current_->request.uncapped;
  return live;
}

void Runs::poll_live() {
  if (!live_ || !current_) return;
  LiveWatch::Look look = live_->look();
  if (look.progress.jobs > 0) progress_ = look.progress;
  live_curves_ = std::move(look.curves);
  emit progressed(current_->key);
}

void Runs::end_live() {
  live_timer_.stop();
  live_.reset();
  live_record_.reset();
  live_curves_.reset();
}

RunResult Runs::not_made(std::string why) const {
  return not_run(*current_->request.scenario, current_->key.run, std::move(why), current_->key.world);
}

void Runs::take(RunResult result) {
  const Current ended = *std::exchange(current_, std::nullopt);
  end_live();
  const bool went_well = result.error.empty();
  kept_[ended.key] =
      Kept{std::make_shared<const RunResult>(std::move(result)), ended.request.revision, ended.request.scenario};
  emit finished(ended.key);
  if (current_) return;  // A listener has started something else.
  if (ended.key.world == WorldKind::modeled && ended.request.live && !stop_asked_ && went_well) {
    begin(ended.request, WorldKind::live);
  } else {
    emit idle();
  }
}

void Runs::stop() {
  if (!current_) return;
  stop_asked_ = true;
  live_ ? live_->stop() : job_.stop();
}

void Runs::abandon() {
  if (!current_) return;
  job_.cancel();
  end_live();
  current_.reset();
}

void Runs::adopt(RunKey key, std::shared_ptr<const RunResult> result, std::uint64_t revision,
                 std::shared_ptr<const Scenario> scenario) {
  if (current_ && current_->key == key) return;
  kept_[key] = Kept{std::move(result), revision, std::move(scenario)};
}

void Runs::clear() {
  const bool was_running = is_running();
  abandon();
  kept_.clear();
  if (was_running) emit idle();
}

std::optional<RunKey> Runs::current() const {
  return current_ ? std::optional<RunKey>(current_->key) : std::nullopt;
}

std::optional<Duration> Runs::modeled_wall() const {
  if (!current_ || current_->key.world != WorldKind::live) return std::nullopt;
  const RunKey modeled{current_->key.run, WorldKind::modeled};
  const auto model = result(modeled);
  if (!model || !model->error.empty() || model->failure || model->stopped || model->wall <= Duration::zero() ||
      revision(modeled) != current_->request.revision)
    return std::nullopt;
  return model->wall;
}

std::optional<double> Runs::fraction() const {
  if (!current_ || progress_.over) return std::nullopt;
  if (const auto wall = modeled_wall()) {
    // Jobs that all sleep end all at once: the model's time says more than their number. Past it, nobody knows.
    if (progress_.now >= *wall) return std::nullopt;
    return to_seconds(progress_.now) / to_seconds(*wall);
  }
  // Before the first job has ended, their number says nothing.
  if (progress_.jobs <= 0 || progress_.completed <= 0) return std::nullopt;
  return std::clamp(static_cast<double>(progress_.completed) / static_cast<double>(progress_.jobs), 0.0, 1.0);
}

std::optional<Duration> Runs::time_left() const {
  if (!current_ || current_->key.world != WorldKind::live) return std::nullopt;
  const auto part = fraction();
  if (!part || *part < 0.02 || *part >= 0.99) return std::nullopt;
  const double left = to_seconds(progress_.now) * (1.0 - *part) / *part;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(left));
}

bool Runs::is_behind_model() const {
  const auto wall = modeled_wall();
  return wall && !progress_.over && progress_.now >= *wall;
}

std::shared_ptr<const RunResult> Runs::result(RunKey key) const {
  const auto at = kept_.find(key);
  return at == kept_.end() ? nullptr : at->second.result;
}

std::uint64_t Runs::revision(RunKey key) const {
  const auto at = kept_.find(key);
  return at == kept_.end() ? 0 : at->second.revision;
}

std::shared_ptr<const Scenario> Runs::scenario(RunKey key) const {
  const auto at = kept_.find(key);
  return at == kept_.end() ? nullptr : at->second.scenario;
}

std::shared_ptr<const Trace> Runs::take_live_record() {
  auto newer = live_ ? live_->take_record() : nullptr;
  if (newer) live_record_ = newer;
  return newer;
}

}  // namespace spawnpoint::gui
