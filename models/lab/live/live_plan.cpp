// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/live/live_plan.hpp"

#include <fmt/core.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <vector>

namespace spawnpoint {
namespace {

using Json = nlohmann::json;

// A distribution goes as the text in which a scenario would write it, and is read back here: parameters are durations
// with a unit, or plain numbers.
std::expected<std::variant<Duration, double>, std::string> decode_value(std::string_view text) {
  const auto unit_at = std::min(text.find_first_not_of("0123456789.+-e"), text.size());
  const auto unit = text.substr(unit_at);
  double number = 0;
  std::int64_t whole = 0;
  const char* end = text.data() + unit_at;
  const bool is_number = std::from_chars(text.data(), end, number).ptr == end;
  if (!is_number) return std::unexpected("not a number: " + std::string(text));
  if (unit.empty()) return number;
  if (std::from_chars(text.data(), end, whole).ptr != end)
    return std::unexpected("not a whole number: " + std::string(text));
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {{"ns", 1},
                                                                  {"us", 1'000},
                                                                  {"ms", 1'000'000},
                                                                  {"s", 1'000'000'000},
                                                                  {"min", 60'000'000'000},
                                                                  {"h", 3'600'000'000'000}};
  for (const auto& [name, size] : kUnits) {
    if (name == unit) return Duration(whole * size);
  }
  return std::unexpected("not a unit: " + std::string(text));
}

std::expected<Distribution, std::string> decode_distribution(std::string_view text) {
  const auto open = text.find('(');
  if (open == std::string_view::npos) {
    const auto value = decode_value(text);
    if (!value) return std::unexpected(value.error());
    if (const auto* duration = std::get_if<Duration>(&*value)) return Distribution::constant(*duration);
    return std::unexpected("not a duration: " + std::string(text));
  }
  if (!text.ends_with(')')) return std::unexpected("not a distribution: " + std::string(text));
  std::vector<DistributionArgument> arguments;
  auto rest = text.substr(open + 1, text.size() - open - 2);
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(", "), rest.size());
    auto part = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 2, rest.size()));
    DistributionArgument argument;
    if (const auto equals = part.find('='); equals != std::string_view::npos) {
      argument.name = part.substr(0, equals);
      part.remove_prefix(equals + 1);
    }
    auto value = decode_value(part);
    if (!value) return std::unexpected(value.error());
    argument.value = *value;
    arguments.push_back(std::move(argument));
  }
  return Distribution::make(text.substr(0, open), arguments);
}

template <class T>
Json optional_json(const std::optional<T>& value) {
  if (!value) return nullptr;
  if constexpr (std::is_same_v<T, Bytes>) {
    return value->count;
  } else {
    return *value;
  }
}

std::optional<std::int64_t> optional_count(const Json& json, const char* key) {
  const auto& value = json.at(key);
  return value.is_null() ? std::nullopt : std::optional(value.get<std::int64_t>());
}
std::optional<Bytes> optional_bytes(const Json& json, const char* key) {
  const auto count = optional_count(json, key);
  return count ? std::optional(Bytes{*count}) : std::nullopt;
}

}  // namespace

