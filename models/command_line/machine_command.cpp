// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run machine`: this host as a machine profile, and in words what could be read and what could not. With
// --calibrate the costs are measured here and now.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <expected>
#include <filesystem>
#include <stop_token>
#include <system_error>

#include "core/files/replacing_file.hpp"
#include "core/files/streams.hpp"
#include "models/command_line/commands.hpp"
#include "models/command_line/inputs.hpp"
#include "models/command_line/terminal.hpp"
#include "models/lab/calibration/calibrate.hpp"
#include "models/lab/calibration/this_host.hpp"
#include "models/machine/profile_file.hpp"

namespace spawnpoint::command_line {
namespace {

// On an idle machine the runs of a kind differ by less, as a share.
constexpr double kBusy = 0.15;

std::expected<void, std::string> save(const std::string& text) {
  const std::filesystem::path path = calibration_file();
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (auto written = replace_file(path, text); !written) return written;
  note("# saved in {}: the machine \"host\" uses these costs from now on\n", path.string());
  return {};
}

Exit calibrate_costs(Machine& machine) {
  Interrupt interrupt;
  std::stop_source stop;
  const auto look = [&] {
    if (Interrupt::requested()) stop.request_stop();
  };
  const bool terminal = isatty(STDERR_FILENO) == 1;
  CalibrationOptions options;
  options.stop = stop.get_token();
  options.progress = [&](const std::string& what, double done) {
    look();
    if (!terminal) return;
    note("\r\x1b[Kcalibrating: {:.0f}%, {} (Ctrl-C stops) ", 100 * done, what);
    std::fflush(stderr);
  };
  const auto began = std::chrono::steady_clock::now();
  const auto costs = calibrate(host_bench(machine, {}, stop.get_token(), look), options);
  if (terminal) note("\r\x1b[K");
  if (!costs) {
    if (stop.stop_requested()) return Exit::interrupted;
    print_error("cannot calibrate: " + costs.error());
    return Exit::cannot_run;
  }
  machine.costs = costs->costs;
  machine.executor = costs->executor;
  const std::string day = fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr)));
  const std::string remark = remark_on(costs->noise);
  machine.source = fmt::format("costs calibrated on {} on {}{}", day, calibrated_machine(machine),
                               remark.empty() ? "" : ", beside other work: " + remark);
  note(
      "# costs: fitted to {} observations in {:.1f} s; each run is explained to within {:.1f}% (one standard "
      "deviation)\n",
      costs->observations, to_seconds(std::chrono::steady_clock::now() - began), 100 * costs->residual);
  if (!remark.empty())
    note("# costs: something else kept this machine busy ({}): calibrate again when it is idle\n", remark);
  else if (costs->residual > kBusy)
    note("# costs: something else kept this machine busy: calibrate again when it is idle\n");
  return Exit::ok;
}

}  // namespace

Exit machine(const MachineArguments& arguments) {
  if (arguments.save && calibration_file().empty()) {
    print_error("nowhere to save it: neither XDG_DATA_HOME nor HOME is set");
    return Exit::cannot_run;
  }
  HostReport report = this_host();
  for (const std::string& line : report.read) note("# {}\n", line);
  for (const std::string& line : report.missing) {
    if (arguments.calibrate && line.starts_with("costs")) continue;
    note("# not read: {}\n", line);
  }
  if (arguments.calibrate) {
    if (const Exit status = calibrate_costs(report.machine); status != Exit::ok) return status;
  }
  const std::string text = to_toml(report.machine);
  std::expected<void, std::string> written;
  if (arguments.save) written = save(text);
  if (written && !arguments.output.empty()) written = replace_file(arguments.output, text);
  if (!written) {
    print_error("cannot write " + written.error());
    return Exit::cannot_run;
  }
  if (arguments.output.empty() && !arguments.save) write_to(stdout, {text.data(), text.size()});
  return Exit::ok;
}

}  // namespace spawnpoint::command_line
