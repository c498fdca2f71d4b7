// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/sweep/sweep_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/text/text.hpp"
#include "models/document/json_fields.hpp"
#include "models/result/format.hpp"
#include "models/result/result_values.hpp"

namespace spawnpoint {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

/// Numbers as numbers, all else as text.
Json value_json(const std::string& text) {
  const Json number = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return number.is_number() || number.is_boolean() ? number : Json(text);
}

Json statistics(const Tally& tally) {
  Json json;
  json["count"] = tally.count();
  const ConfidenceInterval interval = tally.confidence_interval(0.95);
  json["mean"] = tally.count() > 0 ? Json(interval.mean) : Json(nullptr);
  json["half_width"] = std::isfinite(interval.half_width) ? Json(interval.half_width) : Json(nullptr);
  return json;
}

Json swept(const SweepPlan& plan, std::size_t point) {
  Json json = Json::object();
  for (const Setting& setting : plan.settings(point)) json[setting.key] = value_json(setting.value);
  return json;
}

Json base_json(const RunResult& result) {
  Json json = Json::parse(to_json_line(result));
  // The one field that differs from one time to the next.
  json.erase("compute_s");
  return json;
}

class Row {
 public:
  template <class T>
  Row& operator<<(const T& value) {
    if (!first_) text_ += ',';
    first_ = false;
    if constexpr (std::is_convertible_v<T, std::string>)
      text_ += csv_field(value);
    else
      text_ += fmt::format("{}", value);
    return *this;
  }
  Row& empty(int cells = 1) {
    for (int i = 0; i < cells; ++i) *this << std::string();
    return *this;
  }
  std::string line() { return text_ + '\n'; }

 private:
  std::string text_;
  bool first_ = true;
};

/// A run's own columns: each is a field of its result.
struct RunColumn {
  std::string_view name;
  std::string_view field;
};
constexpr RunColumn kRunColumns[] = {{"concurrency", "concurrency"},
                                     {"label", "label"},
                                     {"jobs", "jobs"},
                                     {"completed", "completed"},
                                     {"wall_s", "wall"},
                                     {"peak_threads", "peak_threads"},
                                     {"peak_tasks", "peak_tasks"},
                                     {"resident_bytes", "memory.resident"},
                                     {"virtual_bytes", "memory.virtual"},
                                     {"kernel_bytes", "memory.kernel"},
                                     {"failure_job", "failure.job"},
                                     {"failure_threads", "failure.threads"},
                                     {"failure_call", "failure.call"},
                                     {"failure_errno", "failure.errno"},
                                     {"failure_limit", "failure.limit"},
                                     {"failure_value", "failure.value"},
                                     {"seed", "seed"},
                                     {"events", "events"}};

void add_run(Row& row, const RunResult& run) {
  for (const RunColumn& column : kRunColumns) row << for_programs(value_of(run, column.field));
}

void add_statistics(Row& row, const Tally& tally) {
  const ConfidenceInterval interval = tally.confidence_interval(0.95);
  tally.count() > 0 ? row << interval.mean : row.empty();
  std::isfinite(interval.half_width) ? row << interval.half_width : row.empty();
}

/// The point differs from the edge's only along the edge's axis.
bool on_line(const SweepPlan& plan, std::size_t point, const SweepEdge& edge) {
  for (std::size_t axis = 0; axis < plan.sweep().axes.size(); ++axis) {
    if (plan.go_together(axis, edge.axis)) continue;
    if (plan.value_of(point, axis) != plan.value_of(edge.point, axis)) return false;
  }
  return true;
}

/// "all 4 points", "jobs.count = 10; jobs.count = 20", "5 of 29 points".
std::string describe_points(const SweepPlan& plan, const std::vector<const SweepCell*>& cells, std::size_t computed) {
  constexpr std::size_t kNamedPoints = 3;
  if (cells.size() == computed && computed > 1)
    return fmt::format("all {}", format_count(static_cast<std::int64_t>(computed), "point"));
  if (cells.size() > kNamedPoints)
    return fmt::format("{} of {}", format_count(static_cast<std::int64_t>(cells.size())),
                       format_count(static_cast<std::int64_t>(computed), "point"));
  std::string where;
  for (const SweepCell* cell : cells) where += (where.empty() ? "" : "; ") + describe_point(plan, cell->point);
  return where;
}

/// "thread_pool was refused a worker at all 4 points, and did all jobs: EAGAIN by pids.max = 40".
std::string describe_refused(const SweepPlan& plan, const std::vector<const SweepCell*>& refused,
                             std::size_t computed) {
  return fmt::format("{} was refused a worker at {}, and did all jobs: {}", plan.run_name(refused.front()->run),
                     describe_points(plan, refused, computed), format_failure_in_full(*refused.front()->first.failure));
}

/// "thread_per_job fails at all 4 points: EAGAIN by pids.max = 512".
std::string describe_failing(const SweepPlan& plan, const std::vector<const SweepCell*>& failing,
                             std::size_t computed) {
  constexpr std::size_t kNamedCauses = 2;
  const std::string where = describe_points(plan, failing, computed);
  std::vector<std::string> causes;
  for (const SweepCell* cell : failing) {
    // The first replication's: others may fail where it does not.
    std::string cause = cell->first.failure ? format_failure_in_full(*cell->first.failure) : "";
    if (cell->failed < cell->replications)
      cause += cause.empty() ? "only in some replications" : ", only in some replications";
    if (std::ranges::find(causes, cause) == causes.end()) causes.push_back(std::move(cause));
  }
  const bool more = causes.size() > kNamedCauses;
  if (more) causes.resize(kNamedCauses);
  return fmt::format("{} fails at {}: {}{}", plan.run_name(failing.front()->run), where, fmt::join(causes, "; "),
                     more ? "; and others" : "");
}

}  // namespace

