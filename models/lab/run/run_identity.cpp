// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/run/run_identity.hpp"

#include <algorithm>
#include <functional>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "models/document/json_fields.hpp"
#include "models/machine/profile_file.hpp"
#include "models/workload/workload_fields.hpp"

namespace spawnpoint {
namespace {

/// The lines of a machine's text that the scenario itself sets, such as "limits.pids_max".
std::string overrides_of(const Scenario& scenario, const std::string& machine) {
  std::string section, set;
  std::istringstream lines(machine);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) section = line.substr(1, line.find(']') - 1) + '.';
    const std::string key = section + line.substr(0, line.find(' '));
    if (std::ranges::find(scenario.machine_overrides, key) != scenario.machine_overrides.end()) set += line + '\n';
  }
  return set;
}

}  // namespace

std::string run_identity(const Scenario& scenario, std::size_t run, WorldKind world) {
  // By name, so that no new field is forgotten: where a label comes from has no say.
  const auto& [concurrency, label, label_is_made, added, own_runtime, own_scheduling, threads] = scenario.runs.at(run);
  Jobs jobs = scenario.jobs;
  Runtime runtime = own_runtime;
  Scheduling scheduling = own_scheduling;
  FieldJson json;
  json["world"] = to_string(world);
  json["title"] = scenario.title;
  json["seed"] = scenario.seed;
  json["concurrency"] = concurrency;
  json["label"] = label;
  json["threads"] = threads ? FieldJson(*threads) : FieldJson(nullptr);
  // A million times would be a megabyte each time somebody asks.
  const std::vector<Duration> times = std::exchange(jobs.arrivals.times, {});
  json["times"] =
      std::hash<std::string_view>{}({reinterpret_cast<const char*>(times.data()), times.size() * sizeof(Duration)});
  JsonFieldWriter(json).section("jobs", {}, [&](auto& inner) { describe(inner, jobs); });
  JsonFieldWriter(json).section("runtime", {}, [&](auto& inner) {
    inner.text("name", runtime.name);
    describe(inner, runtime);
  });
  JsonFieldWriter(json).section("scheduling", {}, [&](auto& inner) { describe(inner, scheduling); });
  const std::string machine = to_toml(scenario.machine);
  json["profile"] = scenario.machine_profile;
  json["machine"] = world == WorldKind::live && scenario.host_machine ? overrides_of(scenario, machine) : machine;
  return json.dump(-1, ' ', /*ensure_ascii=*/false, FieldJson::error_handler_t::replace);
}

}  // namespace spawnpoint
