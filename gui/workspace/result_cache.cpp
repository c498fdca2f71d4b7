// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/workspace/result_cache.hpp"

#include <QCryptographicHash>
#include <algorithm>

#include "models/lab/run/run_identity.hpp"

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

std::string result_key(const Scenario& scenario, RunKey key) {
  const std::string identity = run_identity(scenario, key.run, key.world);
  return QCryptographicHash::hash(QByteArrayView(identity), QCryptographicHash::Sha256).toStdString();
}

void ResultCache::put(const std::string& key, std::shared_ptr<const RunResult> result) {
  if (const auto there = std::ranges::find(entries_, key, &Entry::key); there != entries_.end()) {
    bytes_ -= there->bytes;
    entries_.erase(there);
  }
  const std::size_t bytes = bytes_of(*result) + key.size();
  if (bytes > most_ / 2) return;
  entries_.push_front({key, std::move(result), bytes});
  bytes_ += bytes;
  while (bytes_ > most_) {
    bytes_ -= entries_.back().bytes;
    entries_.pop_back();
  }
}

std::shared_ptr<const RunResult> ResultCache::find(const std::string& key) {
  const auto there = std::ranges::find(entries_, key, &Entry::key);
  if (there == entries_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, there);
  return entries_.front().result;
}

}  // namespace spawnpoint::gui
