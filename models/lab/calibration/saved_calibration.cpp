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

std::string remark_on(const Noise& noise) {
  // Spins of an idle machine differ by a percent or two.
  constexpr double kSpread = 0.05;
  constexpr double kUsed = 0.03;
  std::string remark;
  const auto add = [&remark](std::string words) { remark += (remark.empty() ? "" : ", ") + words; };
  if (noise.spread > kSpread) add(fmt::format("equal spins differed by {:.0f}%", 100 * noise.spread));
  if (noise.stolen > kUsed)
    add(fmt::format("the hypervisor gave {:.0f}% of the CPU time to others", 100 * noise.stolen));
  if (noise.others > kUsed) add(fmt::format("other processes used {:.0f}% of the CPU time", 100 * noise.others));
  return remark;
}

std::expected<std::string, std::string> take_calibration(Machine& host, const std::string& file,
                                                         const std::string& on) {
  std::error_code error;
  if (file.empty() || !std::filesystem::exists(file, error)) return std::unexpected("there is none");
  const auto saved = load_machine(file);
  if (!saved) return std::unexpected(file + " cannot be read: " + format(saved.error()));
  std::string remark;
  if (saved->source.find(on) == std::string::npos) {
    // A machine with more cpus or fewer than then: what one core does costs the same.
    const std::string cpus = fmt::format(", {} cpus, ", host.cpus);
    const auto at = on.find(cpus);
    std::string then = on;
    if (at != std::string::npos) then.replace(at, cpus.size(), fmt::format(", {} cpus, ", saved->cpus));
    if (saved->source.find(then) == std::string::npos)
      return std::unexpected(file + " was made on another machine or kernel");
    remark = fmt::format("made when this machine had {} cpus, and not {}: how much cores hold each other up may differ",
                         saved->cpus, host.cpus);
  }
  // How long turns are was read from this kernel.
  const Costs read = host.costs;
  host.costs = saved->costs;
  host.costs.base_slice = read.base_slice;
  host.costs.tick = read.tick;
  host.executor = saved->executor;
  host.source += "; " + saved->source;
  return remark;
}

}  // namespace spawnpoint
