// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/live/live_plan.hpp"

#include <fmt/core.h>

#include "models/document/json_fields.hpp"
#include "models/machine/profile.hpp"
#include "models/workload/workload_fields.hpp"

namespace spawnpoint {
namespace {

template <class Visitor>
void describe(Visitor& visit, LivePlan& plan) {
  visit.text("concurrency", plan.concurrency);
  visit.section("settings", {}, [&](auto& inner) { inner.count("threads", plan.settings.threads); });
  visit.natural("seed", plan.seed);
  visit.section("jobs", {}, [&](auto& inner) { spawnpoint::describe(inner, plan.jobs); });
  visit.section("runtime", {}, [&](auto& inner) {
    inner.text("name", plan.runtime.name);
    spawnpoint::describe(inner, plan.runtime);
  });
  visit.size("stack", plan.stack);
  visit.count("threads", plan.threads);
  visit.optional_count("threads_by_rlimit", plan.threads_by_rlimit);
  visit.optional_count("threads_by_pid_namespace", plan.threads_by_pid_namespace);
  visit.optional_size("address_space", plan.address_space);
  visit.optional_size("data", plan.data);
  visit.optional_count("max_map_count", plan.max_map_count);
  visit.optional_count("cpus", plan.cpus);
  visit.counts("cpuset", plan.cpuset, kCpus, {});
  visit.section("scheduling", {}, [&](auto& inner) { spawnpoint::describe(inner, plan.scheduling); });
  visit.flag("probe", plan.probe);
  visit.size("warm", plan.warm);
  visit.text("memory_group", plan.memory_group);
}

}  // namespace

std::string encode(const LivePlan& plan) {
  LivePlan copy = plan;
  FieldJson json;
  JsonFieldWriter writer(json);
  describe(writer, copy);
  return json.dump(-1, ' ', /*ensure_ascii=*/false, FieldJson::error_handler_t::replace);
}

std::expected<LivePlan, std::string> decode_live_plan(std::string_view text) {
  // The library throws; this is the one place where it may.
  try {
    const FieldJson json = FieldJson::parse(text);
    LivePlan plan;
    JsonFieldReader reader(json);
    describe(reader, plan);
    return plan;
  } catch (const std::exception& error) {
    return std::unexpected(fmt::format("the plan cannot be read: {}", error.what()));
  }
}

}  // namespace spawnpoint
