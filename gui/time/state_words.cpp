// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/time/state_words.hpp"

#include <QCoreApplication>
#include <string>
#include <string_view>

#include "models/concurrency/registry.hpp"

namespace spawnpoint::gui {
namespace {

QString tr(const char* text) {
  return QCoreApplication::translate("StateWords", text);
}

/// Words that a concurrency model says of itself.
QString tr(std::string_view text) {
  return tr(std::string(text).c_str());
}

}  // namespace

QString state_reason(JobState state, const std::string& concurrency) {
  const ConcurrencyModel* model = find_concurrency_model(concurrency);
  const bool async = model != nullptr && model->async;
  switch (state) {
    case JobState::queued:
      return model != nullptr ? tr(model->queued_for) : QString();
    case JobState::starting:
      return tr("while its thread is made");
    case JobState::running:
      return async ? tr("computes, or is ready to") : tr("computes");
    case JobState::ready:
      return tr("for a core");
    case JobState::waiting:
      return async ? tr("for its timer; it holds no thread") : tr("for its timer, asleep on its thread");
    case JobState::blocked:
      return async ? tr("in a blocking call: it holds the executor's thread, and all other jobs wait with it")
                   : tr("in a blocking call: it holds its thread");
    case JobState::none:
    case JobState::done:
    case JobState::failed:
      return {};
  }
  return {};
}

QString started_by(const std::string& concurrency) {
  const ConcurrencyModel* model = find_concurrency_model(concurrency);
  return model != nullptr ? tr(model->started_by) : QString();
}

}  // namespace spawnpoint::gui
