// SPDX-License-Identifier: GPL-3.0-or-later
// A Trace in files: CSV reads back bit for bit, the JSON is what the trace viewers expect, the fingerprint sees all.
#include <sys/stat.h>

#include <rapidcheck.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>

#include "core/trace/csv_reader.hpp"
#include "core/trace/csv_writer.hpp"
#include "core/trace/fingerprint.hpp"
#include "core/trace/output_file.hpp"
#include "core/trace/perfetto_writer.hpp"
#include "core/trace/recorder.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_directory.hpp"

using namespace spawnpoint;
using namespace spawnpoint::tests;
using namespace std::chrono_literals;

namespace {

Instant at(Duration d) {
  return Instant{d};
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Trace small_trace() {
  Trace trace;
  TraceRecorder recorder(trace, 3);
  recorder.set_cores(2);
  recorder.enter(0, JobState::queued, kNoLane, at(0ms));
  recorder.enter(0, JobState::running, 1, at(1ms));
  recorder.sample(SeriesKind::resident, at(1ms), 4096.5);
  recorder.run(1, 1, at(1ms));
  recorder.run(1, kNoLane, at(2ms));
  recorder.idle(1, at(3ms));
  recorder.enter(0, JobState::done, 1, at(1s + 250ns));
  recorder.enter(1, JobState::failed, kNoLane, at(2s));
  recorder.mark(Mark{MarkKind::failure, at(2s), kNoLane, 1, "\"EAGAIN\", really\nnot \\ now \x01 é \xff"});
  recorder.finish(at(3s));
  return trace;
}

Trace random_trace(std::uint64_t seed, JobId most_jobs = 12, LaneId lanes = 4) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
  Trace trace;
  const JobId jobs = 1 + below(most_jobs);
  TraceRecorder recorder(trace, jobs);
  trace.lanes = lanes;
  recorder.set_cores(3);
  std::int64_t clock = 0;
  for (std::uint32_t i = 0, n = below(200); i < n; ++i) {
    clock += below(5) ? below(1000) : below(4'000'000'000U);
    const LaneId lane = below(6) ? below(lanes) : kNoLane;
    recorder.enter(below(jobs), static_cast<JobState>(below(kJobStates)), lane, at(Duration(clock)));
    if (below(3) == 0) recorder.run(below(3), below(5) ? below(lanes) : kNoLane, at(Duration(clock)));
    if (below(5) == 0) recorder.idle(below(3), at(Duration(clock)));
    if (below(4) == 0) {
      const double value = below(2) ? below(1000) : std::bit_cast<double>(random() >> 2);
      recorder.sample(static_cast<SeriesKind>(below(kSeriesKinds)), at(Duration(clock)), value);
    }
    if (below(10) == 0) {
      std::string text;
      for (std::uint32_t c = below(8); c > 0; --c) text += "\"\n,x\\\r\0é"[below(9)];
      recorder.mark(Mark{static_cast<MarkKind>(below(kMarkKinds)), at(Duration(clock)),
                         below(2) ? below(lanes) : kNoLane, below(2) ? below(jobs) : kNoJob, text});
    }
  }
  if (below(4)) recorder.finish(at(Duration(clock)));
  return trace;
}

void replace_in(const std::filesystem::path& path, const std::string& from, const std::string& to) {
  std::string text = contents(path);
  const std::size_t place = text.find(from);
  REQUIRE(place != std::string::npos);
  std::ofstream(path, std::ios::binary) << text.replace(place, from.size(), to);
}

}  // namespace

TEST_CASE("times are written exactly, whatever they are") {
  const TemporaryDirectory folder;
  OutputFile out(folder / "times");
  out.seconds(at(0ns)) << ' ';
  out.seconds(at(1ns)) << ' ';
  out.seconds(at(-1ns)) << ' ';
  out.seconds(at(-1500ms)) << ' ';
  out.seconds(Instant::max()) << ' ';
  out.seconds(Instant::min()) << ' ';
  out.microseconds(at(1234567ns)) << ' ' << 0.1 << ' ' << std::uint64_t(18446744073709551615U);
  REQUIRE(out.close());
  CHECK(contents(folder / "times") ==
        "0.000000000 0.000000001 -0.000000001 -1.500000000 9223372036.854775807 -9223372036.854775808 1234.567 0.1 "
        "18446744073709551615");
}

TEST_CASE("the tables are what they are said to be") {
  const TemporaryDirectory folder;
  REQUIRE(write_csv(small_trace(), folder / "new" / "folder"));
  const auto directory = folder / "new" / "folder";
  CHECK(contents(directory / "jobs.csv") ==
        "job,state,lane,since,started,ended,start_order,end_order\n"
        "1,done,1,1.000000250,0.001000000,1.000000250,1,2\n"
        "2,failed,,2.000000000,,,,\n"
        "3,none,,0.000000000,,,,\n");
  CHECK(contents(directory / "segments.csv") ==
        "job,lane,state,begin,end\n"
        "1,,queued,0.000000000,0.001000000\n"
        "1,1,running,0.001000000,1.000000250\n");
  CHECK(contents(directory / "turns.csv") ==
        "core,lane,begin,end\n"
        "1,1,0.001000000,0.002000000\n"
        "1,,0.002000000,0.003000000\n");
  CHECK(contents(directory / "series.csv") == "series,time,value\nresident,0.001000000,4096.5\n");
  CHECK(contents(directory / "marks.csv") ==
        "kind,time,lane,job,text\nfailure,2.000000000,,2,\"\"\"EAGAIN\"\", really\nnot \\ now \x01 é \xff\"\n");
  CHECK(contents(directory / "run.csv") ==
        "key,value\nformat,4\nlanes,2\nend,3.000000000\ngrowing,0\ncores,2\nturns_end,3.000000000\n");
}

TEST_CASE("a folder of tables reads back as the same trace") {
  const TemporaryDirectory folder;
  CHECK(rc::check([&](std::uint64_t seed) {
    const Trace trace = random_trace(seed);
    RC_ASSERT(write_csv(trace, folder.path()).has_value());
    const auto read = read_csv(folder.path());
    if (!read) RC_FAIL(read.error());
    RC_ASSERT((read->trace == trace));
    RC_ASSERT(fingerprint(read->trace) == fingerprint(trace));
  }));
}

TEST_CASE("what run.csv says of the trace comes back, with its place") {
  const TemporaryDirectory folder;
  const std::vector<CsvFact> facts{
      {"scenario", "a \"file\",\nin two lines"}, {"failure.limit", "pids.max"}, {"empty", ""}};
  REQUIRE(write_csv(small_trace(), folder.path(), facts));
  const auto read = read_csv(folder.path());
  REQUIRE(read);
  CHECK(read->trace == small_trace());
  CHECK(read->format == 4);
  REQUIRE(read->facts.size() == 3);
  for (std::size_t i = 0; i < facts.size(); ++i) {
    CHECK(read->facts[i].key == facts[i].key);
    CHECK(read->facts[i].value == facts[i].value);
  }
  CHECK(read->facts[0].line == 8);
  CHECK(read->facts[0].column == 10);
  CHECK(read->facts[1].line == 10);
  CHECK(read->facts[1].column == 15);
}

TEST_CASE("a record of a former format can still be read, without turns") {
  const TemporaryDirectory folder;
  REQUIRE(write_csv(small_trace(), folder.path()));
  const int format = GENERATE(1, 2, 3);
  replace_in(folder / "run.csv", "format,4", "format," + std::to_string(format));
  replace_in(folder / "run.csv", "cores,2\nturns_end,3.000000000\n", "");
  std::filesystem::remove(folder / "turns.csv");
  const auto read = read_csv(folder.path());
  REQUIRE(read);
  CHECK(read->format == format);
  Trace expected = small_trace();
  expected.turns = {};
  expected.turns_end = {};
  expected.cores = 0;
  CHECK(read->trace == expected);
}

TEST_CASE("what is wrong in a table is reported with its file, line and column") {
  struct Mistake {
    const char* file;
    const char* from;
    const char* to;
    const char* told;
  };
  const Mistake mistake = GENERATE(
      Mistake{"jobs.csv", "job,state", "jobs,state", "jobs.csv:1:1: the header should be \"job,state"},
      Mistake{"jobs.csv", "2,failed", "2,asleep", "jobs.csv:3:3: \"asleep\" is not known here"},
      Mistake{"jobs.csv", "2,failed", "5,failed", "jobs.csv:3:1: jobs should be numbered"},
      Mistake{"jobs.csv", "2,failed,,", "2,failed,", "jobs.csv:3:10: \"2.000000000\" is not a number"},
      Mistake{"jobs.csv", "2,failed,,", "2,failed,,,", "jobs.csv:3:26: too many fields"},
      Mistake{"jobs.csv", "1.000000250", "1.00000025", "jobs.csv:2:10: \"1.00000025\" is not a time"},
      Mistake{"jobs.csv", "1.000000250", "1e3", "jobs.csv:2:10: \"1e3\" is not a time"},
      Mistake{"jobs.csv", "1.000000250", "99999999999.000000000", "is not a time"},
      Mistake{"jobs.csv", "1.000000250", "4700000000.000000000", "\"4700000000.000000000\" is more than 146 years"},
      Mistake{"jobs.csv", "1.000000250", "\033[31m", "jobs.csv:2:10: \"·[31m\" is not a time"},
      Mistake{"jobs.csv", "1,2\n", "1,-2\n", "jobs.csv:2:48: \"-2\" is not a number"},
      Mistake{"segments.csv", "1,1,running", "4,1,running", "segments.csv:3:13: there is no such job"},
      Mistake{"segments.csv", "1,1,running", "1,2,running", "segments.csv:3:13: there is no such lane"},
      Mistake{"segments.csv", "0.001000000,1", "2.000000000,1",
              "segments.csv:3:25: a segment should end after it begins"},
      Mistake{"series.csv", "4096.5", "many", "series.csv:2:22: \"many\" is not a number"},
      Mistake{"series.csv", "4096.5", "", "series.csv:2:22: a time or a value is missing"},
      Mistake{"series.csv", "4096.5", "1.7e308", "series.csv:2:22: \"1.7e308\" is not a number"},
      Mistake{"series.csv", "4096.5", "inf", "series.csv:2:22: \"inf\" is not a number"},
      Mistake{"marks.csv", "\"\"\"EAGAIN", "EAGAIN", "marks.csv:2:24: expected text in quotes"},
      Mistake{"marks.csv", "\xff\"\n", "\xff", "marks.csv:2:24: the quoted text does not end"},
      Mistake{"run.csv", "format,4", "format,5", "run.csv:2:8: this record was written by a newer version"},
      Mistake{"run.csv", "format,4", "format,0", "run.csv:2:8: there is no such format"},
      Mistake{"run.csv", "end,3", "end,-3", "run.csv:4:5: the end should be a time after the beginning"},
      Mistake{"run.csv", "format,4", "format,1", "run.csv:8:1: \"of\" is not known here"},
      Mistake{"turns.csv", "1,1,", "2,1,", "turns.csv:2:1: there is no such core"},
      Mistake{"turns.csv", "1,1,", "1,2,", "turns.csv:2:3: there is no such lane"},
      Mistake{"turns.csv", "1,,0.002", "1,,0.001", "turns.csv:3:4: a core has one thread at a time"},
      Mistake{"turns.csv", "0.003000000", "0.001000000", "turns.csv:3:16: a turn should end after it begins"},
      Mistake{"run.csv", "cores,2", "cores,1", "turns.csv:2:1: there is no such core"},
      Mistake{"run.csv", "turns_end,3.000000000", "turns_end,", "run.csv:7:11: a time is missing"},
      Mistake{"run.csv", "growing", "lanes", "run.csv:5:1: \"lanes\" appears twice"},
      Mistake{"run.csv", "lanes,2", "lanes,4000000000", "run.csv:3:7: \"4000000000\" is not a number"},
      Mistake{"run.csv", "end,3.000000000", "end,", "run.csv:4:5: the end should be a time"},
      Mistake{"run.csv", "lanes", "lines", "run.csv:3:7: expected text in quotes"});
  const TemporaryDirectory folder;
  REQUIRE(write_csv(small_trace(), folder.path(), std::vector<CsvFact>{{"of", "a test"}}));
  replace_in(folder / mistake.file, mistake.from, mistake.to);
  const auto read = read_csv(folder.path());
  REQUIRE_FALSE(read);
  CAPTURE(read.error(), mistake.told);
  CHECK(read.error().find(mistake.told) != std::string::npos);
}

TEST_CASE("a table that is a pipe is refused, and nobody waits for its writer") {
  const TemporaryDirectory folder;
  REQUIRE(write_csv(small_trace(), folder.path()));
  std::filesystem::remove(folder / "jobs.csv");
  REQUIRE(::mkfifo((folder / "jobs.csv").c_str(), 0600) == 0);
  const auto read = read_csv(folder.path());
  REQUIRE_FALSE(read);
  CHECK(read.error() == (folder / "jobs.csv").string() + ": this is not a regular file");
}

TEST_CASE("a table with noise in it is read or refused, never trusted") {
  const TemporaryDirectory folder;
  CHECK(rc::check([&](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    RC_ASSERT(write_csv(random_trace(seed), folder.path()).has_value());
    const char* const files[] = {"run.csv", "jobs.csv", "segments.csv", "turns.csv", "series.csv", "marks.csv"};
    const auto path = folder / files[random() % 6];
    std::string text = contents(path);
    for (std::uint64_t n = 1 + random() % 4; n > 0; --n) {
      if (!text.empty()) text[random() % text.size()] = "\"\n,.-0123456789x"[random() % 16];
    }
    if (random() % 2) text.resize(random() % (text.size() + 1));
    std::ofstream(path, std::ios::binary) << text;
    if (const auto read = read_csv(folder.path())) {
      for (const JobId job : read->trace.segments.jobs()) RC_ASSERT(job < read->trace.jobs.size());
    }
  }));
}

TEST_CASE("a file that cannot be written is reported with its name") {
  const TemporaryDirectory folder;
  const auto missing = write_perfetto(small_trace(), folder / "not here" / "trace.json");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().find("trace.json: No such file") != std::string::npos);
  std::ofstream(folder / "file") << "x";
  CHECK_FALSE(write_csv(small_trace(), folder / "file"));
  CHECK_FALSE(read_csv(folder.path()));
  if (std::filesystem::exists("/dev/full")) {
    const auto full = write_perfetto(small_trace(), "/dev/full");
    REQUIRE_FALSE(full);
    CHECK(full.error().find("No space left") != std::string::npos);
  }
}

