// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/this_host.hpp"

#include "models/scenario/parse.hpp"

namespace spawnpoint {

HostReport this_host() {
  const auto defaults = load_machine("defaults", ParseOptions{});
  HostReport report = inspect_host(defaults ? defaults->costs : Costs{});
  if (!defaults) report.missing.push_back("costs: the profile `defaults` cannot be read: " + format(defaults.error()));
  return report;
}

}  // namespace spawnpoint
