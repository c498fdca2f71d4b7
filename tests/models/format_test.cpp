// SPDX-License-Identifier: GPL-3.0-or-later
// What people and programs read: durations, sizes, counts, and the JSON contract of a result.
#include "models/result/format.hpp"

#include <cerrno>
#include <csignal>
#include <nlohmann/json.hpp>
#include <vector>

#include "models/lab/limits/limits_json.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;
using namespace std::chrono_literals;

TEST_CASE("a duration is written with four significant digits in the unit that fits") {
  CHECK(format_duration(0ns) == "0 ns");
  CHECK(format_duration(999ns) == "999 ns");
  CHECK(format_duration(1us) == "1 µs");
  CHECK(format_duration(12'345ns) == "12.35 µs");
  CHECK(format_duration(999'960ns) == "1.000 ms");
  CHECK(format_duration(1'043'217us) == "1.043 s");
  CHECK(format_duration(500s) == "500 s");
  CHECK(format_duration(-1500ms) == "-1.5 s");
  CHECK(format_duration(12min + 5s) == "12 min 5 s");
  CHECK(format_duration(3599'900ms) == "1 h 0 min");
  CHECK(format_duration(2500h + 1min) == "2,500 h 1 min");
}

TEST_CASE("a duration that is exact says so by having no zeros at its end") {
  CHECK(format_duration(3s) == "3 s");
  CHECK(format_duration(3s + 1ns) == "3.000 s");
  CHECK(format_duration(1200ms) == "1.2 s");
}

TEST_CASE("sizes are written in binary units") {
  CHECK(format_bytes(0_B) == "0 B");
  CHECK(format_bytes(1023_B) == "1023 B");
  CHECK(format_bytes(8_MiB) == "8 MiB");
  CHECK(format_bytes(1_KiB + 512_B) == "1.5 KiB");
  CHECK(format_bytes(19'818'086_B) == "18.9 MiB");
  CHECK(format_bytes(1000_KiB) == "1000 KiB");
  CHECK(format_bytes(1_MiB - 1_B) == "1.00 MiB");
  CHECK(format_bytes(Bytes{-4096}) == "-4 KiB");
  CHECK(format_bytes(Bytes{INT64_MAX}) == "8.00 EiB");
}

TEST_CASE("counts have commas between thousands") {
  CHECK(format_count(0) == "0");
  CHECK(format_count(999) == "999");
  CHECK(format_count(18'879) == "18,879");
  CHECK(format_count(-1'000'000) == "-1,000,000");
  CHECK(format_count(-100) == "-100");
  CHECK(format_count(1, "job") == "1 job");
  CHECK(format_count(1000, "job") == "1,000 jobs");
}

TEST_CASE("a difference is given in percent") {
  CHECK(format_difference(1.14, 1.0) == "+14%");
  CHECK(format_difference(0.997, 1.0) == "-0.3%");
  CHECK(format_difference(0.9, 1.0) == "-10%");
  CHECK(format_difference(10, 1.0) == "+900%");
  CHECK(format_difference(72590.7, 1.0) == "×72,591");
  CHECK(format_difference(1, 0) == "");
}

TEST_CASE("only what is equal is called so") {
  CHECK(format_difference(1.0, 1.0) == "equal");
  CHECK(format_difference(-3.0, -3.0) == "equal");
  CHECK(format_difference(0, 0) == "");
  CHECK(format_difference(1.0004, 1.0) == "+0.04%");
  CHECK(format_difference(1.00001, 1.0) == "+0.001%");
  CHECK(format_difference(0.99998, 1.0) == "-0.002%");
  // A nanosecond in a second.
  CHECK(format_difference(1'000'000'001, 1'000'000'000) == "+0.0000001%");
}

TEST_CASE("a result's JSON has the contract's fields in their order, and its own after them") {
  RunResult result;
  result.scenario = "thousand-threads.toml";
  result.concurrency = "thread_per_job";
  result.jobs = 1000;
  result.completed = 507;
  result.wall = 1'043ms;
  result.peak_threads = 508;
  result.memory = {18_MiB, 1_GiB, 12_MiB};
  result.failure = FailurePoint{507, 507, "clone3", Errno{EAGAIN}, "pids.max", 512, "no \"more\"\n", Instant(43ms)};
  result.seed = 42;
  result.events = 7;
  result.compute = 4ms;
  CHECK(to_json_line(result).starts_with(
      R"({"scenario":"thousand-threads.toml","concurrency":"thread_per_job","world":"modeled","jobs":1000,)"
      R"("completed":507,"wall_s":1.043,"peak_threads":508,)"
      R"("memory":{"resident_bytes":18874368,"virtual_bytes":1073741824,"kernel_bytes":12582912},)"
      R"("failure":{"job":508,"threads":507,"call":"clone3","errno":"EAGAIN","limit":"pids.max","value":512,)"
      R"("message":"no \"more\"\n","at_s":0.043},"seed":42,"events":7,"compute_s":0.004)"));
  CHECK(to_json_line(result).find('\n') == std::string::npos);
}

TEST_CASE("what the jobs took is apart from what the program had, in words and in JSON") {
  RunResult result;
  result.memory = {18_MiB, 100_MiB, 12_MiB};
  result.base = {8_MiB, 20_MiB};
  CHECK(format_jobs_memory(result) == "10 MiB for the jobs");
  CHECK(format_program_memory(result) == "8 MiB for the program");
  const auto json = nlohmann::json::parse(to_json_line(result));
  CHECK(json["memory"]["resident_bytes"] == (18_MiB).count);
  CHECK(json["base"] == nlohmann::json{{"resident_bytes", (8_MiB).count}, {"virtual_bytes", (20_MiB).count}});
  CHECK(json["jobs_memory"] == nlohmann::json{{"resident_bytes", (10_MiB).count}, {"virtual_bytes", (80_MiB).count}});
  result.base = {};
  CHECK(format_jobs_memory(result) == "18 MiB");
  // It was killed, and could not tell its peak.
  result.memory_unseen = 3ms;
  result.failure = FailurePoint{.cause = Signal{SIGKILL}};
  CHECK(format_jobs_memory(result) == "18 MiB, last seen 3 ms before it was killed");
  CHECK(format_peak(result, 18_MiB) == "≥ 18 MiB");
  CHECK_FALSE(result.peaks_are_known());
  CHECK(nlohmann::json::parse(to_json_line(result))["memory_unseen_s"] == 0.003);
  result.failure->cause = Signal{SIGABRT};
  CHECK(format_memory_seen(result) == "last seen 3 ms before it aborted");
  result.failure.reset();
  result.stopped = true;
  CHECK(format_memory_seen(result) == "last seen 3 ms before it was stopped");
  // It was looked at just then.
  result.memory_unseen = Duration{};
  CHECK(format_jobs_memory(result) == "18 MiB");
  CHECK_FALSE(result.peaks_are_known());
  // It died before anybody looked.
  CHECK(format_jobs_memory(RunResult{}) == "memory not measured");
  CHECK(format_program_memory(result) == "");
}

TEST_CASE("what is not known is null in JSON") {
  RunResult result;
  CHECK(nlohmann::json::parse(to_json_line(result))["failure"].is_null());
  result.failure = FailurePoint{};
  const auto json = nlohmann::json::parse(to_json_line(result));
  CHECK(json["failure"]["job"].is_null());
  CHECK(json["failure"]["limit"].is_null());
  CHECK(json["failure"]["value"].is_null());
}

TEST_CASE("a name that is not UTF-8 still gives valid JSON") {
  RunResult result;
  result.scenario = "caf\xe9.toml";
  const std::string line = to_json_line(result);
  CHECK(nlohmann::json::accept(line));
}

TEST_CASE("the ladder's JSON has the contract's fields in its order, and others after them") {
  LimitLadder ladder;
  CHECK(to_json_line(ladder).starts_with(R"({"threads":0,"binding":null,"errno":null,"limits":[])"));
  ladder.threads = 511;
  ladder.rungs = {
      {&limit_of(LimitKind::pids_max), 512, 511, "", "clone3", Errno{EAGAIN}, "pids.max of the cgroup", ""}};
  const std::string line = to_json_line(ladder);
  CHECK(line.starts_with(
      R"({"threads":511,"binding":"pids.max","errno":"EAGAIN","limits":[{"name":"pids.max","value":512,)"
      R"("threads":511,"call":"clone3","errno":"EAGAIN","source":"pids.max of the cgroup",)"));
  const auto read = nlohmann::json::parse(line);
  CHECK(read.at("next").is_null());
  CHECK(read.at("limits").size() == 1);
}
