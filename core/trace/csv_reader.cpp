// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trace/csv_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <new>
#include <set>
#include <string_view>
#include <vector>

#include "core/files/file_descriptor.hpp"
#include "core/text/text.hpp"
#include "core/trace/csv_tables.hpp"

namespace spawnpoint {

namespace {

constexpr std::size_t kLongestFact = std::size_t{64} << 10;
/// More threads than any kernel has room for: drawing a row for each must not run out of memory.
constexpr LaneId kMostLanes = 100'000'001;
constexpr CoreId kMostCores = 1'000'000;
constexpr int kFirstWithTurns = 4;

/// On huge pages: the files of a million jobs are a hundred megabytes.
std::expected<Column<char>, std::string> contents_of(const std::filesystem::path& path) {
  const auto problem = [&] { return std::unexpected(path.string() + ": " + std::strerror(errno)); };
  // Nobody waits here for the writer of a pipe.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) return problem();
  if (!S_ISREG(status.st_mode)) return std::unexpected(path.string() + ": this is not a regular file");
  Column<char> text;
  // The size is only a hint: the file may grow.
  std::size_t room = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)) + 1;
  std::size_t size = 0;
  for (;;) {
    text.resize(size + room);
    const ssize_t got = ::read(file.get(), text.data() + size, room);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return problem();
    size += static_cast<std::size_t>(got);
    room -= static_cast<std::size_t>(got);
    if (got == 0) break;
    if (room == 0) room = std::max<std::size_t>(size, std::size_t{1} << 16);
  }
  text.resize(size);
  return text;
}

/// A table, field by field. The first thing that is wrong ends the reading; everything after it reads as empty.
class Table {
 public:
  Table(const std::filesystem::path& folder, const CsvTable& table) : path_(folder / table.file) {
    auto text = contents_of(path_);
    if (!text) {
      error_ = text.error();
      return;
    }
    memory_ = std::move(*text);
    text_ = std::string_view(memory_.data(), memory_.size());
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    const std::string_view first = text_.substr(0, end);
    if (first != table.columns) {
      fail("the header should be \"" + std::string(table.columns) + "\"");
    } else {
      at_ = std::min(end + 1, text_.size());
      begin_line(1);
    }
  }

  bool more() const { return error_.empty() && at_ < text_.size(); }
  const std::string& error() const { return error_; }
  /// Of the field that was read last, from 1.
  std::size_t line() const { return read_line_; }
  std::size_t column() const { return read_column_; }

  void fail(const std::string& what) {
    if (error_.empty())
      error_ = path_.string() + ":" + std::to_string(read_line_) + ":" + std::to_string(read_column_) + ": " + what;
    at_ = text_.size();
  }
  void fail_on_lane() { fail("there is no such lane in " + std::string(kRunTable.file)); }
  void fail_on_job() { fail("there is no such job in " + std::string(kJobsTable.file)); }

  /// The next field; the last one of a line ends it.
  std::string_view field(bool last = false) {
    if (!error_.empty()) return {};
    note_place();
    const char end = last ? '\n' : ',';
    const std::size_t begin = at_;
    std::size_t at = begin;
    while (at < text_.size() && text_[at] != ',' && text_[at] != '\n') ++at;
    if (at == text_.size() || text_[at] != end) {
      fail(last ? "too many fields" : "too few fields");
      return {};
    }
    at_ = at + 1;
    if (last) begin_line(1);
    return text_.substr(begin, at - begin);
  }
  /// The last field of a line, in quotes; it may hold line breaks.
  std::string quoted() {
    std::string text;
    if (!error_.empty()) return text;
    note_place();
    if (at_ >= text_.size() || text_[at_] != '"') return fail("expected text in quotes"), text;
    std::size_t lines = 1;
    for (std::size_t i = at_ + 1; i + 1 < text_.size(); ++i) {
      if (text_[i] == '"') {
        if (text_[i + 1] == '\n') {
          at_ = i + 2;
          begin_line(lines);
          return text;
        }
        if (text_[++i] != '"') break;
      }
      lines += text_[i] == '\n';
      text += text_[i];
    }
    return fail("the quoted text does not end"), std::string();
  }

