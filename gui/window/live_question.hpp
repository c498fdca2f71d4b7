// SPDX-License-Identifier: GPL-3.0-or-later
// The question before a live run that would take much of this machine.
#pragma once

#include <QString>

#include "gui/workspace/workspace.hpp"

class QWidget;

namespace spawnpoint::gui {

/// What it would take, next to what the machine has.
QString live_words(const LiveEstimate& estimate);
LiveAnswer ask_before_live(QWidget* parent, const LiveEstimate& estimate);

}  // namespace spawnpoint::gui