TEST_CASE("a counter of looks says so in its name, as it is drawn as if it held") {
  const TemporaryDirectory folder;
  const auto path = folder / "trace.json";
  Trace trace = small_trace();
  trace[SeriesKind::runnable].append(Instant{}, 3);
  const auto counters = [&](RunnableSeries runnable) {
    REQUIRE(write_perfetto(trace, path, "run", runnable));
    std::set<std::string> names;
    const nlohmann::json json = nlohmann::json::parse(contents(path));
    for (const auto& event : json["traceEvents"])
      if (event["ph"] == "C") names.insert(event["name"].get<std::string>());
    return names;
  };
  CHECK(counters(RunnableSeries::at_every_change).contains("runnable"));
  const auto looks = counters(RunnableSeries::looks);
  CHECK(looks.contains("runnable (looks)"));
  CHECK_FALSE(looks.contains("runnable"));
}

TEST_CASE("the JSON holds each segment, sample, failure and mark, and slices of a lane never overlap") {
  const TemporaryDirectory folder;
  const auto path = folder / "trace.json";
  CHECK(rc::check([&](std::uint64_t seed) {
    const Trace trace = random_trace(seed);
    RC_ASSERT(write_perfetto(trace, path, "a \"name\"").has_value());
    const nlohmann::json json = nlohmann::json::parse(contents(path));
    std::size_t slices = 0, begins = 0, ends = 0, counters = 0, instants = 0, names = 0, turns = 0, cores = 0;
    double covered = 0;
    std::map<int, std::multimap<double, double>> lanes;
    for (const auto& event : json["traceEvents"]) {
      const std::string phase = event["ph"];
      if (event["pid"] == 2) {
        turns += phase == "X";
        cores += event["name"] == "thread_name";
        continue;
      }
      RC_ASSERT(event["pid"] == 1);
      if (phase == "X") {
        ++slices;
        lanes[event["tid"]].emplace(event["ts"], event["dur"]);
        covered += double(event["dur"]);
      }
      if (phase == "b") ++begins, covered -= double(event["ts"]);
      if (phase == "e") ++ends, covered += double(event["ts"]);
      counters += phase == "C";
      instants += phase == "i";
      names += event["name"] == "thread_name";
    }
    for (const auto& [lane, all] : lanes) {
      double end = -1;
      for (const auto& [begin, duration] : all) {
        RC_ASSERT(begin >= end - 1e-3);
        end = begin + duration;
      }
    }
    double expected = 0;
    for (std::size_t i = 0; i < trace.segments.size(); ++i) {
      expected += to_seconds(trace.segments[i].end - trace.segments[i].begin) * 1e6;
    }
    std::size_t samples = 0;
    for (const Series& series : trace.series) samples += series.time.size();
    const auto failed = std::count(trace.jobs.state.begin(), trace.jobs.state.end(), JobState::failed);
    RC_ASSERT(begins == ends);
    RC_ASSERT(slices + begins == trace.segments.size());
    RC_ASSERT(std::abs(covered - expected) < 1e-3 + 1e-6 * expected);
    RC_ASSERT(counters == samples);
    RC_ASSERT(instants == trace.marks.size() + static_cast<std::size_t>(failed));
    RC_ASSERT(names == trace.lanes);
    RC_ASSERT(turns == trace.turns.size());
    RC_ASSERT(cores == (trace.turns.empty() ? 0 : trace.cores));
  }));
}

