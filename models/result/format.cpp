// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/result/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <variant>

#include "models/result/result_fields.hpp"

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

/// The visitor that writes the JSON lines: times are seconds, sizes bytes, and jobs counted from 1.
class LineWriter {
 public:
  explicit LineWriter(Json& json) : json_(&json) {}

  void text(std::string_view key, const std::string& value, Told told, std::string_view) { put(key, told, value); }
  void optional_text(std::string_view key, const std::string& value, Told told, std::string_view) {
    put(key, told, value.empty() ? Json(nullptr) : Json(value));
  }
  void flag(std::string_view key, bool value, Told told, std::string_view) { put(key, told, value); }
  void count(std::string_view key, std::int64_t value, Told told, std::string_view) { put(key, told, value); }
  void natural(std::string_view key, std::uint64_t value, Told told, std::string_view) { put(key, told, value); }
  void job(std::string_view key, JobId value, Told told, std::string_view) {
    put(key, told, value == kNoJob ? Json(nullptr) : Json(std::int64_t{value} + 1));
  }
  void optional_amount(std::string_view key, const std::optional<std::int64_t>& value, Told told, std::string_view) {
    put(key, told, value ? Json(*value) : Json(nullptr));
  }
  void duration(std::string_view key, Duration value, Told told, std::string_view) {
    put(std::string(key) + "_s", told, to_seconds(value));
  }
  void optional_duration(std::string_view key, const std::optional<Duration>& value, Told told, std::string_view) {
    put(std::string(key) + "_s", told, value ? Json(to_seconds(*value)) : Json(nullptr));
  }
  void instant(std::string_view key, Instant value, Told told, std::string_view help) {
    duration(key, value.time_since_epoch(), told, help);
  }
  void size(std::string_view key, Bytes value, Told told, std::string_view) {
    put(std::string(key) + "_bytes", told, value.count);
  }
  template <class Enum>
  void choice(std::string_view key, Enum value, std::span<const std::string_view> words, Told told, std::string_view) {
    put(key, told, words[static_cast<std::size_t>(value)]);
  }
  void texts(std::string_view key, const std::vector<std::string>& values, Told told, std::string_view) {
    put(key, told, values);
  }
  template <class Body>
  void section(std::string_view key, std::string_view, Body body) {
    Json inner;
    LineWriter writer(inner);
    body(writer);
    if (!inner.empty()) put(key, Told::programs, std::move(inner));
  }
  template <class T, class Body>
  void optional_section(std::string_view key, std::optional<T>& value, Told told, std::string_view help, Body body) {
    if (!value) return put(key, told, nullptr);
    section(key, help, [&](auto& inner) { body(inner, *value); });
  }
  template <class T, class Body>
  void list(std::string_view key, std::vector<T>& values, std::string_view, Body body) {
    Json all = Json::array();
    for (T& value : values) {
      LineWriter writer(all.emplace_back());
      body(writer, value);
    }
    put(key, Told::programs, std::move(all));
  }

 private:
  void put(std::string_view key, Told told, Json value) {
    if (told >= Told::programs) (*json_)[std::string(key)] = std::move(value);
  }

  Json* json_;
};

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

std::string format_threads(std::int64_t alive) {
  return format_count(alive, "thread") + (alive > 1 ? " with main" : "");
}

std::string format_threads(const RunResult& result) {
  if (result.own_threads < 2) return format_threads(result.peak_threads);
  return fmt::format("{}, {} of them the runtime's own", format_count(result.peak_threads, "thread"),
                     format_count(result.own_threads));
}

std::string format_difference(double value, double reference) {
  constexpr double kMostPercent = 900;
  if (reference == 0 || !std::isfinite(value) || !std::isfinite(reference)) return "";
  if (value == reference) return "equal";
  const double percent = (value - reference) / std::abs(reference) * 100;
  const double size = std::abs(percent);
  if (percent > kMostPercent) return "×" + format_count(std::llround(std::min(value / reference, 1e18)));
  int decimals = size < 9.95 ? 1 : 0;
  // No value is rounded to nothing. More digits than these a double does not tell apart.
  constexpr int kMostDecimals = 16;
  for (double shown = size * 10; shown < 0.95 && decimals < kMostDecimals; shown *= 10) ++decimals;
  return fmt::format("{:+.{}f}%", percent, decimals);
}

