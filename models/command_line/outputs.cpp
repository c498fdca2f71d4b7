// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/command_line/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "core/files/streams.hpp"
#include "core/text/text.hpp"
#include "core/trace/csv_tables.hpp"
#include "core/trace/perfetto_writer.hpp"
#include "models/lab/saved/saved_record.hpp"
#include "models/scenario/run_names.hpp"

namespace spawnpoint::command_line {
namespace {

/// `name`, or name-2, name-3 … where it is taken.
std::string unique(const std::string& name, std::set<std::string>& taken) {
  std::string result = name;
  for (int i = 2; !taken.insert(result).second; ++i) result = fmt::format("{}-{}", name, i);
  return result;
}

}  // namespace

OutputFiles::OutputFiles(const std::vector<Scenario>& scenarios, Worlds worlds, std::string trace, std::string csv)
    : trace_(std::move(trace)), csv_(std::move(csv)), several_worlds_(worlds == Worlds::both) {
  std::set<std::string> files;
  for (const Scenario& scenario : scenarios) {
    std::string stem = std::filesystem::path(scenario.file).stem().string();
    if (scenario.file.empty() || scenario.file == "<stdin>") stem = "stdin";
    file_names_.push_back(unique(stem, files));
    machines_.push_back(scenario.machine.name);
    std::set<std::string> runs;
    std::vector<std::string>& names = run_names_.emplace_back();
    for (const RunSpec& run : scenario.runs) names.push_back(unique(file_name(run.label), runs));
    run_titles_.push_back(shown_names(scenario.runs));
  }
}

std::string OutputFiles::tag(std::size_t file, std::size_t run, WorldKind world) const {
  std::string tag;
  const auto add = [&](std::string_view part) { tag.append(tag.empty() ? "" : ".").append(part); };
  const bool several_runs = std::ranges::any_of(run_names_, [](const auto& names) { return names.size() > 1; });
  if (file_names_.size() > 1) add(file_names_[file]);
  if (several_runs) add(run_names_[file][run]);
  if (several_worlds_) add(to_string(world));
  return tag;
}

std::expected<void, std::string> OutputFiles::check_folder() const {
  if (csv_.empty()) return {};
  const auto there = records_at(csv_);
  std::error_code error;
  const bool is_one = std::filesystem::exists(csv_ / kRunTable.file, error);
  const bool is_several = !is_one && there.front() != csv_;
  const bool makes_several = !tag(0, 0, WorldKind::modeled).empty();
  if (makes_several && is_one)
    return std::unexpected(
        fmt::format("--csv {0}: it holds the record of one run ({0}/{1}), which would hide those of "
                    "several: give another folder",
                    csv_.string(), kRunTable.file));
  if (!makes_several && is_several)
    return std::unexpected(
        fmt::format("--csv {}: it holds the records of several runs (such as {}), which that of one "
                    "would hide: give another folder",
                    csv_.string(), there.front().string()));
  return {};
}

std::expected<void, std::string> OutputFiles::write(std::size_t file, std::size_t run, const RunResult& result) const {
  const std::string name = tag(file, run, result.world);
  if (!trace_.empty()) {
    std::filesystem::path path = trace_;
    if (!name.empty())
      path.replace_filename(fmt::format("{}.{}{}", path.stem().string(), name, path.extension().string()));
    const std::string title = fmt::format("{}, {}", run_titles_[file][run], to_string(result.world));
    if (auto written = write_perfetto(*result.trace, path, title, runnable_in(result.world)); !written) return written;
  }
  if (!csv_.empty()) return save_record(result, machines_[file], name.empty() ? csv_ : csv_ / name);
  return {};
}

void print_log(const Trace& trace) {
  fmt::memory_buffer text;
  for (const LogLine& line : job_log(trace)) {
    fmt::format_to(std::back_inserter(text), "{} {}\n", line.is_end ? "end" : "start", std::int64_t{line.job} + 1);
  }
  write_to(stdout, {text.data(), text.size()});
}

}  // namespace spawnpoint::command_line
