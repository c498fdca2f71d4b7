// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/time/state_words.hpp"

#include <QCoreApplication>

#include "models/concurrency/registry.hpp"

namespace spawnpoint::gui {
namespace {

QString tr(const char* text) {
  return QCoreApplication::translate("StateWords", text);
}

bool is_async(const std::string& concurrency) {
  const auto* model = find_concurrency_model(concurrency);
  return model && model->async;
}

}  // namespace

QString state_reason(JobState state, const std::string& concurrency) {
  const bool async = is_async(concurrency);
  switch (state) {
    case JobState::queued:
      if (concurrency == "thread_per_job") return tr("for its thread to be made");
      if (concurrency == "thread_pool") return tr("for a free worker");
      if (concurrency == "join_all") return tr("for the executor to poll it first");
      return tr("for the jobs before it");
    case JobState::starting:
      return tr("while its thread is made");
    case JobState::running:
      return tr("computes, or is ready to");
    case JobState::waiting:
      return async ? tr("for its timer; it holds no thread") : tr("for its timer, asleep on its thread");
    case JobState::blocked:
      return async ? tr("in a blocking call: it holds the executor's thread, and all other jobs wait with it")
                   : tr("in a blocking call: it holds its thread");
    default:
      return {};
  }
}

QString started_by(const std::string& concurrency) {
  if (concurrency == "thread_per_job") return tr("by the main thread, on a thread of its own");
  if (concurrency == "thread_pool") return tr("by a worker of the pool, which took it from the queue");
  if (is_async(concurrency)) return tr("by the executor on the main thread, as a task");
  return tr("by the main thread, on itself");
}

}  // namespace spawnpoint::gui