  template <class T>
  T number(bool last, T missing, T largest) {
    const std::string_view text = field(last);
    if (text.empty()) return missing;
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > largest) {
      fail('"' + shown(text) + "\" is not a number that is allowed here");
      return missing;
    }
    return value;
  }
  JobId job() {
    const auto from_one = number<std::uint64_t>(false, 0, kNoJob);
    return from_one == 0 ? kNoJob : static_cast<JobId>(from_one - 1);
  }
  LaneId lane() { return number<LaneId>(false, kNoLane, kNoLane - 1); }
  std::uint32_t order(bool last) { return number<std::uint32_t>(last, 0, UINT32_MAX); }

  /// "12.000000250": seconds with nine digits, exactly.
  Instant time(bool last = false) {
    const std::string_view text = field(last);
    if (text.empty()) return kNever;
    // Digits by hand: a record has millions of times.
    constexpr std::size_t kLongestWhole = 10;
    constexpr std::size_t kBelow = 9;
    constexpr std::int64_t kSecond = 1'000'000'000;
    const bool negative = text.front() == '-';
    std::size_t at = negative ? 1 : 0;
    const auto digits = [&](std::size_t most, std::size_t& count) {
      std::int64_t value = 0;
      for (count = 0; count < most && at < text.size() && text[at] >= '0' && text[at] <= '9'; ++count, ++at)
        value = value * 10 + (text[at] - '0');
      return value;
    };
    std::size_t count = 0;
    const std::int64_t whole = digits(kLongestWhole, count);
    bool good = count > 0 && at < text.size() && text[at++] == '.';
    const std::int64_t below = digits(kBelow, count);
    good = good && count == kBelow && at == text.size() && whole < std::numeric_limits<std::int64_t>::max() / kSecond;
    if (!good) {
      fail('"' + shown(text) + "\" is not a time in seconds with nine digits");
      return kNever;
    }
    const std::int64_t ns = whole * kSecond + below;
    if (!is_sensible(Duration(ns))) {
      fail('"' + shown(text) + "\" is more than 146 years");
      return kNever;
    }
    return Instant{Duration(negative ? -ns : ns)};
  }
  template <class Parse>
  auto name(Parse parse) {
    const std::string_view text = field();
    const auto value = parse(text);
    if (!value) fail('"' + shown(text) + "\" is not known here");
    return value.value_or(typename decltype(value)::value_type{});
  }

 private:
  void note_place() {
    read_line_ = line_;
    read_column_ = at_ - line_begin_ + 1;
  }
  void begin_line(std::size_t lines) {
    line_ += lines;
    line_begin_ = at_;
  }

  std::filesystem::path path_;
  Column<char> memory_;
  std::string_view text_;  ///< What `memory_` holds.
  std::string error_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_begin_ = 0;
  std::size_t read_line_ = 1;  ///< Where the field that was read last is.
  std::size_t read_column_ = 1;
};

std::string read_run(CsvRecord& record, const std::filesystem::path& folder) {
  Table table(folder, kRunTable);
  Trace& trace = record.trace;
  std::set<std::string, std::less<>> known;
  while (table.more()) {
    const std::string_view key = table.field();
    if (!table.error().empty()) break;
    if (!known.emplace(key).second) {
      table.fail('"' + shown(key) + "\" appears twice");
    } else if (key == CsvKeys::end) {
      trace.end = table.time(true);
      if (trace.end == kNever || trace.end < Instant()) table.fail("the end should be a time after the beginning");
    } else if (key == CsvKeys::format) {
      record.format = table.number<int>(true, 0, 1'000'000);
      if (record.format < 1) table.fail("there is no such format of records");
      if (record.format > kCsvFormat) table.fail("this record was written by a newer version");
    } else if (key == CsvKeys::lanes) {
      trace.lanes = table.number<LaneId>(true, 1, kMostLanes);
    } else if (key == CsvKeys::cores) {
      trace.cores = table.number<CoreId>(true, 0, kMostCores);
    } else if (key == CsvKeys::turns_end) {
      trace.turns_end = table.time(true);
      if (trace.turns_end == kNever) table.fail("a time is missing");
    } else if (key == CsvKeys::growing) {
      trace.growing = table.number<int>(true, 0, 1) == 1;
    } else if (record.format >= 2) {
      CsvFactRead fact{{std::string(key), table.quoted()}, table.line(), table.column()};
      if (fact.value.size() > kLongestFact) table.fail("this is longer than 64 KiB");
      record.facts.push_back(std::move(fact));
    } else {
      table.fail('"' + shown(key) + "\" is not known here");
    }
  }
  return table.error();
}

