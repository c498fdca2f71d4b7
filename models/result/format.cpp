// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/result/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace spawnpoint {
namespace {

using Json = nlohmann::ordered_json;

/// `count / unit` with as many decimals as give `digits` significant ones, fewer where fewer are exact.
std::string scaled(std::int64_t count, std::int64_t unit, int digits) {
  const double value = static_cast<double>(count) / static_cast<double>(unit);
  int decimals = digits - 1;
  for (double rest = std::abs(value); rest >= 10 && decimals > 0; rest /= 10) --decimals;
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (decimals == 0) return text;
  // Exact where count x 10^decimals is a multiple of the unit: the zeros at the end then say nothing.
  __int128 shifted = count;
  for (int i = 0; i < decimals; ++i) shifted *= 10;
  if (shifted % unit == 0) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

/// Divided, not multiplied by 1e-9: 43 ms is then 0.043 and not 0.043000000000000003.
double json_seconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1e9;
}

Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

std::string dump(const Json& json) {
  // What a program printed, or a file is called, need not be UTF-8.
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

Json to_json(const FailurePoint& failure) {
  Json json;
  json["job"] = failure.job == kNoJob ? Json(nullptr) : Json(std::int64_t{failure.job} + 1);
  json["threads"] = failure.threads;
  json["call"] = failure.call;
  json["errno"] = failure.errno_name;
  json["limit"] = or_null(failure.limit);
  json["value"] = failure.value ? Json(*failure.value) : Json(nullptr);
  json["message"] = failure.message;
  json["at_s"] = json_seconds(failure.at.time_since_epoch());
  return json;
}

Json to_json(const ImposedLimit& limit) {
  Json json;
  json["limit"] = limit.limit;
  json["value"] = limit.value;
  json["imposed"] = limit.held();
  json["means"] = limit.means;
  return json;
}

}  // namespace

std::string format_duration(Duration duration) {
  using namespace std::chrono_literals;
  const std::int64_t ns = duration.count();
  const Duration size = ns < 0 ? -duration : duration;
  if (size < 1us) return fmt::format("{} ns", ns);
  // A unit's last step rounds up into the next one: 999.96 µs is "1 ms" to four digits, not "1000 µs".
  if (size < 999'950ns) return scaled(ns, 1'000, 4) + " µs";
  if (size < 999'950us) return scaled(ns, 1'000'000, 4) + " ms";
  if (size < 10min) return scaled(ns, 1'000'000'000, 4) + " s";
  const std::int64_t seconds = std::chrono::round<std::chrono::seconds>(size).count();
  const char* sign = ns < 0 ? "-" : "";
  if (seconds < 3600) return fmt::format("{}{} min {} s", sign, seconds / 60, seconds % 60);
  const std::int64_t minutes = (seconds + 30) / 60;
  return fmt::format("{}{} h {} min", sign, format_count(minutes / 60), minutes % 60);
}

std::string format_bytes(Bytes bytes) {
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  const std::int64_t size = std::abs(bytes.count);
  if (size < 1024) return fmt::format("{} B", bytes.count);
  std::size_t unit = 0;
  std::int64_t scale = 1024;
  // To whole units, 1023.5 and more would round to 1024 of the smaller unit.
  while (unit + 1 < std::size(kUnits) && static_cast<double>(size) / static_cast<double>(scale) >= 1023.5) {
    ++unit;
    scale *= 1024;
  }
  return scaled(bytes.count, scale, 3) + " " + kUnits[unit];
}

std::string format_count(std::int64_t count) {
  std::string digits = fmt::format("{}", count);
  const std::ptrdiff_t first = count < 0 ? 1 : 0;
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > first; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

std::string format_count(std::int64_t count, const std::string& noun) {
  return format_count(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string format_difference(double value, double reference) {
  if (reference == 0 || !std::isfinite(value) || !std::isfinite(reference)) return "";
  const double percent = (value - reference) / std::abs(reference) * 100;
  const double size = std::abs(percent);
  if (size < 0.05) return "±0%";
  return fmt::format("{:+.{}f}%", percent, size < 9.95 ? 1 : 0);
}

std::string format_value(const Limit& limit, std::int64_t value) {
  return limit.is_size() ? format_bytes({value}) : format_count(value);
}

std::string to_json_line(const RunResult& result) {
  Json json;
  json["scenario"] = result.scenario;
  json["concurrency"] = result.concurrency;
  json["world"] = result.world == WorldKind::live ? "live" : "modeled";
  json["jobs"] = result.jobs;
  json["completed"] = result.completed;
  json["wall_s"] = json_seconds(result.wall);
  json["peak_threads"] = result.peak_threads;
  json["memory"]["resident_bytes"] = result.memory.resident.count;
  json["memory"]["virtual_bytes"] = result.memory.virtual_size.count;
  json["memory"]["kernel_bytes"] = result.memory.kernel.count;
  json["failure"] = result.failure ? to_json(*result.failure) : Json(nullptr);
  json["seed"] = result.seed;
  json["events"] = result.events;
  json["compute_s"] = json_seconds(result.compute);
  json["label"] = result.label;
  json["kernel_memory"]["stack_bytes"] = result.memory.kernel_stacks.count;
  json["kernel_memory"]["page_table_bytes"] = result.memory.page_tables.count;
  json["kernel_memory"]["slab_bytes"] = result.memory.slab.count;
  json["peak_tasks"] = result.peak_tasks;
  json["longest_poll_s"] = json_seconds(result.longest_poll);
  json["stopped"] = result.stopped;
  json["error"] = or_null(result.error);
  json["imposed"] = Json::array();
  for (const ImposedLimit& limit : result.imposed) json["imposed"].push_back(to_json(limit));
  json["notes"] = result.notes;
  return dump(json);
}

}  // namespace spawnpoint
