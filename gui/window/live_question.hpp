// SPDX-License-Identifier: GPL-3.0-or-later
// The question before a live run that would take much of this machine.
#pragma once

#include <QString>

#include "models/lab/live/live_run.hpp"

class QWidget;

namespace spawnpoint::gui {

enum class LiveAnswer : std::uint8_t { run, run_uncapped, cancel };

/// Over the default cap, or so large that nobody should start it by accident.
bool is_risky(const LiveEstimate& estimate);
/// What it would take, beside what the machine has.
QString live_words(const LiveEstimate& estimate);
LiveAnswer ask_before_live(QWidget* parent, const LiveEstimate& estimate);

}  // namespace spawnpoint::gui