TEST_CASE("a job that waits on a shared lane is async, and what holds the lane is a slice") {
  Trace trace;
  TraceRecorder recorder(trace, 2);
  for (JobId job = 0; job < 2; ++job) recorder.enter(job, JobState::running, 0, at(job * 10us));
  recorder.enter(0, JobState::waiting, 0, at(10us));
  recorder.enter(1, JobState::waiting, 0, at(20us));
  recorder.enter(0, JobState::done, 0, at(1s));
  recorder.enter(1, JobState::done, 0, at(1s));
  recorder.finish(at(1s));
  const TemporaryDirectory folder;
  const auto path = folder / "trace.json";
  REQUIRE(write_perfetto(trace, path));
  std::map<std::string, int> seen;
  const auto json = nlohmann::json::parse(contents(path));
  for (const auto& event : json["traceEvents"]) {
    ++seen[event["ph"].get<std::string>() + " " + event["name"].get<std::string>()];
  }
  CHECK(seen["X running job 1"] == 1);
  CHECK(seen["X running job 2"] == 1);
  CHECK(seen["b waiting"] == 2);
  CHECK(seen["e waiting"] == 2);
}

TEST_CASE("the same trace gives the same bytes, and texts come through") {
  const TemporaryDirectory folder;
  REQUIRE(write_perfetto(small_trace(), folder / "a.json"));
  REQUIRE(write_perfetto(small_trace(), folder / "b.json"));
  const std::string text = contents(folder / "a.json");
  CHECK(text == contents(folder / "b.json"));
  const auto json = nlohmann::json::parse(text);
  const auto& mark = json["traceEvents"].back();
  CHECK(mark["name"] == "failure");
  CHECK(mark["ts"] == 2e6);
  CHECK(mark["args"]["job"] == 2);
  CHECK(mark["args"]["text"] == "\"EAGAIN\", really\nnot \\ now \x01 é ÿ");
}

