// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/workspace/failure_map.hpp"

#include <utility>

#include "gui/workspace/workspace.hpp"
#include "models/lab/calibration/this_host.hpp"

namespace spawnpoint::gui {

FailureMap::FailureMap(Workspace& workspace) : workspace_(workspace), document_(workspace.document()) {
  connect(&sweep_, &MapSweep::changed, this, &FailureMap::changed);
  connect(&document_, &Document::opened, this, [this] { document_changed(true); });
  connect(&workspace, &Workspace::scenario_read, this, &FailureMap::document_changed);
  connect(&workspace.runs(), &Runs::started, this, [this](RunKey key) {
    if (key.world == WorldKind::live) hold(true);
  });
  connect(&workspace.runs(), &Runs::idle, this, [this] { hold(false); });
}

void FailureMap::look(bool on) {
  looked_at_ = on;
  compute_if_needed();
}

void FailureMap::hold(bool on) {
  held_ = on;
  if (on)
    sweep_.stop();
  else
    compute_if_needed();
  emit state_changed();
}

void FailureMap::document_changed(bool scenario_changed) {
  if (scenario_changed) change_map();
  if (scenario_changed) leave_point();
  compute_if_needed();
  emit state_changed();
}

void FailureMap::leave_point() {
  const auto scenario = document_.scenario();
  if (!before_ || (scenario && document_.has_settings())) return;
  const Before before = *std::exchange(before_, std::nullopt);
  // Another file, or the point was written into the text.
  if (!scenario || document_.text() != before.text || before.run >= scenario->runs.size()) return;
  workspace_.selection().select_run(before.run);
}

void FailureMap::change_map() {
  const std::string key = document_.scenario() ? map_key(document_) : std::string();
  if (key == key_ && !key.empty()) return;
  stopped_by_user_ = false;
  MapSweep::State before = sweep_.take_state();
  if (!key_.empty()) shelf_.put(key_, std::move(before));
  key_.clear();
  auto kept = key.empty() ? std::nullopt : shelf_.take(key);
  if (!kept) return;
  key_ = key;
  sweep_.restore(*std::move(kept));
}

void FailureMap::open_run(const std::vector<Setting>& settings, std::size_t run) {
  const auto map = sweep_.result();
  if (!map || !document_.scenario() || document_.scenario_is_old()) return;
  const bool is_first = !document_.has_settings();
  const Before before{document_.text(), workspace_.selection().run()};
  workspace_.open_run(settings, map->plan.scenario().runs[run]);
  if (is_first && document_.has_settings()) before_ = before;
}

void FailureMap::compute_if_needed() {
  if (!looked_at_ || held_ || stopped_by_user_ || sweep_.is_running()) return;
  if (!document_.scenario() || document_.scenario_is_old()) return;
  if (!key_.empty()) {
    if (sweep_.can_resume()) sweep_.resume();
    return;
  }
  key_ = map_key(document_);
  SweepSource source;
  source.text = document_.text().toStdString();
  source.file = document_.path().toStdString();
  source.options.settings = document_.settings();
  source.options.host = [] { return this_host().machine; };
  sweep_.start(std::move(source));
  emit changed();
}

void FailureMap::stop_or_go_on() {
  if (sweep_.is_running()) {
    stopped_by_user_ = true;
    sweep_.stop();
    return;
  }
  stopped_by_user_ = false;
  compute_if_needed();
}

}  // namespace spawnpoint::gui
