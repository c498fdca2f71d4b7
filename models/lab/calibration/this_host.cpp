// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/calibration/this_host.hpp"

#include "models/lab/calibration/calibrate.hpp"
#include "models/machine/profile_file.hpp"

namespace spawnpoint {

HostReport this_host() {
  const auto defaults = load_machine("defaults");
  HostReport report = inspect_host(defaults ? defaults->costs : Costs{});
  if (!defaults) report.missing.push_back("costs: the profile `defaults` cannot be read: " + format(defaults.error()));
  const std::string file = calibration_file();
  if (const auto taken = take_calibration(report.machine, file, calibrated_machine(report.machine))) {
    report.read.push_back("costs, executor: calibrated, " + file + (taken->empty() ? "" : ", " + *taken));
  } else {
    report.missing.push_back("costs: no calibration of this machine (" + taken.error() +
                             "): those of the profile `defaults` stand in");
  }
  return report;
}

}  // namespace spawnpoint
