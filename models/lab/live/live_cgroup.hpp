// SPDX-License-Identifier: GPL-3.0-or-later
// RunCgroup: a control group of its own for one live run, where this machine allows to make one. Goes away with its
// owner.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "core/units.hpp"

namespace spawnpoint {

class RunCgroup {
 public:
  /// A group with `controller` ("pids", "memory" or "cpu") below the process's own, or below an ancestor that passes
  /// the controller on. The error says why there is none.
  static std::expected<RunCgroup, std::string> create(const std::string& controller);

  RunCgroup(RunCgroup&& other) noexcept;
  RunCgroup& operator=(RunCgroup&& other) noexcept;
  /// Removes the group; its processes must have ended.
  ~RunCgroup();

  std::expected<void, std::string> add(pid_t process) const;
  std::expected<void, std::string> limit_tasks(std::int64_t tasks) const;               ///< pids
  std::expected<void, std::string> limit_memory(Bytes memory) const;                    ///< memory, with no swap
  std::expected<void, std::string> limit_cpu(Duration in_each, Duration period) const;  ///< cpu
  bool out_of_memory() const;  ///< memory: the kernel has killed for it.
  /// What a limit on the processor has done so far.
  struct Throttled {
    Duration time{};           ///< How long it kept cores from the group, added up,
    std::int64_t periods = 0;  ///< and in how many periods.
  };
  std::optional<Throttled> throttled() const;  ///< cpu
  const std::filesystem::path& path() const { return path_; }

  std::optional<Bytes> charged() const;  ///< memory: all that is charged to the group.
  /// memory: the kernel's part of a group at `path`: its threads' kernel stacks, page tables and objects. Not known
  /// before Linux 5.18 in cgroup v2, nor where memory.kmem is switched off in v1.
  static std::optional<Bytes> kernel_memory(const std::filesystem::path& path);

 private:
  RunCgroup(std::filesystem::path path, bool v2) : path_(std::move(path)), v2_(v2) {}
  std::filesystem::path path_;
  bool v2_ = false;
};

}  // namespace spawnpoint