std::string to_json_line(const SweepPlan& plan, const SweepCell& cell) {
  Json json = base_json(cell.first);
  json["sweep"] = swept(plan, cell.point);
  Json& all = json["replications"];
  all["count"] = cell.replications;
  all["failed"] = cell.failed;
  all["level"] = 0.95;
  all["wall_s"] = statistics(cell.wall);
  all["completed"] = statistics(cell.completed);
  all["peak_threads"] = statistics(cell.peak_threads);
  all["resident_bytes"] = statistics(cell.resident);
  all["virtual_bytes"] = statistics(cell.virtual_size);
  all["kernel_bytes"] = statistics(cell.kernel);
  json["edge"] = nullptr;
  return dump(json);
}

std::string to_json_line(const SweepPlan& plan, const SweepEdge& edge) {
  Json json = base_json(edge.result);
  json["sweep"] = swept(plan, edge.point);
  const std::string& key = plan.sweep().axes[edge.axis].key;
  json["sweep"][key] = edge.failing;
  json["replications"] = nullptr;
  json["edge"]["key"] = key;
  json["edge"]["good"] = edge.good;
  json["edge"]["failing"] = edge.failing;
  return dump(json);
}

std::string csv_header(const SweepPlan& plan) {
  Row row;
  for (const SweepAxis& axis : plan.sweep().axes) row << axis.key;
  for (const RunColumn& column : kRunColumns) row << std::string(column.name);
  for (const char* name :
       {"replications", "failed", "wall_mean_s", "wall_half_width_s", "completed_mean", "completed_half_width",
        "resident_mean_bytes", "resident_half_width_bytes", "edge_key", "edge_good", "edge_failing", "error"}) {
    row << std::string(name);
  }
  return row.line();
}

std::string csv_row(const SweepPlan& plan, const SweepCell& cell) {
  Row row;
  for (const Setting& setting : plan.settings(cell.point)) row << setting.value;
  add_run(row, cell.first);
  row << cell.replications << cell.failed;
  add_statistics(row, cell.wall);
  add_statistics(row, cell.completed);
  add_statistics(row, cell.resident);
  row.empty(3);
  cell.first.error.empty() ? row.empty() : row << cell.first.error;
  return row.line();
}

std::string csv_row(const SweepPlan& plan, const SweepEdge& edge) {
  const std::string& key = plan.sweep().axes[edge.axis].key;
  Row row;
  for (const Setting& setting : plan.settings(edge.point))
    row << (setting.key == key ? fmt::format("{}", edge.failing) : setting.value);
  add_run(row, edge.result);
  row.empty(8);
  row << key << edge.good << edge.failing;
  edge.result.error.empty() ? row.empty() : row << edge.result.error;
  return row.line();
}

std::string describe_point(const SweepPlan& plan, std::size_t point) {
  std::string text;
  for (const Setting& setting : plan.settings(point)) {
    std::int64_t count = 0;
    const char* const end = setting.value.data() + setting.value.size();
    const auto [read, error] = std::from_chars(setting.value.data(), end, count);
    const bool is_count = setting.key == "jobs.count" && error == std::errc() && read == end;
    text +=
        fmt::format("{}{} = {}", text.empty() ? "" : ", ", setting.key, is_count ? format_count(count) : setting.value);
  }
  return text;
}

