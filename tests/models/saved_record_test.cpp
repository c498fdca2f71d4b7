// SPDX-License-Identifier: GPL-3.0-or-later
// Saved records come back as they were written, those of the first format too; and what is wrong in one is reported.
#include "models/lab/saved/saved_record.hpp"

#include <rapidcheck.h>
#include <fstream>
#include <random>
#include <sstream>

#include "core/trace/trace_index.hpp"
#include "models/lab/run/run.hpp"
#include "models/lab/sweep/sweep_text.hpp"
#include "models/result/format.hpp"
#include "models/result/result_fields.hpp"
#include "tests/catch.hpp"
#include "tests/models/fields.hpp"
#include "tests/models/laboratory.hpp"
#include "tests/temporary_directory.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;
using tests::field_texts;
using tests::TemporaryDirectory;

namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

void replace_in(const fs::path& file, const std::string& from, const std::string& to) {
  std::string text = contents(file);
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  std::ofstream(file, std::ios::binary) << text.replace(at, from.size(), to);
}

/// A run that breaks, with something in every list.
RunResult refused() {
  Scenario scenario = tests::scenario("thread_per_job", 12);
  scenario.file = "twelve.toml";
  scenario.machine.limits.pids_max = {10};
  scenario.machine.in_use.cgroup_tasks = {2};
  RunResult result = run_modeled(scenario, 0, {});
  REQUIRE(result.failure);
  result.compute = {};  // Of a modeled run it is not kept.
  result.imposed = {{.limit = "pids.max", .value = 10, .imposed = Imposed::yes, .means = "RLIMIT_NPROC"}};
  result.notes = {"a note"};
  result.real_cores = RealCores{.cpus = 2, .quota = 50ms, .throttled = 70ms, .throttled_periods = 3, .busy = 90ms};
  return result;
}

}  // namespace

TEST_CASE("a saved record comes back as the run that was saved") {
  const TemporaryDirectory folder;
  const RunResult result = refused();
  REQUIRE(save_record(result, "plain", folder / "record"));
  for (const fs::path& path : {folder / "record", folder / "record" / "", folder / "record" / "run.csv"}) {
    const auto record = open_record(path);
    INFO((record ? std::string() : record.error()));
    REQUIRE(record);
    CHECK(record->machine == "plain");
    CHECK_FALSE(record->version.empty());
    CHECK(field_texts(record->result) == field_texts(result));
    CHECK(to_json_line(record->result) == to_json_line(result));
    CHECK(tests::same_trace(*record->result.trace, *result.trace));
    CHECK(provenance(*record).starts_with("saved record · plain · seed 1 · Spawnpoint "));
  }
}

TEST_CASE("every field of a result comes back from a saved record and from a sweep's journal") {
  const TemporaryDirectory folder;
  RunResult result = refused();
  result.world = WorldKind::live;  // Of which all is kept.
  const auto fields = field_texts(result);
  REQUIRE(fields.size() > 40);
  for (std::size_t field = 0; field < fields.size(); ++field) {
    // Of jobs there are as many as the table has.
    if (fields[field].starts_with("jobs = ")) continue;
    // What the jobs took follows from `memory` and `base`.
    if (fields[field].starts_with("jobs_memory.")) continue;
    const RunResult changed = tests::with_changed_field(result, field);
    const auto wanted = field_texts(changed);
    INFO(wanted[field]);
    CHECK(wanted[field] != fields[field]);
    REQUIRE(save_record(changed, "plain", folder.path()));
    const auto record = open_record(folder.path());
    INFO((record ? std::string() : record.error()));
    REQUIRE(record);
    CHECK(field_texts(record->result) == wanted);
    const auto from_journal = from_record(to_record({}, {.result = changed}));
    INFO((from_journal ? std::string() : from_journal.error()));
    REQUIRE(from_journal);
    CHECK(field_texts(from_journal->result.result) == wanted);
  }
  // Nothing failed, and there is nothing in the lists.
  RunResult empty = run_modeled(tests::scenario("join_all", 3), 0, {});
  empty.compute = {};
  REQUIRE_FALSE(empty.failure);
  REQUIRE(save_record(empty, "", folder.path()));
  const auto record = open_record(folder.path());
  REQUIRE(record);
  CHECK(field_texts(record->result) == field_texts(empty));
}

