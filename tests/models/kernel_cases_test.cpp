// SPDX-License-Identifier: GPL-3.0-or-later
// The real kernel's failure points (kernel-cases.csv: measured, one row each, with every limit that was in force)
// against the ladder of limits and a modeled run.
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "models/lab/limits.hpp"
#include "models/lab/run.hpp"
#include "tests/catch.hpp"
#include "tests/models/laboratory.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;

namespace {

using Row = std::map<std::string, std::string>;

std::vector<std::string> split(const std::string& line) {
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

std::vector<Row> rows() {
  std::ifstream file(SPAWNPOINT_TEST_DATA "/models/kernel-cases.csv");
  REQUIRE(file);
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> names = split(line);
  std::vector<Row> result;
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = split(line);
    Row row;
    for (std::size_t i = 0; i < fields.size() && i < names.size(); ++i) row[names[i]] = fields[i];
    result.push_back(row);
  }
  return result;
}

std::optional<std::int64_t> number(const Row& row, const std::string& name) {
  const auto field = row.find(name);
  if (field == row.end() || field->second.empty()) return std::nullopt;
  return std::stoll(field->second);
}
Bytes kib(const Row& row, const std::string& name) {
  return Bytes{number(row, name).value_or(0) * 1024};
}

Machine machine_of(const Row& row) {
  Machine machine = tests::plain_machine();
  machine.cpus = *number(row, "cores");
  machine.memory = kib(row, "ram_kib");
  Limits& limits = machine.limits;
  InUse& in_use = machine.in_use;
  limits.threads_max = number(row, "threads_max");
  in_use.threads = *number(row, "nr_threads_before");
  limits.pid_max = number(row, "pid_max");
  in_use.pids = number(row, "pid_used").value_or(1);
  // pid_used counts the others where the program began a fresh count, and the main thread with them elsewhere.
  in_use.pid_wrapped = number(row, "pid_wrapped") == 1;
  if (const auto most = number(row, "pids_max")) {
    limits.pids_max = {most};
    in_use.cgroup_tasks = {*number(row, "pids_used")};
  }
  if (const auto most = number(row, "rlimit_nproc")) {
    limits.nproc = {most};
    in_use.user_tasks = {*number(row, "nproc_used")};
  }
  machine.privileged = number(row, "nproc_exempt") == 1 || row.at("uid") == "0";
  limits.max_map_count = number(row, "max_map_count");
  if (number(row, "rlimit_as_kib")) limits.address_space = kib(row, "rlimit_as_kib");
  if (number(row, "rlimit_data_kib")) limits.data = kib(row, "rlimit_data_kib");
  if (number(row, "overcommit") == 2) {
    limits.overcommit = Overcommit::never;
    limits.commit_limit = kib(row, "commit_limit_kib");
    in_use.committed = kib(row, "base_committed_kib");
    limits.user_reserve = 128_MiB;
    limits.admin_reserve = 8_MiB;
  }
  if (const auto most = number(row, "memcg_bytes")) {
    limits.memory_max = Bytes{*most};
    in_use.cgroup_memory = Bytes{*number(row, "memcg_base_bytes")};
  }
  return machine;
}

Runtime runtime_of(const Row& row) {
  Runtime runtime = tests::c_runtime();
  const bool rust = row.at("runtime") == "rust";
  if (rust) {
    runtime.maps_per_thread = 4;
    runtime.arena = 64_MiB;
    runtime.arenas_per_cpu = 8;
    runtime.arena_data = 132_KiB;
    runtime.signal_stack = 12_KiB;
    runtime.abort_on_signal_stack = true;
    runtime.heap_per_thread = 590_B;
    runtime.resident_per_thread = Bytes{9800};
  }
  runtime.stack = kib(row, "stack_kib");
  runtime.guard = kib(row, "guard_kib");
  if (row.at("guard_mode") == "none") runtime.guard_mode = GuardMode::none;
  if (row.at("guard_mode") == "madv_guard") runtime.guard_mode = GuardMode::madvise;
  runtime.touched = kib(row, "touch_kib");
  runtime.base_maps = *number(row, "base_maps");
  runtime.base_virtual = kib(row, "base_vmsize_kib");
  runtime.base_data = kib(row, "base_vmdata_kib");
  return runtime;
}

std::string limit_of(const Row& row) {
  const std::string& text = row.at("binding_limit");
  for (const char* name : {"pids.max", "RLIMIT_NPROC", "threads-max", "pid_max", "max_map_count", "RLIMIT_AS",
                           "RLIMIT_DATA", "overcommit"}) {
    if (text.find(name) != std::string::npos) return name;
  }
  if (text.find("memcg") != std::string::npos) return "memory.max";
  return "none";
}

/// How far off the measurement may be: threads.
std::int64_t tolerance(const Row& row, const std::string& limit) {
  const double measured = static_cast<double>(*number(row, "measured_n"));
  if (limit == "memory.max") return std::llround(measured * 0.005);
  // The kernel counts commitment in batches per core, of which the measurement has some and the profile none.
  if (limit == "overcommit") return std::llround(measured * 0.006);
  if (limit == "max_map_count" && row.at("runtime") == "rust") return 70;
  return 0;
}

}  // namespace

TEST_CASE("Every measured failure point of the real kernel comes out of the ladder of limits") {
  int checked = 0;
  for (const Row& row : rows()) {
    if (number(row, "injected_n")) continue;  // a seccomp supervisor's refusal: no limit of the kernel
    const std::string limit = limit_of(row);
    const std::int64_t measured = *number(row, "measured_n");
    const LimitLadder ladder = limit_ladder(machine_of(row), runtime_of(row));
    INFO(row.at("case") << ": measured " << measured << " " << row.at("errno") << " by " << limit << ", modeled "
                        << ladder.threads << " " << ladder.errno_name << " by " << ladder.binding);
    ++checked;
    if (row.at("errno") == "OK") {
      CHECK(ladder.threads >= *number(row, "requested_n"));
      continue;
    }
    CHECK(std::llabs(ladder.threads - measured) <= tolerance(row, limit));
    CHECK(ladder.binding == limit);
    CHECK(ladder.errno_name == row.at("errno"));
  }
  CHECK(checked == 65);
}

TEST_CASE("A modeled run fails at the thread that the real kernel refused") {
  for (const Row& row : rows()) {
    if (number(row, "injected_n")) continue;
    const std::string limit = limit_of(row);
    const std::int64_t measured = *number(row, "measured_n");
    Scenario scenario =
        tests::scenario("thread_per_job", std::max(measured + 100, number(row, "requested_n").value_or(0)));
    scenario.machine = machine_of(row);
    // So that none ends before the last is created.
    scenario.jobs.steps[0].duration = Distribution::constant(std::chrono::hours(1));
    scenario.runs[0].runtime = runtime_of(row);
    const RunResult result = run_modeled(scenario, 0, RunOptions{.record = false});
    INFO(row.at("case") << ": measured " << measured << " by " << limit);
    if (row.at("errno") == "OK") {
      CHECK_FALSE(result.failure);
      continue;
    }
    REQUIRE(result.failure);
    INFO("modeled " << result.failure->threads << " " << result.failure->errno_name << " by " << result.failure->limit);
    CHECK(std::llabs(result.failure->threads - measured) <= tolerance(row, limit));
    CHECK(result.failure->limit == limit);
    CHECK(result.failure->errno_name == row.at("errno"));
    // The calls as the measurement names them: clone, mmap, mprotect.
    if (limit != "memory.max")
      CHECK(row.at("failing_call").find(result.failure->call.substr(0, 4)) != std::string::npos);
  }
}
