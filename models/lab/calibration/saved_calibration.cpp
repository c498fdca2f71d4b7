// SPDX-License-Identifier: GPL-3.0-or-later
// The calibration of this host that is kept between runs.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "models/lab/calibration/calibrate.hpp"
#include "models/machine/host/proc_files.hpp"
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
  std::string processor = "a processor without a name";
  const std::string text = read_text("/proc/cpuinfo").value_or("");
  for (const auto line : lines(text)) {
    // "model name" on x86, "Model" at the end on a Raspberry Pi.
    if (!line.starts_with("model name") && !line.starts_with("Model")) continue;
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    processor = std::string(line.substr(colon + 2));
    break;
  }
  return fmt::format("{}, {} cpus, Linux {}", processor, host.cpus, host.kernel);
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
