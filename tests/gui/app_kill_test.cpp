// SPDX-License-Identifier: GPL-3.0-or-later
// The app outlives whatever happens to its live runs: their process is killed 200 times, at random moments.
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "gui/compare/compare_page.hpp"
#include "gui/diagnosis/diagnosis_panel.hpp"
#include "tests/gui/app_fixture.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

constexpr int kKills = 200;

QString scenario(const char* concurrency, int jobs) {
  return QString("spawnpoint = 1\n[jobs]\ncount = %1\nsteps = [{ sleep = \"80ms\" }]\n[[run]]\nconcurrency = \"%2\"\n")
      .arg(jobs)
      .arg(concurrency);
}

/// Children of this process that run things live.
std::vector<pid_t> workers() {
  std::vector<pid_t> found;
  const auto task = "/proc/self/task";
  for (const auto& entry : std::filesystem::directory_iterator(task)) {
    std::ifstream children(entry.path() / "children");
    for (pid_t pid = 0; children >> pid;) {
      std::ifstream name("/proc/" + std::to_string(pid) + "/comm");
      std::string words;
      if (std::getline(name, words) && words == "spawnpoint-run") found.push_back(pid);
    }
  }
  return found;
}

/// Each job's segments follow each other, and none ends before it begins.
bool is_whole(const Trace& trace) {
  std::vector<Instant> newest(trace.jobs.size(), Instant::min());
  for (std::size_t i = 0; i < trace.segments.size(); ++i) {
    const Segment segment = trace.segments[i];
    if (segment.job >= newest.size() || segment.end < segment.begin || segment.begin < newest[segment.job] ||
        segment.end > trace.end)
      return false;
    newest[segment.job] = segment.end;
  }
  return true;
}

}  // namespace

TEST_CASE("a live run that is killed 200 times at random moments costs the app nothing") {
  AppFixture app;
  app.window->show();
  app.window->questions().live = [](QWidget*, const LiveEstimate&) { return LiveAnswer::run; };
  std::mt19937 random(20261124);
  int killed = 0;
  int told = 0;
  for (int round = 0; round < kKills; ++round) {
    if (round % 50 == 0)
      app.open(scenario(round % 100 == 0 ? "thread_per_job" : "join_all", round % 100 == 0 ? 100 : 5000));
    const QString text = app.window->document().text();
    app.window->run(/*modeled=*/false, /*live=*/true);
    // From before its first instruction to after its end.
    const int wait = std::uniform_int_distribution<int>(0, 130)(random);
    REQUIRE(eventually([&] { return app.window->runs().is_running(); }));
    QDeadlineTimer until(wait);
    while (!until.hasExpired()) QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
    for (const pid_t worker : workers()) killed += ::kill(worker, SIGKILL) == 0;
    CAPTURE(round, wait);
    REQUIRE(eventually([&] { return !app.window->runs().is_running(); }));
    const auto live = app.window->runs().result(kLive);
    REQUIRE(live);
    CHECK(live->error == "");
    REQUIRE(live->trace);
    CHECK(is_whole(*live->trace));
    if (live->failure) {
      CHECK(name_of(live->failure->cause) == "SIGKILL");
      CHECK(app.window->diagnosis().headline().contains("killed"));
      ++told;
    } else {
      CHECK(live->completed == live->jobs);
    }
    // Nothing else is lost.
    CHECK(app.window->document().text() == text);
    REQUIRE(app.window->runs().result(kModeled));
    CHECK(app.window->compare().timeline(WorldKind::live).trace() == live->trace);
  }
  CHECK(told > kKills / 4);
  CHECK(killed >= told);
  CHECK(workers().empty());
}
