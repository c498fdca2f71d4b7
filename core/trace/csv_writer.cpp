// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trace/csv_writer.hpp"

#include <utility>
#include <vector>

#include "core/files/replacing_folder.hpp"
#include "core/trace/csv_tables.hpp"
#include "core/trace/output_file.hpp"

namespace spawnpoint {

namespace {

void write_job(OutputFile& out, JobId job) {
  if (job != kNoJob) out << std::uint64_t{job} + 1;
}
void write_lane(OutputFile& out, LaneId lane) {
  if (lane != kNoLane) out << lane;
}
void write_time(OutputFile& out, Instant t) {
  if (t != kNever) out.seconds(t);
}
void write_order(OutputFile& out, std::uint32_t order) {
  if (order != 0) out << order;
}
/// RFC 4180: always in quotes, quotes doubled.
void write_text(OutputFile& out, std::string_view text) {
  out << '"';
  for (const char c : text) {
    if (c == '"') out << '"';
    out << c;
  }
  out << '"';
}

std::expected<void, std::string> write_run(const Trace& trace, std::span<const CsvFact> facts,
                                           const std::filesystem::path& folder) {
  OutputFile out(folder / kRunTable.file);
  out << kRunTable.columns << '\n';
  out << CsvKeys::format << ',' << kCsvFormat << '\n';
  out << CsvKeys::lanes << ',' << trace.lanes << '\n';
  out << CsvKeys::end << ',';
  out.seconds(trace.end) << '\n';
  out << CsvKeys::growing << ',' << (trace.growing ? 1 : 0) << '\n';
  out << CsvKeys::cores << ',' << trace.cores << '\n';
  out << CsvKeys::turns_end << ',';
  out.seconds(trace.turns_end) << '\n';
  for (const CsvFact& fact : facts) {
    out << fact.key << ',';
    write_text(out, fact.value);
    out << '\n';
  }
  return out.close();
}

std::expected<void, std::string> write_jobs(const JobTable& jobs, const std::filesystem::path& folder) {
  OutputFile out(folder / kJobsTable.file);
  out << kJobsTable.columns << '\n';
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    write_job(out, static_cast<JobId>(job));
    out << ',' << to_string(jobs.state[job]) << ',';
    write_lane(out, jobs.lane[job]);
    out << ',';
    write_time(out, jobs.since[job]);
    out << ',';
    write_time(out, jobs.started[job]);
    out << ',';
    write_time(out, jobs.ended[job]);
    out << ',';
    write_order(out, jobs.start_order[job]);
    out << ',';
    write_order(out, jobs.end_order[job]);
    out << '\n';
  }
  return out.close();
}

std::expected<void, std::string> write_segments(const SegmentTable& segments, const std::filesystem::path& folder) {
  OutputFile out(folder / kSegmentsTable.file);
  out << kSegmentsTable.columns << '\n';
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment segment = segments[i];
    write_job(out, segment.job);
    out << ',';
    write_lane(out, segment.lane);
    out << ',' << to_string(segment.state) << ',';
    write_time(out, segment.begin);
    out << ',';
    write_time(out, segment.end);
    out << '\n';
  }
  return out.close();
}

std::expected<void, std::string> write_turns(const TurnTable& turns, const std::filesystem::path& folder) {
  OutputFile out(folder / kTurnsTable.file);
  out << kTurnsTable.columns << '\n';
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const Turn turn = turns[i];
    out << turn.core << ',';
    write_lane(out, turn.lane);
    out << ',';
    write_time(out, turn.begin);
    out << ',';
    write_time(out, turn.end);
    out << '\n';
  }
  return out.close();
}

std::expected<void, std::string> write_series(const Trace& trace, const std::filesystem::path& folder) {
  OutputFile out(folder / kSeriesTable.file);
  out << kSeriesTable.columns << '\n';
  for (std::size_t kind = 0; kind < kSeriesKinds; ++kind) {
    const Series& series = trace.series[kind];
    for (std::size_t i = 0; i < series.time.size(); ++i) {
      out << to_string(static_cast<SeriesKind>(kind)) << ',';
      out.seconds(series.time[i]) << ',' << series.value[i] << '\n';
    }
  }
  return out.close();
}

std::expected<void, std::string> write_marks(const std::vector<Mark>& marks, const std::filesystem::path& folder) {
  OutputFile out(folder / kMarksTable.file);
  out << kMarksTable.columns << '\n';
  for (const Mark& mark : marks) {
    out << to_string(mark.kind) << ',';
    out.seconds(mark.at) << ',';
    write_lane(out, mark.lane);
    out << ',';
    write_job(out, mark.job);
    out << ',';
    write_text(out, mark.text);
    out << '\n';
  }
  return out.close();
}

}  // namespace

std::expected<void, std::string> write_csv(const Trace& trace, const std::filesystem::path& directory,
                                           std::span<const CsvFact> facts) {
  std::vector<std::string> files;
  for (const CsvTable& table : kCsvTables) files.emplace_back(table.file);
  auto folder = ReplacingFolder::create(directory, std::move(files));
  if (!folder) return std::unexpected(folder.error());
  const std::filesystem::path& place = folder->folder();
  auto written = write_run(trace, facts, place);
  if (written) written = write_jobs(trace.jobs, place);
  if (written) written = write_segments(trace.segments, place);
  if (written) written = write_turns(trace.turns, place);
  if (written) written = write_series(trace, place);
  if (written) written = write_marks(trace.marks, place);
  if (written) return folder->commit();
  // Where they were to go, not where they were written.
  std::string why = std::move(written).error();
  if (why.starts_with(place.string())) why.replace(0, place.string().size(), directory.string());
  return std::unexpected(std::move(why));
}

}  // namespace spawnpoint
