// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/live/live_cgroup.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "models/machine/host/cgroup.hpp"
#include "models/machine/host/proc_files.hpp"

namespace spawnpoint {
namespace {

constexpr std::string_view kPrefix = "spawnpoint-";

std::expected<void, std::string> write_file(const std::filesystem::path& file, const std::string& text) {
  const auto written = write_text(file, text);
  if (written) return {};
  return std::unexpected(fmt::format("{}: {}", file.string(), std::strerror(written.error())));
}

// A group is left behind only where its maker was killed: then the next run removes it.
void sweep(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kPrefix)) continue;
    const auto rest = std::string_view(name).substr(kPrefix.size());
    const auto maker = parse_count(rest.substr(0, rest.find('-')));
    if (maker && ::kill(static_cast<pid_t>(*maker), 0) != 0 && errno == ESRCH) left.push_back(entry.path());
  }
  for (const auto& path : left) ::rmdir(path.c_str());
}

}  // namespace

std::expected<RunCgroup, std::string> RunCgroup::create(const std::string& controller) {
  const auto place = find_cgroup(controller);
  if (!place || !place->own)
    return std::unexpected("no control group hierarchy with " + controller + " can be seen here");
  std::string why;
  for (const auto& level : place->levels) {
    if (place->v2) {
      // Only a group that passes the controller on can have children with it.
      const auto passed_on = read_text(level / "cgroup.subtree_control");
      const auto list = passed_on ? words(*passed_on) : std::vector<std::string_view>{};
      if (std::find(list.begin(), list.end(), controller) == list.end()) {
        if (why.empty()) why = fmt::format("{} does not enable {} for its children", level.string(), controller);
        continue;
      }
    }
    sweep(level);
    for (int n = 0; n < 1000; ++n) {
      auto path = level / fmt::format("{}{}-{}", kPrefix, ::getpid(), n);
      if (::mkdir(path.c_str(), 0755) == 0) return RunCgroup(std::move(path), place->v2);
      if (errno == EEXIST) continue;
      why = fmt::format("{}: {}", path.string(), std::strerror(errno));
      break;
    }
    if (!place->v2) break;
  }
  return std::unexpected(why.empty() ? "no control group can be made here" : why);
}

RunCgroup::RunCgroup(RunCgroup&& other) noexcept : path_(std::exchange(other.path_, {})), v2_(other.v2_) {}

RunCgroup& RunCgroup::operator=(RunCgroup&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(v2_, other.v2_);
  return *this;
}

RunCgroup::~RunCgroup() {
  if (path_.empty()) return;
  // The kernel takes a moment to let go of a killed process.
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (::rmdir(path_.c_str()) == 0 || errno != EBUSY) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::expected<void, std::string> RunCgroup::add(pid_t process) const {
  return write_file(path_ / "cgroup.procs", std::to_string(process));
}

std::expected<void, std::string> RunCgroup::limit_tasks(std::int64_t tasks) const {
  return write_file(path_ / "pids.max", std::to_string(tasks));
}

std::expected<void, std::string> RunCgroup::limit_memory(Bytes memory) const {
  const std::string text = std::to_string(memory.count);
  if (v2_) {
    // Swap may not be there at all.
    (void)write_file(path_ / "memory.swap.max", "0");
    return write_file(path_ / "memory.max", text);
  }
  auto limited = write_file(path_ / "memory.limit_in_bytes", text);
  (void)write_file(path_ / "memory.memsw.limit_in_bytes", text);
  return limited;
}

std::expected<void, std::string> RunCgroup::limit_cpu(Duration in_each, Duration period) const {
  const auto us = [](Duration duration) {
    return std::to_string(std::int64_t{std::chrono::duration_cast<std::chrono::microseconds>(duration).count()});
  };
  if (v2_) return write_file(path_ / "cpu.max", us(in_each) + ' ' + us(period));
  const auto period_set = write_file(path_ / "cpu.cfs_period_us", us(period));
  return period_set ? write_file(path_ / "cpu.cfs_quota_us", us(in_each)) : period_set;
}

bool RunCgroup::out_of_memory() const {
  const auto text = read_text(path_ / (v2_ ? "memory.events" : "memory.oom_control"));
  if (!text) return false;
  for (const auto line : lines(*text)) {
    const auto parts = words(line);
    if (parts.size() == 2 && parts[0] == "oom_kill") return parse_count(parts[1]).value_or(0) > 0;
  }
  return false;
}

std::optional<RunCgroup::Throttled> RunCgroup::throttled() const {
  const auto text = read_text(path_ / "cpu.stat");
  if (!text) return std::nullopt;
  const auto number = [&](std::string_view key) -> std::optional<std::int64_t> {
    for (const auto line : lines(*text)) {
      const auto parts = words(line);
      if (parts.size() == 2 && parts[0] == key) return parse_count(parts[1]);
    }
    return std::nullopt;
  };
  const auto periods = number("nr_throttled");
  const auto time = number(v2_ ? "throttled_usec" : "throttled_time");
  if (!periods || !time) return std::nullopt;
  return Throttled{v2_ ? Duration(std::chrono::microseconds(*time)) : Duration(*time), *periods};
}

std::optional<Bytes> RunCgroup::charged() const {
  const auto total = read_count(path_ / (v2_ ? "memory.current" : "memory.usage_in_bytes"));
  return total ? std::optional(Bytes{*total}) : std::nullopt;
}

std::optional<Bytes> RunCgroup::kernel_memory(const std::filesystem::path& path) {
  if (const auto v1 = read_count(path / "memory.kmem.usage_in_bytes")) return Bytes{*v1};
  const auto stat = read_text(path / "memory.stat");
  if (!stat) return std::nullopt;
  for (const auto line : lines(*stat)) {
    const auto parts = words(line);
    if (parts.size() != 2 || parts[0] != "kernel") continue;
    if (const auto count = parse_count(parts[1])) return Bytes{*count};
  }
  return std::nullopt;
}

}  // namespace spawnpoint
