// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/this_machine.hpp"

#include "models/machine/host.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint::gui {

Machine this_machine() {
  const auto defaults = load_machine("defaults", ParseOptions{});
  return read_host(defaults ? defaults->costs : Costs{});
}

}  // namespace spawnpoint::gui
