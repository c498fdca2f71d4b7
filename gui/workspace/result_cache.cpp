// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/workspace/result_cache.hpp"
#include "models/machine/profile_file.hpp"

#include <algorithm>

namespace spawnpoint::gui {
namespace {

std::size_t bytes_of(const RunResult& result) {
  std::size_t bytes = sizeof(RunResult);
  if (!result.trace) return bytes;
  const Trace& trace = *result.trace;
  constexpr std::size_t kSegment = sizeof(LaneId) + sizeof(JobId) + sizeof(JobState) + 2 * sizeof(Instant);
  constexpr std::size_t kJob = sizeof(JobState) + sizeof(LaneId) + 3 * sizeof(Instant) + 2 * sizeof(std::uint32_t);
  bytes += trace.segments.size() * kSegment + trace.jobs.size() * kJob;
  for (const Series& series : trace.series) bytes += series.time.size() * (sizeof(Instant) + sizeof(double));
  return bytes;
}

}  // namespace

std::string cache_key(const Scenario& scenario, const QString& text, const std::vector<Setting>& settings) {
  std::string key = scenario.file + '\n' + text.toStdString();
  for (const Setting& setting : settings) key += "\n--set " + setting.key + '=' + setting.value;
  return key + '\n' + std::to_string(scenario.seed) + '\n' + to_toml(scenario.machine);
}

void ResultCache::put(const std::string& scenario, RunKey key, std::shared_ptr<const RunResult> result) {
  const auto same = [&](const Entry& entry) { return entry.key == key && entry.scenario == scenario; };
  if (const auto there = std::ranges::find_if(entries_, same); there != entries_.end()) {
    bytes_ -= there->bytes;
    entries_.erase(there);
  }
  const std::size_t bytes = bytes_of(*result) + scenario.size();
  if (bytes > most_ / 2) return;
  entries_.push_front({scenario, key, std::move(result), bytes});
  bytes_ += bytes;
  while (bytes_ > most_) {
    bytes_ -= entries_.back().bytes;
    entries_.pop_back();
  }
}

std::shared_ptr<const RunResult> ResultCache::find(const std::string& scenario, RunKey key) {
  const auto there = std::ranges::find_if(
      entries_, [&](const Entry& entry) { return entry.key == key && entry.scenario == scenario; });
  if (there == entries_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, there);
  return entries_.front().result;
}

}  // namespace spawnpoint::gui