std::string machines(const SweepPlan& plan) {
  const auto& axes = plan.sweep().axes;
  const auto varied = std::ranges::find(axes, std::string_view("machine.profile"), &SweepAxis::key);
  const std::string host = "this machine";
  if (varied == axes.end()) return plan.scenario().host_machine ? host : plan.scenario().machine.name;
  std::vector<std::string> names;
  for (const std::string& value : varied->values) {
    // A profile of the user's own is a file.
    std::string name = value == "host" ? host : std::filesystem::path(value).stem().string();
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  constexpr std::size_t kNamed = 3;
  if (names.size() > kNamed) return format_count(static_cast<std::int64_t>(names.size()), "machine");
  if (names.size() == 1) return names.front();
  const std::string last = std::move(names.back());
  names.pop_back();
  return fmt::format("{} and {}", fmt::join(names, ", "), last);
}

std::vector<std::string> conclusions(const SweepPlan& plan, const SweepOutcome& outcome) {
  std::vector<std::string> all;
  for (const SweepEdge& edge : outcome.edges) all.push_back(describe(plan, edge));
  bool any = !outcome.edges.empty();
  for (std::size_t run = 0; run < plan.runs(); ++run) {
    std::vector<const SweepCell*> failing, refused;
    std::size_t computed = 0;
    for (std::size_t point = 0; point < plan.points(); ++point) {
      const auto& cell = outcome.cells[point * plan.runs() + run];
      if (!cell || !cell->first.error.empty()) continue;
      ++computed;
      const bool is_refused = cell->failed == 0 && cell->first.finished_though_refused();
      if (cell->failed == 0 && !is_refused) continue;
      any = true;
      // What lies beyond an edge has been said with it.
      const auto told = [&](const SweepEdge& edge) { return edge.run == run && on_line(plan, point, edge); };
      if (std::ranges::none_of(outcome.edges, told)) (is_refused ? refused : failing).push_back(&*cell);
    }
    if (!failing.empty()) all.push_back(describe_failing(plan, failing, computed));
    if (!refused.empty()) all.push_back(describe_refused(plan, refused, computed));
  }
  const bool complete = std::ranges::all_of(
      outcome.cells, [](const auto& cell) { return cell.has_value() && cell->first.error.empty(); });
  if (!any && complete && !outcome.stopped) all.emplace_back("nothing fails");
  return all;
}

std::string describe(const SweepPlan& plan, const SweepEdge& edge) {
  const std::string& key = plan.sweep().axes[edge.axis].key;
  std::string where;
  for (const Setting& setting : plan.settings(edge.point)) {
    if (setting.key != key) where += fmt::format("{}{} = {}", where.empty() ? "" : ", ", setting.key, setting.value);
  }
  const bool goes_on = edge.result.finished_though_refused();
  std::string text =
      fmt::format("{} {} {} = {}{}", plan.run_name(edge.run), goes_on ? "is refused a worker from" : "breaks at", key,
                  format_count(edge.failing), where.empty() ? "" : " (" + where + ")");
  // The other replications may break elsewhere.
  if (plan.repeat() > 1) text += fmt::format(" in the first of {} replications", plan.repeat());
  if (edge.result.stopped || std::abs(edge.failing - edge.good) != 1)
    text += fmt::format(", or between {} and that", format_count(edge.good));
  else
    text += fmt::format("; with {} it does not", format_count(edge.good));
  if (const auto& failure = edge.result.failure) text += ": " + format_failure_in_full(*failure);
  if (goes_on) text += "; it does all jobs with those that it has";
  return text;
}

std::string to_record(const SweepTask& task, const SweepTaskResult& result) {
  Json json;
  json["task"] = task.index;
  json["good"] = result.good;
  json["failing"] = result.failing;
  RunResult run = result.result;
  JsonFieldWriter writer(json["run"]);
  describe(writer, run);
  return dump(json);
}

std::expected<SweepRecord, std::string> from_record(std::string_view line) {
  try {
    const Json json = Json::parse(line);
    SweepRecord record;
    record.task = json.at("task");
    record.result.good = json.at("good");
    record.result.failing = json.at("failing");
    JsonFieldReader reader(json.at("run"));
    describe(reader, record.result.result);
    return record;
  } catch (const std::exception& problem) {
    return std::unexpected(problem.what());
  }
}

std::string to_text(const SweepTask& task) {
  Json json;
  json["task"] = {task.index, task.point, task.run, task.replication};
  if (task.edge) {
    json["edge"] = {task.edge->axis, task.edge->good, task.edge->failing};
    if (task.edge->fails == RunOutcome::refused) json["refused"] = true;
    if (task.edge->hint) json["hint"] = *task.edge->hint;
  }
  return dump(json);
}

std::expected<SweepTask, std::string> task_from_text(std::string_view line) {
  try {
    const Json json = Json::parse(line);
    const Json& numbers = json.at("task");
    SweepTask task;
    task.index = numbers.at(0);
    task.point = numbers.at(1);
    task.run = numbers.at(2);
    task.replication = numbers.at(3);
    if (json.contains("edge")) {
      const Json& edge = json.at("edge");
      task.edge.emplace();
      task.edge->axis = edge.at(0);
      task.edge->good = edge.at(1);
      task.edge->failing = edge.at(2);
      if (json.contains("refused")) task.edge->fails = RunOutcome::refused;
      if (json.contains("hint")) task.edge->hint = json.at("hint").get<std::int64_t>();
    }
    return task;
  } catch (const Json::exception& problem) {
    return std::unexpected(problem.what());
  }
}

}  // namespace spawnpoint