TEST_CASE("a record of the first format opens, as what its trace shows") {
  const auto record = open_record(SPAWNPOINT_TEST_DATA "/models/record-format-1");
  INFO((record ? std::string() : record.error()));
  REQUIRE(record);
  const RunResult& result = record->result;
  CHECK(result.label == "record-format-1");
  CHECK(result.jobs == 4);
  CHECK(result.completed == 3);
  CHECK(result.peak_threads == 4);
  CHECK(result.wall == 100'427us);
  CHECK(result.memory.resident.count > 0);
  CHECK(result.memory.kernel.count > 0);
  REQUIRE(result.failure);
  CHECK(result.failure->job == 3);
  CHECK(result.failure->threads == 3);
  CHECK(result.failure->message.starts_with("failed to spawn thread"));
  CHECK(provenance(*record) == "saved record");
}

TEST_CASE("what is wrong in a record is reported with its file, line and column") {
  struct Mistake {
    const char* from;
    const char* to;
    const char* told;
  };
  const Mistake mistake =
      GENERATE(Mistake{"wall,\"", "wall,\"soon", "run.csv:15:6: \"soon"},
               Mistake{"jobs,\"12", "jobs,\"-12", "run.csv:13:6: \"-12\""},
               Mistake{"completed,\"", "completed,\"9", "of 12 jobs cannot be completed"},
               Mistake{"jobs,\"12", "jobs,\"13", "run.csv:13:6: 13 jobs, but jobs.csv has 12"},
               Mistake{"errno,\"EAGAIN", "errno,\"ESOON", ": \"ESOON\" is not known here"},
               Mistake{"world,\"modeled", "world,\"moon", "run.csv:12:7: \"moon\" is not known here"},
               Mistake{"failure.job,\"9", "failure.job,\"13", "there is no job 13 in jobs.csv"},
               Mistake{"stopped,\"false", "stopped,\"maybe", "\"maybe\" is not known here"},
               Mistake{"machine", "engine", "run.csv:9:1: \"engine\" is not known here"},
               Mistake{"format,4", "format,9", "run.csv:2:8: this record was written by a newer version"},
               Mistake{"lanes,", "lanes,900000", "run.csv:3:7: 9000009 lanes are too many for 12 jobs"});
  const TemporaryDirectory folder;
  REQUIRE(save_record(refused(), "plain", folder.path()));
  replace_in(folder / "run.csv", mistake.from, mistake.to);
  const auto record = open_record(folder.path());
  REQUIRE_FALSE(record);
  CAPTURE(record.error(), mistake.told);
  CHECK(record.error().find(mistake.told) != std::string::npos);
  CHECK(record.error().starts_with((folder / "run.csv:").string()));
}

TEST_CASE("what is not a record is reported as such") {
  const TemporaryDirectory folder;
  std::ofstream(folder / "other.csv") << "a,b\n";
  for (const fs::path& path : {folder.path(), folder / "other.csv", folder / "run.csv", folder / "nowhere"}) {
    const auto record = open_record(path);
    REQUIRE_FALSE(record);
    CHECK(record.error().find("not a saved record") != std::string::npos);
  }
  fs::create_directory(folder / "run.csv");
  CHECK_FALSE(open_record(folder.path()));
}

TEST_CASE("a record's times are no longer than the clock can subtract") {
  const TemporaryDirectory folder;
  RunResult result = refused();
  result.wall = kFarthest + Duration(1);
  REQUIRE(save_record(result, "plain", folder.path()));
  const auto record = open_record(folder.path());
  REQUIRE_FALSE(record);
  CHECK(record.error() == (folder / "run.csv").string() + ":15:6: this is more than 146 years");
}

TEST_CASE("a record with noise in it is opened or refused, and one that is opened can be shown") {
  const TemporaryDirectory folder;
  const RunResult result = refused();
  CHECK(rc::check([&](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    RC_ASSERT(save_record(result, "plain", folder.path()).has_value());
    const char* const files[] = {"run.csv",   "run.csv",    "jobs.csv", "segments.csv",
                                 "turns.csv", "series.csv", "marks.csv"};
    const auto path = folder / files[random() % 7];
    std::string text = contents(path);
    for (std::uint64_t n = 1 + random() % 4; n > 0; --n)
      text[random() % text.size()] = "\"\n,.-0123456789x"[random() % 16];
    if (random() % 4 == 0) text.resize(random() % (text.size() + 1));
    std::ofstream(path, std::ios::binary) << text;
    const auto record = open_record(folder.path());
    if (!record) {
      RC_ASSERT(!record.error().empty());
      return;
    }
    const RunResult& read = record->result;
    RC_ASSERT(!to_json_line(read).empty());
    for (const TraceRows rows : {TraceRows::threads, TraceRows::jobs, TraceRows::cores})
      (void)TraceIndex(read.trace, rows);
    RC_ASSERT(job_log(*read.trace).size() <= 2 * read.trace->jobs.size());
    RC_ASSERT(!read.failure || read.failure->job == kNoJob || read.failure->job < read.trace->jobs.size());
  }));
}

TEST_CASE("the folder that --csv makes for several runs stands for all their records") {
  const TemporaryDirectory folder;
  REQUIRE(save_record(refused(), "plain", folder / "b"));
  REQUIRE(save_record(refused(), "plain", folder / "a"));
  fs::create_directory(folder / "something else");
  CHECK(records_at(folder.path()) == std::vector<fs::path>{folder / "a", folder / "b"});
  CHECK(records_at(folder / "a") == std::vector<fs::path>{folder / "a"});
  CHECK(records_at(folder / "something else") == std::vector<fs::path>{folder / "something else"});
}
