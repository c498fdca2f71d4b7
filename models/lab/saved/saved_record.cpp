// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/saved/saved_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "core/text/text.hpp"
#include "core/trace/csv_reader.hpp"
#include "core/trace/csv_tables.hpp"
#include "core/trace/csv_writer.hpp"
#include "models/concurrency/traits.hpp"
#include "models/lab/saved/record_facts.hpp"
#include "models/result/result_fields.hpp"

namespace spawnpoint {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRunFile = kRunTable.file;

template <class Visitor>
void describe(Visitor& visit, SavedRecord& record) {
  visit.text("version", record.version);
  visit.text("machine", record.machine);
  spawnpoint::describe(visit, record.result);
}

/// A value of a series, which a file may have as anything.
Bytes bytes_of(double value) {
  return Bytes{static_cast<std::int64_t>(std::clamp(value, 0.0, 9e18))};
}
std::int64_t count_of(double value) {
  return bytes_of(value).count;
}

/// The highest sum of the three parts of the kernel's memory.
Bytes kernel_peak(const Trace& trace) {
  constexpr SeriesKind kParts[] = {SeriesKind::kernel_stacks, SeriesKind::page_tables, SeriesKind::slab};
  double peak = 0;
  for (const SeriesKind kind : kParts) {
    for (const Instant at : trace[kind].time) {
      double sum = 0;
      for (const SeriesKind part : kParts) sum += trace[part].at(at);
      peak = std::max(peak, sum);
    }
  }
  return bytes_of(peak);
}

/// What a trace shows of its run, where nothing else is said.
RunResult result_of(const Trace& trace, const std::string& name) {
  RunResult result;
  result.scenario = result.label = name;
  result.jobs = static_cast<std::int64_t>(trace.jobs.size());
  result.completed = std::ranges::count(trace.jobs.state, JobState::done);
  result.wall = trace.end.time_since_epoch();
  result.peak_threads = count_of(trace[SeriesKind::threads].maximum());
  result.peak_tasks = count_of(trace[SeriesKind::tasks].maximum());
  result.memory = {.resident = bytes_of(trace[SeriesKind::resident].maximum()),
                   .virtual_size = bytes_of(trace[SeriesKind::virtual_size].maximum()),
                   .kernel = kernel_peak(trace),
                   .kernel_stacks = bytes_of(trace[SeriesKind::kernel_stacks].maximum()),
                   .page_tables = bytes_of(trace[SeriesKind::page_tables].maximum()),
                   .slab = bytes_of(trace[SeriesKind::slab].maximum())};
  const auto mark = std::ranges::find(trace.marks, MarkKind::failure, &Mark::kind);
  if (mark != trace.marks.end()) {
    FailurePoint failure;
    if (mark->job < trace.jobs.size()) failure.job = mark->job;
    // The main thread is none of those that were created.
    failure.threads = std::max<std::int64_t>(count_of(trace[SeriesKind::threads].at(mark->at)) - 1, 0);
    failure.message = mark->text;
    failure.at = mark->at;
    result.failure = std::move(failure);
  }
  return result;
}

}  // namespace

std::expected<void, std::string> save_record(const RunResult& result, const std::string& machine,
                                             const fs::path& directory) {
  SavedRecord record{result, machine, SPAWNPOINT_VERSION};
  // The same scenario and seed give the same record, however long it took to compute.
  if (result.world == WorldKind::modeled) record.result.compute = {};
  std::vector<CsvFact> facts;
  FactWriter writer(facts);
  describe(writer, record);
  return write_csv(*result.trace, directory, facts);
}

bool is_record(const fs::path& path) {
  std::error_code error;
  return path.filename() == kRunFile || fs::is_directory(path, error);
}

std::vector<fs::path> records_at(const fs::path& path) {
  std::error_code error;
  std::vector<fs::path> found;
  if (fs::is_directory(path, error) && !fs::exists(path / kRunFile, error)) {
    for (auto entry = fs::directory_iterator(path, error); !error && entry != fs::directory_iterator();
         entry.increment(error))
      if (fs::exists(entry->path() / kRunFile, error)) found.push_back(entry->path());
  }
  if (found.empty()) found.push_back(path);
  std::ranges::sort(found);
  return found;
}

std::expected<SavedRecord, std::string> open_record(const fs::path& path) {
  std::error_code error;
  fs::path directory = fs::is_directory(path, error) ? path : path.parent_path();
  if (directory.empty()) directory = ".";
  if (!fs::is_regular_file(directory / kRunFile, error))
    return std::unexpected(
        fmt::format("{}: this is not a saved record, which is a folder with a {} in it", path.string(), kRunFile));
  auto read = read_csv(directory);
  if (!read) return std::unexpected(read.error());
  const auto wrong = [&](const std::string& what) {
    return std::unexpected((directory / kRunFile).string() + ':' + what);
  };
  const Trace& trace = read->trace;
  // A pool may have more threads than there are jobs, but not more than a scenario may ask for.
  if (trace.lanes > trace.jobs.size() + concurrency::kMostWorkers + 1)
    return wrong(fmt::format("3:7: {} lanes are too many for {} jobs", trace.lanes, trace.jobs.size()));

  SavedRecord record;
  // A name that ends in a slash has none after it.
  const fs::path whole = fs::weakly_canonical(directory, error);
  record.result = result_of(trace, (error ? directory : whole).filename().string());
  if (read->format > 1) {
    record.result.failure.reset();
    FactReader reader(read->facts, trace.jobs.size());
    describe(reader, record);
    reader.finish();
    if (!reader.error().empty()) return wrong(reader.error());
    const auto place_of = [&](std::string_view key) {
      const auto fact = std::ranges::find(read->facts, key, &CsvFactRead::key);
      return fact == read->facts.end() ? std::string("1:1") : fmt::format("{}:{}", fact->line, fact->column);
    };
    const RunResult& result = record.result;
    if (result.jobs != static_cast<std::int64_t>(trace.jobs.size()))
      return wrong(
          fmt::format("{}: {} jobs, but {} has {}", place_of("jobs"), result.jobs, kJobsTable.file, trace.jobs.size()));
    if (result.completed > result.jobs)
      return wrong(
          fmt::format("{}: {} of {} jobs cannot be completed", place_of("completed"), result.completed, result.jobs));
    const auto cause = std::ranges::find(read->facts, "failure.errno", &CsvFactRead::key);
    if (cause != read->facts.end() && name_of(result.failure->cause) != cause->value)
      return wrong(fmt::format("{}: \"{}\" is not known here", place_of("failure.errno"), shown(cause->value)));
  }
  record.result.trace = std::make_shared<const Trace>(std::move(read->trace));
  return record;
}

std::string provenance(const SavedRecord& record) {
  std::string text = "saved record";
  if (!record.machine.empty()) text += " · " + shown(record.machine);
  if (record.version.empty()) return text;
  return text + fmt::format(" · seed {} · Spawnpoint {}", record.result.seed, shown(record.version));
}

}  // namespace spawnpoint
