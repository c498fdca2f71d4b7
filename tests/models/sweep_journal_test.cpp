// SPDX-License-Identifier: GPL-3.0-or-later
// The journal of a sweep: what it holds, what continues from it, and what is none.
#include "models/lab/sweep/sweep.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "models/lab/sweep/sweep_journal.hpp"
#include "models/lab/sweep/sweep_text.hpp"
#include "models/result/format.hpp"
#include "tests/catch.hpp"
#include "tests/models/sweep_laboratory.hpp"
#include "tests/temporary_directory.hpp"

namespace spawnpoint {

using namespace std::chrono_literals;
using namespace sweep_tests;

namespace {

class TemporaryFile {
 public:
  const std::filesystem::path& path() const { return path_; }
  std::string text() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& words) const { std::ofstream(path_) << words; }

 private:
  tests::TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "points";
};

}  // namespace

TEST_CASE("a task and its result read back as they were", "[sweep]") {
  const SweepPlan made = plan(kPlayground + "[sweep]\n\"jobs.count\" = [1, 1000]\n");
  for (std::size_t run = 0; run < 2; ++run) {
    SweepTask task{.index = 2 + run, .point = 1, .run = run, .replication = 0, .edge = std::nullopt};
    const SweepTaskResult result = compute(made, task, {});
    const auto record = from_record(to_record(task, result));
    REQUIRE(record);
    CHECK(record->task == task.index);
    // Every field that is reported to anyone.
    CHECK(to_json_line(record->result.result) == to_json_line(result.result));
    CHECK(to_record(task, record->result) == to_record(task, result));
  }
  SweepTask edge{.index = 9, .point = 1, .run = 0, .replication = 0, .edge = EdgeSearch{0, 1, 1000, 508}};
  const auto back = task_from_text(to_text(edge));
  REQUIRE(back);
  CHECK(back->index == 9);
  CHECK(back->edge == edge.edge);
  CHECK_FALSE(from_record("{\"task\":1}"));
  CHECK_FALSE(from_record("nonsense"));
}

TEST_CASE("a sweep continues where its journal ends", "[sweep]") {
  const std::string text =
      kPlayground + "[sweep]\n\"jobs.count\" = { from = 1, to = 1000, points = 7, scale = \"log\" }\n";
  const SweepPlan made = plan(text);
  const auto whole = lines(made, run_sweep(made, on(1)));
  TemporaryFile file;
  const auto sweep_with_journal = [&](std::size_t stop_after, std::size_t& computed) {
    auto journal = SweepJournal::open(file.path(), made);
    REQUIRE(journal);
    std::stop_source stop;
    SweepOptions options = on(1);
    options.stop = stop.get_token();
    options.known = std::move(journal->known);
    options.task = [&](const SweepTask& task, const SweepTaskResult& result) {
      REQUIRE(journal->append(task, result));
      if (++computed == stop_after) stop.request_stop();
    };
    return lines(made, run_sweep(made, options));
  };
  std::size_t first = 0, second = 0, third = 0;
  CHECK(sweep_with_journal(6, first) != whole);
  CHECK(first == 6);
  // The program was killed while it wrote.
  file.write(file.text() + "{\"task\":12,\"go");
  CHECK(sweep_with_journal(SIZE_MAX, second) == whole);
  CHECK(first + second == made.tasks() + 1);  // And the edge.
  CHECK(sweep_with_journal(SIZE_MAX, third) == whole);
  CHECK(third == 0);

  // Any byte that is changed is noticed, but for the heading it belongs to another sweep then. Without its end the last
  // line is one that was being written.
  const std::string good = file.text();
  for (std::size_t at = 0; at + 1 < good.size(); at += 7) {
    std::string damaged = good;
    damaged[at] = damaged[at] == '1' ? '2' : '1';
    file.write(damaged);
    INFO(at);
    const auto opened = SweepJournal::open(file.path(), made);
    REQUIRE_FALSE(opened);
    CHECK((opened.error().find("damaged") != std::string::npos || opened.error().find("sweep") != std::string::npos));
  }
  file.write(good);

  const SweepPlan other = plan(text, {{"seed", "5"}});
  const auto refused = SweepJournal::open(file.path(), other);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().find("another sweep") != std::string::npos);
  file.write("title = \"my scenario\"\n");
  const auto not_one = SweepJournal::open(file.path(), made);
  REQUIRE_FALSE(not_one);
  CHECK(not_one.error().find("not a sweep's journal") != std::string::npos);
  CHECK(file.text() == "title = \"my scenario\"\n");
}

TEST_CASE("what is no ordinary file is no journal, and is not read", "[sweep]") {
  const SweepPlan made = plan(kPlayground + "[sweep]\n\"jobs.count\" = [1, 2]\n");
  for (const char* special : {"/dev/zero", "/dev/full", "/dev/null"}) {
    INFO(special);
    const auto opened = SweepJournal::open(special, made);
    REQUIRE_FALSE(opened);
    CHECK(opened.error() == std::string("journal ") + special + ": it is not an ordinary file");
  }
  const tests::TemporaryDirectory folder;
  const std::string fifo = (folder / "fifo").string();
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto opened = SweepJournal::open(fifo, made);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().ends_with("it is not an ordinary file"));
}

TEST_CASE("a sweep's results are of the files as they were when it began, and its journal of their contents",
          "[sweep]") {
  const tests::TemporaryDirectory folder;
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder / name, std::ios::binary) << text;
  };
  write("e.csv", "0.1\n0.2\n");
  write("other.csv", "7\n");
  const std::string text =
      "[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 4\nsteps = [{ sleep = \"1s\" }]\n[[run]]\n"
      "concurrency = \"join_all\"\n[sweep]\n\"jobs.steps[1].sleep\" = [\"empirical(e.csv)\", "
      "\"empirical(other.csv)\"]\n";
  const auto make = [&] {
    auto made = SweepPlan::make({text, (folder / "s.toml").string(), {}});
    REQUIRE(made);
    return *std::move(made);
  };
  const SweepPlan before = make();
  const std::string name = before.fingerprint();
  write("other.csv", "8\n");
  const auto cells = run_sweep(before, on(1)).cells;
  REQUIRE(cells[1]);
  CHECK(cells[1]->first.wall >= 7s);
  CHECK(cells[1]->first.wall < 8s);
  CHECK(before.fingerprint() == name);
  CHECK(make().fingerprint() != name);
  write("other.csv", "7\n");
  CHECK(make().fingerprint() == name);
}

}  // namespace spawnpoint
