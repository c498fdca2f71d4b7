// SPDX-License-Identifier: GPL-3.0-or-later
// The format: "Trace Event Format", Google, docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
#include "core/trace/perfetto_writer.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <tuple>
#include <vector>

#include "core/text/text.hpp"
#include "core/trace/output_file.hpp"

namespace spawnpoint {

namespace {

/// One process; its main thread has the process's number, as on Linux. Number 0 would be the idle thread.
constexpr std::string_view kProcess = "\"pid\":1,\"tid\":";
/// The machine, whose threads are its cores: Perfetto shows a group of rows for each process.
constexpr std::string_view kMachine = "\"pid\":2,\"tid\":";
std::uint64_t thread_number(LaneId lane) {
  return lane == kNoLane ? 1 : std::uint64_t{lane} + 1;
}

void write_string(OutputFile& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out << '"';
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t size = utf8_length(text, i);
    if (text[i] == '"' || text[i] == '\\') {
      out << '\\' << text[i++];
    } else if (size == 0 || byte < 0x20) {
      // A byte that is not valid UTF-8 would make the whole file unreadable.
      out << "\\u00" << kDigits[byte >> 4] << kDigits[byte & 0xF];
      ++i;
    } else {
      out << text.substr(i, size);
      i += size;
    }
  }
  out << '"';
}

/// Which lanes have segments that overlap each other, among those whose state is in `states`.
std::vector<bool> lanes_with_overlaps(const Trace& trace, std::initializer_list<JobState> states) {
  const SegmentTable& segments = trace.segments;
  const auto counts = [&](std::size_t i) {
    return segments.lanes()[i] < trace.lanes &&
           std::find(states.begin(), states.end(), segments.states()[i]) != states.end();
  };
  // Segments come in the order of their ends. So one that begins before the last one's end overlaps it; only where a
  // record has another order is sorting worthwhile.
  std::vector<bool> overlaps(trace.lanes, false);
  std::vector<bool> doubtful_lane(trace.lanes, false);
  std::vector<Instant> last_end(trace.lanes, Instant::min());
  bool doubts = false;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!counts(i)) continue;
    const LaneId lane = segments.lanes()[i];
    if (segments.ends()[i] < last_end[lane]) doubts = doubtful_lane[lane] = true;
    if (segments.begins()[i] < last_end[lane]) overlaps[lane] = true;
    last_end[lane] = segments.ends()[i];
  }
  if (!doubts) return overlaps;
  struct Stretch {
    LaneId lane;
    Instant begin;
    Instant end;
  };
  std::vector<Stretch> doubtful;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment segment = segments[i];
    if (counts(i) && doubtful_lane[segment.lane]) doubtful.push_back({segment.lane, segment.begin, segment.end});
  }
  std::sort(doubtful.begin(), doubtful.end(),
            [](const Stretch& a, const Stretch& b) { return std::tie(a.lane, a.begin) < std::tie(b.lane, b.begin); });
  for (const Stretch& stretch : doubtful) overlaps[stretch.lane] = false;
  for (std::size_t i = 1; i < doubtful.size(); ++i) {
    const bool overlap = doubtful[i].lane == doubtful[i - 1].lane && doubtful[i].begin < doubtful[i - 1].end;
    if (overlap) overlaps[doubtful[i].lane] = true;
  }
  return overlaps;
}

class Events {
 public:
  explicit Events(OutputFile& out) : out_(out) {}

  /// Each event on a line of its own.
  OutputFile& next() {
    out_ << (first_ ? std::string_view("\n") : std::string_view(",\n"));
    first_ = false;
    return out_;
  }

