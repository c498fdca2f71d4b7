// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run machine`: this host as a machine profile, and in words what could be read and what could not. With
// --calibrate the costs are measured here and now.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stop_token>
#include <system_error>

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

/// Error: why it could not be written.
std::optional<std::string> write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file) return std::nullopt;
  return fmt::format("cannot write {}: {}", path, std::strerror(errno));
}

/// Over the file of that name only when all of it is there.
std::optional<std::string> save(const std::string& text) {
  const std::filesystem::path path = calibration_file();
  if (path.empty()) return "nowhere to save it: neither XDG_DATA_HOME nor HOME is set";
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  const std::string unfinished = path.string() + ".new";
  if (auto wrong = write_file(unfinished, text)) return wrong;
  std::filesystem::rename(unfinished, path, error);
  if (error) return fmt::format("cannot write {}: {}", path.string(), error.message());
  fmt::print(stderr, "# saved in {}: the machine \"host\" uses these costs from now on\n", path.string());
  return std::nullopt;
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
    fmt::print(stderr, "\r\x1b[Kcalibrating: {:.0f}%, {} (Ctrl-C stops) ", 100 * done, what);
    std::fflush(stderr);
  };
  const auto began = std::chrono::steady_clock::now();
  const auto costs = calibrate(host_bench(machine, {}, stop.get_token(), look), options);
  if (terminal) fmt::print(stderr, "\r\x1b[K");
  if (!costs) {
    if (stop.stop_requested()) return Exit::interrupted;
    print_error("cannot calibrate: " + costs.error());
    return Exit::cannot_run;
  }
  machine.costs = costs->costs;
  machine.executor = costs->executor;
  const std::string day = fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr)));
  machine.source = fmt::format("costs calibrated on {} on {}", day, calibrated_machine(machine));
  fmt::print(stderr,
             "# costs: fitted to {} observations in {:.1f} s; each run is explained to within {:.1f}% (one standard "
             "deviation)\n",
             costs->observations, to_seconds(std::chrono::steady_clock::now() - began), 100 * costs->residual);
  if (costs->residual > kBusy)
    fmt::print(stderr, "# costs: something else kept this machine busy: calibrate again when it is idle\n");
  return Exit::ok;
}

}  // namespace

Exit machine(const MachineArguments& arguments) {
  HostReport report = this_host();
  for (const std::string& line : report.read) fmt::print(stderr, "# {}\n", line);
  for (const std::string& line : report.missing) {
    if (arguments.calibrate && line.starts_with("costs")) continue;
    fmt::print(stderr, "# not read: {}\n", line);
  }
  if (arguments.calibrate) {
    if (const Exit status = calibrate_costs(report.machine); status != Exit::ok) return status;
  }
  const std::string text = to_toml(report.machine);
  std::optional<std::string> wrong;
  if (arguments.save) wrong = save(text);
  if (!wrong && !arguments.output.empty()) wrong = write_file(arguments.output, text);
  if (wrong) {
    print_error(*wrong);
    return Exit::cannot_run;
  }
  if (arguments.output.empty() && !arguments.save) std::fwrite(text.data(), 1, text.size(), stdout);
  return Exit::ok;
}

}  // namespace spawnpoint::command_line