std::string read_jobs(JobTable& jobs, LaneId lanes, const std::filesystem::path& folder) {
  Table table(folder, kJobsTable);
  while (table.more()) {
    if (table.job() != jobs.size()) table.fail("jobs should be numbered from 1 without gaps");
    jobs.state.push_back(table.name(parse_job_state));
    jobs.lane.push_back(table.lane());
    if (jobs.lane.back() != kNoLane && jobs.lane.back() >= lanes) table.fail_on_lane();
    jobs.since.push_back(table.time());
    jobs.started.push_back(table.time());
    jobs.ended.push_back(table.time());
    jobs.start_order.push_back(table.order(false));
    jobs.end_order.push_back(table.order(true));
  }
  return table.error();
}

std::string read_segments(Trace& trace, const std::filesystem::path& folder) {
  Table table(folder, kSegmentsTable);
  while (table.more()) {
    Segment segment;
    segment.job = table.job();
    segment.lane = table.lane();
    segment.state = table.name(parse_job_state);
    segment.begin = table.time();
    if (segment.job >= trace.jobs.size()) table.fail_on_job();
    if (segment.lane != kNoLane && segment.lane >= trace.lanes) table.fail_on_lane();
    segment.end = table.time(true);
    if (!(segment.begin < segment.end) || segment.end == kNever) table.fail("a segment should end after it begins");
    trace.segments.append(segment);
  }
  return table.error();
}

std::string read_turns(Trace& trace, const std::filesystem::path& folder) {
  Table table(folder, kTurnsTable);
  std::vector<Instant> free(trace.cores);  ///< From when on each core may have another thread.
  while (table.more()) {
    Turn turn;
    turn.core = table.number<CoreId>(false, kMostCores, kMostCores);
    if (turn.core >= trace.cores) {
      table.fail("there is no such core in " + std::string(kRunTable.file));
      break;
    }
    turn.lane = table.lane();
    if (turn.lane != kNoLane && turn.lane >= trace.lanes) table.fail_on_lane();
    turn.begin = table.time();
    if (turn.begin < free[turn.core]) table.fail("a core has one thread at a time");
    turn.end = table.time(true);
    if (!(turn.begin < turn.end) || turn.end == kNever) table.fail("a turn should end after it begins");
    free[turn.core] = turn.end;
    trace.turns.append(turn);
  }
  return table.error();
}

std::string read_series(Trace& trace, const std::filesystem::path& folder) {
  Table table(folder, kSeriesTable);
  while (table.more()) {
    Series& series = trace[table.name(parse_series_kind)];
    const Instant at = table.time();
    const auto missing = std::numeric_limits<double>::quiet_NaN();
    if (!series.empty() && at <= series.time.back()) table.fail("times of a series should increase");
    // Counts and bytes: more than 64 bits hold is no value.
    const auto value = table.number<double>(true, missing, 9e18);
    if (!std::isfinite(value) || at == kNever) table.fail("a time or a value is missing");
    if (value < -9e18) table.fail("the value is too small");
    series.time.push_back(at);
    series.value.push_back(value);
  }
  return table.error();
}

std::string read_marks(Trace& trace, const std::filesystem::path& folder) {
  Table table(folder, kMarksTable);
  while (table.more()) {
    Mark mark;
    mark.kind = table.name(parse_mark_kind);
    mark.at = table.time();
    mark.lane = table.lane();
    if (mark.lane != kNoLane && mark.lane >= trace.lanes) table.fail_on_lane();
    mark.job = table.job();
    if (mark.job != kNoJob && mark.job >= trace.jobs.size()) table.fail_on_job();
    mark.text = table.quoted();
    trace.marks.push_back(std::move(mark));
  }
  return table.error();
}

}  // namespace

std::expected<CsvRecord, std::string> read_csv(const std::filesystem::path& directory) try {
  CsvRecord record;
  Trace& trace = record.trace;
  std::string error = read_run(record, directory);
  if (error.empty()) error = read_jobs(trace.jobs, trace.lanes, directory);
  if (error.empty()) error = read_segments(trace, directory);
  if (error.empty() && record.format >= kFirstWithTurns) error = read_turns(trace, directory);
  if (error.empty()) error = read_series(trace, directory);
  if (error.empty()) error = read_marks(trace, directory);
  if (!error.empty()) return std::unexpected(error);
  return record;
} catch (const std::bad_alloc&) {
  return std::unexpected(directory.string() + ": this record does not fit into memory");
}

}  // namespace spawnpoint
