// SPDX-License-Identifier: GPL-3.0-or-later
// The calibration of this host that is kept between runs.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "models/lab/calibration/calibrate.hpp"
#include "models/machine/host/host.hpp"
#include "models/machine/profile_file.hpp"

namespace spawnpoint {

std::string calibration_file() {
  std::filesystem::path data;
  // Both by their rules: a path that is not absolute counts as not set.
  if (const char* set = std::getenv("XDG_DATA_HOME"); set != nullptr && set[0] == '/') {
    data = set;
  } else if (const char* home = std::getenv("HOME"); home != nullptr && home[0] == '/') {
    data = std::filesystem::path(home) / ".local/share";
  } else {
    return {};
  }
  return (data / "spawnpoint" / "host.toml").string();
}

std::string calibrated_machine(const Machine& host) {
  const std::string processor = cpu_name();
  return fmt::format("{}, {} cpus, Linux {}", processor.empty() ? "a processor without a name" : processor, host.cpus,
                     host.kernel);
}

std::expected<void, std::string> take_calibration(Machine& host, const std::string& file, const std::string& on) {
  std::error_code error;
  if (file.empty() || !std::filesystem::exists(file, error)) return std::unexpected("there is none");
  const auto saved = load_machine(file);
  if (!saved) return std::unexpected(file + " cannot be read: " + format(saved.error()));
  if (saved->source.find(on) == std::string::npos)
    return std::unexpected(file + " was made on another machine or kernel");
  host.costs = saved->costs;
  host.executor = saved->executor;
  host.source += "; " + saved->source;
  return {};
}

}  // namespace spawnpoint
