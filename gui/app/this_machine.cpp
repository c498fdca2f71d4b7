// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/this_machine.hpp"

#include "models/machine/host.hpp"

namespace spawnpoint::gui {

Machine this_machine() {
  return read_host({});
}

}  // namespace spawnpoint::gui