TEST_CASE("the fingerprint is fixed, and every change of a record changes it") {
  const Trace trace = small_trace();
  CHECK(fingerprint(trace) == fingerprint(small_trace()));
  const std::vector<std::function<void(Trace&)>> changes = {
      [](Trace& t) { t.end += 1ns; },
      [](Trace& t) { ++t.lanes; },
      [](Trace& t) { t.growing = true; },
      [](Trace& t) { t.jobs.since[2] += 1ns; },
      [](Trace& t) { t.jobs.started[2] = at(0ns); },
      [](Trace& t) { t.jobs.ended[2] = at(0ns); },
      [](Trace& t) { t.jobs.lane[2] = 0; },
      [](Trace& t) { t.jobs.state[2] = JobState::queued; },
      [](Trace& t) { std::swap(t.jobs.start_order[0], t.jobs.end_order[0]); },
      [](Trace& t) { t.jobs.resize(4); },
      [](Trace& t) { t[SeriesKind::resident].value[0] += 1; },
      [](Trace& t) { t[SeriesKind::resident].time[0] += 1ns; },
      [](Trace& t) { std::swap(t.series[0], t.series[1]); },
      [](Trace& t) { t.marks[0].text += "."; },
      [](Trace& t) { t.marks[0].at += 1ns; },
      [](Trace& t) { t.marks[0].kind = MarkKind::killed; },
      [](Trace& t) { t.marks[0].lane = 0; },
      [](Trace& t) { t.segments.append({0, 2, JobState::running, at(1ns), at(2ns)}); }};
  std::set<std::uint64_t> seen = {fingerprint(trace), fingerprint(Trace{})};
  for (const auto& change : changes) {
    Trace changed = small_trace();
    change(changed);
    seen.insert(fingerprint(changed));
  }
  CHECK(seen.size() == changes.size() + 2);
}