std::string stop_words(StopCause cause) {
  switch (cause) {
    case StopCause::none:
    case StopCause::user:
      break;
    case StopCause::events:
      return "its budget of events is spent";
    case StopCause::memory:
      return "its budget of memory is spent";
    case StopCause::real_time:
      return "its budget of time is spent";
    case StopCause::idle:
      return "no step began or ended for too long while it was computed";
  }
  return "";
}

std::string format_jobs_memory(const RunResult& result) {
  if (!result.memory_is_known()) return "memory not measured";
  const Bytes resident = result.jobs_memory().resident;
  const std::string seen = format_memory_seen(result);
  return (result.base.resident > Bytes{} ? format_jobs_memory(resident) : format_bytes(resident)) +
         (seen.empty() ? "" : ", " + seen);
}

std::string format_memory_seen(const RunResult& result) {
  // Less than this before its end is at its end.
  constexpr std::chrono::milliseconds kAtOnce{1};
  if (!result.memory_unseen || *result.memory_unseen < kAtOnce || !result.memory_is_known()) return "";
  const auto* signal = result.failure ? std::get_if<Signal>(&result.failure->cause) : nullptr;
  std::string_view end = "it ended";
  if (result.stopped) end = "it was stopped";
  if (signal != nullptr)
    end = *signal == Signal{SIGKILL} ? "it was killed" : *signal == Signal{SIGABRT} ? "it aborted" : "it died";
  return fmt::format("last seen {} before {}", format_duration(*result.memory_unseen), end);
}

std::string format_peak(const RunResult& result, Bytes peak) {
  return (result.memory_unseen ? "≥ " : "") + format_bytes(peak);
}

std::string format_jobs_memory(Bytes resident) {
  return format_bytes(resident) + " for the jobs";
}

std::string format_program_memory(const RunResult& result) {
  return result.base.resident > Bytes{} ? format_bytes(result.base.resident) + " for the program" : "";
}

std::string format_value(const Limit& limit, std::int64_t value) {
  switch (limit.unit) {
    case LimitUnit::bytes:
      return format_bytes({value});
    case LimitUnit::percent:
      return format_count(value) + "%";
    case LimitUnit::count:
      break;
  }
  return format_count(value);
}

std::string format_job(JobId job) {
  return "job " + format_count(std::int64_t{job} + 1);
}

std::string format_lane(LaneId lane) {
  return lane == 0 ? lane_name(lane) : "thread " + format_count(lane);
}

std::string format_cause(const FailurePoint& failure) {
  return failure.cause == Cause() ? "failed" : name_of(failure.cause);
}

std::string format_failure(const FailurePoint& failure) {
  std::string text = format_cause(failure);
  if (!failure.limit.empty()) text += " by " + failure.limit;
  return text;
}

std::string format_failure_in_full(const FailurePoint& failure) {
  if (failure.limit.empty() || !failure.value) return format_failure(failure);
  const Limit* limit = find_limit(failure.limit);
  return format_failure(failure) + " = " +
         (limit != nullptr ? format_value(*limit, *failure.value) : format_count(*failure.value));
}

std::string format_failed_call(const FailurePoint& failure) {
  const bool is_known = !failure.call.empty() && failure.cause != Cause();
  std::string text = is_known ? fmt::format("{} gave {}", failure.call, name_of(failure.cause)) : format_cause(failure);
  text += " after " + format_count(failure.threads, "thread");
  if (!failure.limit.empty()) text += fmt::format(" ({})", failure.limit);
  return text;
}

std::string format_failure(const RunResult& result) {
  if (!result.failure) return "";
  std::string text = format_failure(*result.failure);
  if (result.failure->job != kNoJob) text += " at " + format_job(result.failure->job);
  // A pool that was refused a worker goes on with those that it has.
  return result.finished_though_refused() ? "a worker refused (" + text + "), all jobs done" : text;
}

std::string to_json_line(const RunResult& result) {
  RunResult copy = result;
  Json json;
  LineWriter writer(json);
  describe(writer, copy);
  // What was not measured is not 0 bytes.
  if (result.world == WorldKind::live && !result.memory_is_known())
    for (const char* section : {"memory", "kernel_memory", "jobs_memory"})
      for (Json& value : json[section]) value = nullptr;
  // What a program printed, or a file is called, need not be UTF-8.
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace spawnpoint
