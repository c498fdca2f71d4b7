// SPDX-License-Identifier: GPL-3.0-or-later
// Calibration, the experiments of it: short runs whose times are known sums of the costs of a machine profile. They are
// ordinary live runs, in the worker that every live run happens in, so its own record-keeping is in the costs.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "models/lab/calibration/calibration.hpp"
#include "models/lab/calibration/calibration_probes.hpp"
#include "models/result/result.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

struct CalibrationOptions {
  /// No experiment begins later than this; at least two rounds of them are made.
  Duration budget = std::chrono::milliseconds(8500);
  /// Called before each experiment: what it is, and how much of all is done (0 to 1).
  std::function<void(const std::string& what, double done)> progress;
  std::stop_token stop;
};

/// The laboratory that is calibrated: this host, or, to try the method, a simulated machine whose costs are known.
struct CalibrationBench {
  Machine machine;
  std::function<RunResult(const Scenario&)> run;  ///< The scenario's only run, recorded.
  std::function<Duration()> syscall;
  std::function<Duration()> map;
  std::function<Duration()> yield;
  // Of a machine that is not alone with its calibration; empty: not looked at.
  std::function<Duration()> migration;
  std::function<Duration(Duration tick)> tick_interrupt;
  std::function<Duration()> spin;  ///< How long a fixed piece of arithmetic takes.
  std::function<std::optional<CpuUse>()> use;
};
/// This host. `worker` is the spawnpoint-run program; empty: beside this program. `meanwhile` is called about 20 times
/// per second while a run is going.
CalibrationBench host_bench(const Machine& host, const std::string& worker, std::stop_token stop,
                            std::function<void()> meanwhile);

/// Error: why a run could not be made, or "stopped".
std::expected<CalibratedCosts, std::string> calibrate(const CalibrationBench& bench, const CalibrationOptions& options);

/// Why a calibration is no good, or what to bear in mind of it, in words; empty: nothing.
std::string remark_on(const Noise& noise);

/// Where a calibration of this host is kept for the machine "host": $XDG_DATA_HOME/spawnpoint/host.toml. Empty where
/// there is no home.
std::string calibration_file();
/// What a calibration is good for: the processor, its cores, and the kernel.
std::string calibrated_machine(const Machine& host);
/// Takes the costs that were calibrated on the machine that calls itself `on`; gives what is to be said of them, if
/// anything is. Error: why not, in words.
std::expected<std::string, std::string> take_calibration(Machine& host, const std::string& file, const std::string& on);

}  // namespace spawnpoint