std::string encode(const LivePlan& plan) {
  Json steps = Json::array();
  for (const auto& step : plan.jobs.steps)
    steps.push_back({{"kind", static_cast<int>(step.kind)}, {"duration", step.duration.to_string()}});
  Json times = Json::array();
  for (const auto time : plan.jobs.arrivals.times) times.push_back(time.count());
  const Json json = {
      {"concurrency", plan.concurrency},
      {"settings", {{"threads", plan.settings.threads}}},
      {"seed", plan.seed},
      {"jobs",
       {{"count", plan.jobs.count},
        {"arrivals",
         {{"kind", static_cast<int>(plan.jobs.arrivals.kind)},
          {"every", plan.jobs.arrivals.every.count()},
          {"rate", plan.jobs.arrivals.rate_per_second},
          {"times", times}}},
        {"steps", steps}}},
      {"runtime",
       {{"guard", plan.runtime.guard.count},
        {"touched", plan.runtime.touched.count},
        {"signal_stack", plan.runtime.signal_stack.count},
        {"abort_on_signal_stack", plan.runtime.abort_on_signal_stack},
        {"arena", plan.runtime.arena.count},
        {"arenas", optional_json(plan.runtime.arenas)},
        {"heap_per_thread", plan.runtime.heap_per_thread.count},
        {"base_maps", plan.runtime.base_maps},
        {"base_virtual", plan.runtime.base_virtual.count},
        {"base_data", plan.runtime.base_data.count},
        {"message", plan.runtime.message},
        {"abort_message", plan.runtime.abort_message}}},
      {"stack", plan.stack.count},
      {"threads", plan.threads},
      {"threads_by_rlimit", optional_json(plan.threads_by_rlimit)},
      {"threads_by_pid_namespace", optional_json(plan.threads_by_pid_namespace)},
      {"address_space", optional_json(plan.address_space)},
      {"data", optional_json(plan.data)},
      {"max_map_count", optional_json(plan.max_map_count)},
      {"cpus", optional_json(plan.cpus)},
      {"as_runtime", plan.as_runtime},
      {"probe", plan.probe},
      {"warm", plan.warm.count},
      {"memory_group", plan.memory_group},
  };
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::expected<LivePlan, std::string> decode_live_plan(std::string_view text) {
  // The library throws; this is the one place where it may.
  try {
    const Json json = Json::parse(text);
    LivePlan plan;
    plan.concurrency = json.at("concurrency");
    plan.settings.threads = json.at("settings").at("threads");
    plan.seed = json.at("seed");
    const auto& jobs = json.at("jobs");
    plan.jobs.count = jobs.at("count");
    const auto& arrivals = jobs.at("arrivals");
    plan.jobs.arrivals.kind = static_cast<Arrivals::Kind>(arrivals.at("kind").get<int>());
    plan.jobs.arrivals.every = Duration(arrivals.at("every").get<std::int64_t>());
    plan.jobs.arrivals.rate_per_second = arrivals.at("rate");
    for (const auto& time : arrivals.at("times")) plan.jobs.arrivals.times.emplace_back(time.get<std::int64_t>());
    for (const auto& step : jobs.at("steps")) {
      auto duration = decode_distribution(step.at("duration").get<std::string>());
      if (!duration) return std::unexpected(duration.error());
      plan.jobs.steps.push_back({static_cast<StepKind>(step.at("kind").get<int>()), *std::move(duration)});
    }
    const auto& runtime = json.at("runtime");
    plan.runtime.guard = Bytes{runtime.at("guard").get<std::int64_t>()};
    plan.runtime.touched = Bytes{runtime.at("touched").get<std::int64_t>()};
    plan.runtime.signal_stack = Bytes{runtime.at("signal_stack").get<std::int64_t>()};
    plan.runtime.abort_on_signal_stack = runtime.at("abort_on_signal_stack");
    plan.runtime.arena = Bytes{runtime.at("arena").get<std::int64_t>()};
    plan.runtime.arenas = optional_count(runtime, "arenas");
    plan.runtime.heap_per_thread = Bytes{runtime.at("heap_per_thread").get<std::int64_t>()};
    plan.runtime.base_maps = runtime.at("base_maps");
    plan.runtime.base_virtual = Bytes{runtime.at("base_virtual").get<std::int64_t>()};
    plan.runtime.base_data = Bytes{runtime.at("base_data").get<std::int64_t>()};
    plan.runtime.message = runtime.at("message");
    plan.runtime.abort_message = runtime.at("abort_message");
    plan.stack = Bytes{json.at("stack").get<std::int64_t>()};
    plan.threads = json.at("threads");
    plan.threads_by_rlimit = optional_count(json, "threads_by_rlimit");
    plan.threads_by_pid_namespace = optional_count(json, "threads_by_pid_namespace");
    plan.address_space = optional_bytes(json, "address_space");
    plan.data = optional_bytes(json, "data");
    plan.max_map_count = optional_count(json, "max_map_count");
    plan.cpus = optional_count(json, "cpus");
    plan.as_runtime = json.at("as_runtime");
    plan.probe = json.at("probe");
    plan.warm = Bytes{json.at("warm").get<std::int64_t>()};
    plan.memory_group = json.at("memory_group");
    return plan;
  } catch (const std::exception& error) {
    return std::unexpected(fmt::format("the plan cannot be read: {}", error.what()));
  }
}

}  // namespace spawnpoint
