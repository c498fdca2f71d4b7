// SPDX-License-Identifier: GPL-3.0-or-later
// The measured failure points of the real kernel (kernel-cases*.csv, see kernel-cases.md), each with the settings that
// describe its machine and program, as a user would write them after --set.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace spawnpoint::tests {

class KernelCase {
 public:
  explicit KernelCase(std::map<std::string, std::string> row) : row_(std::move(row)) {}

  const std::string& text(const std::string& column) const { return row_.at(column); }
  bool has(const std::string& column) const { return !text(column).empty(); }
  std::int64_t number(const std::string& column) const { return std::stoll(text(column)); }

  const std::string& name() const { return text("case"); }
  std::int64_t measured() const { return number("measured_n"); }
  /// All threads that were asked for could be made.
  bool none_refused() const { return text("errno") == "OK"; }
  /// A seccomp supervisor refused: no limit of the kernel, so nothing that a machine profile could say.
  bool injected() const { return has("injected_n"); }

  /// The limit by its name in the ladder.
  std::string limit() const {
    const std::string& words = text("binding_limit");
    for (const char* name : {"pids.max", "RLIMIT_NPROC", "threads-max", "pid_max", "max_map_count", "RLIMIT_AS",
                             "RLIMIT_DATA", "overcommit"}) {
      if (words.find(name) != std::string::npos) return name;
    }
    return words.find("memcg") != std::string::npos ? "memory.max" : "none";
  }

  /// How many threads the answer may be off: none where the kernel counts exactly.
  std::int64_t tolerance() const {
    // Which pages are charged to a cgroup depends on what the slab allocator had left, and on each cpu's stock; what is
    // seen of the committed memory, on each cpu's batch.
    if (limit() == "memory.max" || (limit() == "overcommit" && number("overcommit") == 2))
      return std::llround(static_cast<double>(measured()) * 0.005);
    // The JVM's own threads map memory too while the program makes its threads.
    if (limit() == "max_map_count" && text("runtime") == "java") return 2;
    // A Rust program's main thread runs ahead of the thread that aborts, by 1 to 70.
    return text("errno") == "SIGABRT" ? 70 : 0;
  }

  /// KEY=VALUE, for --set.
  std::vector<std::string> settings() const {
    std::vector<std::string> all{"machine.profile=defaults", "run.runtime=" + runtime()};
    const auto set = [&](const std::string& key, const std::string& value) { all.push_back(key + "=" + value); };
    const auto set_list = [&](const std::string& key, const std::string& column, const std::string& none) {
      std::string value = has(column) ? text(column) : none;
      if (const auto semicolon = value.find(';'); semicolon != std::string::npos)
        value = "[" + value.substr(0, semicolon) + ", " + value.substr(semicolon + 1) + "]";
      set(key, value);
    };
    set("machine.cpus", text("cores"));
    set("machine.memory", text("ram_kib") + "KiB");
    set("machine.privileged", text("nproc_exempt") == "1" || text("uid") == "0" ? "true" : "false");
    set("machine.limits.threads_max", text("threads_max"));
    set("machine.in_use.threads", text("nr_threads_before"));
    set("machine.limits.pid_max", text("pid_max"));
    set("machine.in_use.pids", has("pid_used") ? text("pid_used") : "1");
    set("machine.in_use.pid_wrapped", text("pid_wrapped") == "1" ? "true" : "false");
    set_list("machine.limits.pids_max", "pids_max", "unlimited");
    set_list("machine.in_use.cgroup_tasks", "pids_used", "1");
    set_list("machine.limits.nproc", "rlimit_nproc", "unlimited");
    set_list("machine.in_use.user_tasks", "nproc_used", "1");
    set("machine.limits.max_map_count", text("max_map_count"));
    set("machine.limits.address_space", has("rlimit_as_kib") ? text("rlimit_as_kib") + "KiB" : "unlimited");
    set("machine.limits.data", has("rlimit_data_kib") ? text("rlimit_data_kib") + "KiB" : "unlimited");
    if (number("overcommit") == 2) {
      set("machine.limits.overcommit", "never");
      set("machine.limits.commit_limit", text("commit_limit_kib") + "KiB");
      set("machine.in_use.committed", text("base_committed_kib") + "KiB");
      // The machine of the measurements got most of its memory after it had started: its reserve is that of the first
      // 3 GiB (mm/mmap.c, init_user_reserve).
      set("machine.limits.user_reserve", "100401KiB");
    }
    if (has("memcg_bytes")) {
      set("machine.limits.memory_max", text("memcg_bytes") + "B");
      // The program's own part was measured with it.
      set("machine.in_use.cgroup_memory", text("memcg_base_bytes") + "B");
      set("run.base_charged", "0B");
    }
    const std::string& stack = text("stack_kib");
    if (stack == "unlimited") {
      set("machine.limits.stack", "unlimited");
    } else if (stack.starts_with("rlimit ")) {
      set("machine.limits.stack", stack.substr(7) + "KiB");
    } else {
      set("run.stack", bytes("stack_kib"));
    }
    set("run.guard", bytes("guard_kib"));
    if (text("guard_mode") == "none") set("run.guard_mode", "none");
    if (text("guard_mode") == "madv_guard") set("run.guard_mode", "madvise");
    if (has("touch_kib")) set("run.touched", bytes("touch_kib"));
    set("run.base_maps", text("base_maps"));
    set("run.base_virtual", text("base_vmsize_kib") + "KiB");
    set("run.base_data", text("base_vmdata_kib") + "KiB");
    return all;
  }

 private:
  std::string runtime() const {
    const std::string& name = text("runtime");
    if (name == "c") return "glibc";
    return name == "rust" ? "rust-std" : name;
  }
  std::string bytes(const std::string& column) const {
    return std::to_string(std::llround(std::stod(text(column)) * 1024)) + "B";
  }

  std::map<std::string, std::string> row_;
};

inline std::vector<std::string> split_row(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

/// All rows of both files.
inline std::vector<KernelCase> kernel_cases() {
  std::vector<KernelCase> cases;
  for (const char* name : {"/models/kernel-cases.csv", "/models/kernel-cases-more.csv"}) {
    std::ifstream file(std::string(SPAWNPOINT_TEST_DATA) + name);
    std::string line;
    if (!std::getline(file, line)) throw std::runtime_error(std::string("cannot read ") + name);
    const std::vector<std::string> columns = split_row(line);
    while (std::getline(file, line)) {
      const std::vector<std::string> fields = split_row(line);
      std::map<std::string, std::string> row;
      for (std::size_t i = 0; i < columns.size(); ++i) row[columns[i]] = i < fields.size() ? fields[i] : "";
      cases.emplace_back(std::move(row));
    }
  }
  return cases;
}

}  // namespace spawnpoint::tests