  void metadata(std::string_view what, std::string_view process, std::uint64_t thread, std::string_view name) {
    next() << "{\"ph\":\"M\",\"name\":\"" << what << "\"," << process << thread << ",\"args\":{\"name\":";
    write_string(out_, name);
    out_ << "}}";
  }
  void sort_index(std::string_view process, std::uint64_t thread) {
    next() << "{\"ph\":\"M\",\"name\":\"thread_sort_index\"," << process << thread
           << ",\"args\":{\"sort_index\":" << thread << "}}";
  }
  void turn(const Turn& turn) {
    next() << "{\"ph\":\"X\",\"cat\":\"core\",\"name\":\""
           << (turn.lane == kNoLane ? std::string("turns not told apart") : lane_name(turn.lane)) << "\"," << kMachine
           << std::uint64_t{turn.core} + 1 << ",\"ts\":";
    out_.microseconds(turn.begin) << ",\"dur\":";
    out_.microseconds(Instant(turn.end - turn.begin)) << '}';
  }
  void slice(const Segment& segment) {
    const std::uint64_t job = std::uint64_t{segment.job} + 1;
    next() << "{\"ph\":\"X\",\"cat\":\"job\",\"name\":\"" << to_string(segment.state) << " job " << job << "\","
           << kProcess << thread_number(segment.lane) << ",\"ts\":";
    out_.microseconds(segment.begin) << ",\"dur\":";
    out_.microseconds(Instant(segment.end - segment.begin))
        << ",\"args\":{\"job\":" << job << ",\"state\":\"" << to_string(segment.state) << "\"}}";
  }
  void async(char phase, const Segment& segment, Instant at) {
    // Most of the text is the same for millions of events in a row.
    if (segment.state != async_state_ || segment.lane != async_lane_) {
      async_state_ = segment.state;
      async_lane_ = segment.lane;
      async_text_ = ",\"name\":\"" + std::string(to_string(segment.state)) + "\"," + std::string(kProcess) +
                    std::to_string(thread_number(segment.lane)) + ",\"ts\":";
    }
    next() << (phase == 'b' ? std::string_view("{\"ph\":\"b\",\"cat\":\"job\",\"id\":")
                            : std::string_view("{\"ph\":\"e\",\"cat\":\"job\",\"id\":"))
           << std::uint64_t{segment.job} + 1 << std::string_view(async_text_);
    out_.microseconds(at) << '}';
  }
  void counter(SeriesKind kind, std::string_view suffix, Instant at, double value) {
    next() << "{\"ph\":\"C\",\"name\":\"" << to_string(kind) << suffix << "\"," << kProcess << 1 << ",\"ts\":";
    const bool is_memory = kind < SeriesKind::threads;
    out_.microseconds(at) << ",\"args\":{\"" << (is_memory ? std::string_view("bytes") : std::string_view("count"))
                          << "\":" << value << "}}";
  }
  void instant(std::string_view name, Instant at, LaneId lane, JobId job, std::string_view text) {
    // Without a lane it concerns the process, else its thread.
    next() << "{\"ph\":\"i\",\"s\":\"" << (lane == kNoLane ? 'p' : 't') << "\",\"name\":\"" << name << "\"," << kProcess
           << thread_number(lane) << ",\"ts\":";
    out_.microseconds(at) << ",\"args\":{\"text\":";
    write_string(out_, text);
    if (job != kNoJob) out_ << ",\"job\":" << std::uint64_t{job} + 1;
    out_ << "}}";
  }

 private:
  OutputFile& out_;
  bool first_ = true;
  JobState async_state_ = JobState::none;
  LaneId async_lane_ = kNoLane;
  std::string async_text_;
};

void write_segments(Events& events, const Trace& trace) {
  using enum JobState;
  // A job that only waits lets others run on its lane: then it is async, while what holds the lane stays a slice.
  const std::vector<bool> shared = lanes_with_overlaps(trace, {starting, ready, running, waiting, blocked});
  const std::vector<bool> torn = lanes_with_overlaps(trace, {starting, ready, running, blocked});
  for (std::size_t i = 0; i < trace.segments.size(); ++i) {
    const Segment segment = trace.segments[i];
    const bool holds =
        segment.state == starting || segment.state == ready || segment.state == running || segment.state == blocked;
    const bool is_slice =
        segment.lane < trace.lanes && (holds ? !torn[segment.lane] : segment.state == waiting && !shared[segment.lane]);
    if (is_slice) {
      events.slice(segment);
    } else {
      events.async('b', segment, segment.begin);
      events.async('e', segment, segment.end);
    }
  }
}

void write_turns(Events& events, const Trace& trace) {
  if (trace.turns.empty()) return;
  events.metadata("process_name", kMachine, 1, "cores");
  for (CoreId core = 0; core < trace.cores; ++core) {
    events.metadata("thread_name", kMachine, std::uint64_t{core} + 1, core_name(core));
    events.sort_index(kMachine, std::uint64_t{core} + 1);
  }
  for (std::size_t i = 0; i < trace.turns.size(); ++i) events.turn(trace.turns[i]);
}

}  // namespace

std::expected<void, std::string> write_perfetto(const Trace& trace, const std::filesystem::path& path,
                                                std::string_view process_name, RunnableSeries runnable) {
  OutputFile out(path);
  out << "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[";
  Events events(out);
  events.metadata("process_name", kProcess, 1, process_name);
  for (LaneId lane = 0; lane < trace.lanes; ++lane) {
    events.metadata("thread_name", kProcess, thread_number(lane), lane_name(lane));
    events.sort_index(kProcess, thread_number(lane));
  }
  write_segments(events, trace);
  write_turns(events, trace);
  for (std::size_t kind = 0; kind < kSeriesKinds; ++kind) {
    const Series& series = trace.series[kind];
    const bool by_looks = static_cast<SeriesKind>(kind) == SeriesKind::runnable && runnable == RunnableSeries::looks;
    for (std::size_t i = 0; i < series.time.size(); ++i) {
      events.counter(static_cast<SeriesKind>(kind), by_looks ? " (looks)" : "", series.time[i], series.value[i]);
    }
  }
  for (std::size_t job = 0; job < trace.jobs.size(); ++job) {
    if (trace.jobs.state[job] != JobState::failed) continue;
    events.instant("failed", trace.jobs.since[job], trace.jobs.lane[job], static_cast<JobId>(job), "");
  }
  for (const Mark& mark : trace.marks) events.instant(to_string(mark.kind), mark.at, mark.lane, mark.job, mark.text);
  out << "\n]}\n";
  return out.close();
}

}  // namespace spawnpoint
