// SPDX-License-Identifier: GPL-3.0-or-later
// Running from the window: the model, live runs, stopping, late results, and what is shown of them.
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <algorithm>

#include "gui/compare/compare_page.hpp"
#include "gui/diagnosis/diagnosis_panel.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/jobs/job_details.hpp"
#include "gui/limits/limits_page.hpp"
#include "gui/window/status_line.hpp"
#include "models/result/format.hpp"
#include "tests/gui/app_fixture.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

/// Millions of short jobs on two threads: seconds to compute.
const char* const kLong = R"(spawnpoint = 1
[jobs]
count = 4_000_000
steps = [{ sleep = "1ms" }]
[[run]]
concurrency = "thread_pool"
threads = 2
)";

const char* const kLongLive = R"(spawnpoint = 1
[jobs]
count = 2
steps = [{ sleep = "60s" }]
[[run]]
concurrency = "sequential"
)";

}  // namespace

TEST_CASE("the next failure is offered where there is one") {
  AppFixture app;
  CHECK_FALSE(app.action("next_failure").isEnabled());
  app.open(kRefused);
  CHECK(app.action("next_failure").isEnabled());
  app.window->selection().select_run(1);
  REQUIRE(eventually(
      [&] { return app.window->runs().result({1, WorldKind::modeled}) && !app.window->runs().is_running(); }));
  CHECK_FALSE(app.action("next_failure").isEnabled());
  CHECK(app.action("next_failure").statusTip() == "Nothing failed.");
}

TEST_CASE("opening a scenario models it, and the failure is in the diagnosis and on the time axis") {
  AppFixture app;
  app.open(kRefused);
  const auto result = app.window->runs().result(kModeled);
  REQUIRE(result);
  REQUIRE(result->failure);
  CHECK(result->failure->limit == "pids.max");
  CHECK(result->failure->threads == 507);

  const QString headline = app.window->diagnosis().headline();
  CHECK(headline.contains("508"));
  CHECK(headline.contains("pids.max"));
  const auto& landmarks = app.window->compare().time().landmarks();
  REQUIRE(landmarks.size() == 1);
  CHECK(landmarks.front() == result->failure->at);
  CHECK(app.window->compare().column().summary(WorldKind::modeled).contains("pids.max"));
  REQUIRE(app.window->compare().memory().content().marks.size() == 1);
  REQUIRE(app.window->compare().threads().content().marks.size() == 1);

  // "Go there" brings it into the visible range.
  auto* button = app.window->diagnosis().findChild<QPushButton*>("go_there");
  REQUIRE(button);
  button->click();
  CHECK(app.window->compare().time().visible().contains(result->failure->at));
  CHECK(app.window->compare().time().visible().length() < app.window->compare().time().extent().length());
}

TEST_CASE("the limits page shows the limit that binds on top") {
  AppFixture app;
  app.open(kRefused);
  const LimitLadder& ladder = app.window->limits().ladder().ladder();
  REQUIRE(!ladder.rungs.empty());
  CHECK(ladder.rungs.front().limit->name == "pids.max");
  CHECK(ladder.threads == 507);
}

TEST_CASE("the threads that one wants stay when another machine is chosen, until another file is opened") {
  AppFixture app;
  app.open(kRefused);
  LimitsPage& page = app.window->limits();
  CHECK(page.wanted() == 1000);
  auto* wanted = page.findChild<QSpinBox*>();
  REQUIRE(wanted != nullptr);
  wanted->setValue(200'000);
  app.window->workspace().turn("machine.profile", "laptop-8g", Workspace::kNoGesture);
  REQUIRE(eventually([&] { return app.parsed() && app.window->document().scenario()->machine.name == "laptop-8g"; }));
  CHECK(page.wanted() == 200'000);
  app.open(kQuick, "other.toml");
  CHECK(page.wanted() == 3);
}

TEST_CASE("as many threads are wanted as the run needs that is shown, none where it needs none") {
  AppFixture app;
  app.open(QString(kRefused) + "[[run]]\nconcurrency = \"thread_pool\"\nthreads = 1\n");
  LimitsPage& page = app.window->limits();
  const auto says = [&](const QString& words) {
    return std::ranges::any_of(page.findChildren<QLabel*>(),
                               [&](const QLabel* label) { return label->text().contains(words); });
  };
  CHECK(page.wanted() == 1000);
  app.window->selection().select_run(1);
  CHECK(page.wanted() == 0);
  CHECK(says("None are needed besides the main thread"));
  app.window->selection().select_run(2);
  CHECK(page.wanted() == 1);
  CHECK(says("With it, idle, the process has"));
  CHECK(says("It fits: no limit stands in its way."));
  app.open(QString(kQuick).replace("thread_per_job", "join_all"), "other.toml");
  CHECK(page.wanted() == 0);
}

TEST_CASE("what raises a limit is set as a command only where it is one") {
  AppFixture app;
  app.open(QString(kRefused).replace("rust-playground", "kubernetes-pod-512m"));
  LimitsPage& page = app.window->limits();
  const auto says = [&](const QString& words) {
    return std::ranges::any_of(page.findChildren<QLabel*>(),
                               [&](const QLabel* label) { return label->text().contains(words); });
  };
  CHECK(says("Raised with: podPidsLimit of the kubelet"));
  app.open(kRefused, "other.toml");
  CHECK(says("Raised with: <code>docker update --pids-limit N CONTAINER</code>"));
}

TEST_CASE("of jobs that come one after another, as many threads are wanted as are there at once") {
  AppFixture app;
  app.open(R"(spawnpoint = 1
[machine]
profile = "rust-playground"
[jobs]
count = 2000
arrivals = { every = "10ms" }
steps = [{ sleep = "100ms" }]
[[run]]
concurrency = "thread_per_job"
)");
  LimitsPage& page = app.window->limits();
  CHECK(page.wanted() >= 10);
  CHECK(page.wanted() <= 12);
  CHECK(page.ladder().ladder().threads == 507);
}

TEST_CASE("the limits page says how 512 becomes 507, and shows a limit from which root is exempt") {
  AppFixture app;
  app.open(QString(kRefused).replace("[jobs]", "privileged = true\nlimits.nproc = 300\n[jobs]"));
  LimitsPage& page = app.window->limits();
  const auto says = [&](const QString& words) {
    return std::ranges::any_of(page.findChildren<QLabel*>(),
                               [&](const QLabel* label) { return label->text().contains(words); });
  };
  CHECK(says("512 less 5 leaves 507 (taken: 1 by the main thread, 4 by other tasks of the group)."));
  CHECK(page.how_to_raise() == "docker update --pids-limit N CONTAINER");
  const LimitLadder& ladder = page.ladder().ladder();
  REQUIRE(ladder.exempt.size() == 1);
  CHECK(ladder.exempt[0].limit->name == "RLIMIT_NPROC");
  page.ladder().select(static_cast<int>(ladder.rungs.size()));
  CHECK(says("<b>RLIMIT_NPROC</b> = 300"));
  CHECK(says("runs as root, which is exempt"));
  CHECK(page.ladder().accessibleDescription().contains("Root is exempt."));
}

TEST_CASE("another run of the scenario is modeled when it is chosen") {
  AppFixture app;
  app.open(kRefused);
  app.window->selection().select_run(1);
  REQUIRE(eventually([&] { return app.window->runs().result({1, WorldKind::modeled}) != nullptr; }));
  CHECK_FALSE(app.window->runs().result({1, WorldKind::modeled})->failure);
  CHECK(app.window->runs().result({1, WorldKind::modeled})->completed == 1000);
  CHECK(app.window->compare().time().landmarks().empty());
}

TEST_CASE("a long model run can be stopped, and its partial result is kept") {
  AppFixture app;
  REQUIRE(app.window->open_file(app.write("long.toml", kLong)));
  REQUIRE(eventually([&] { return app.parsed(); }));
  CHECK_FALSE(app.window->runs().is_running());  // This many jobs are not modeled without being asked for.
  app.action("run_model").trigger();
  REQUIRE(app.window->runs().is_running());
  CHECK(app.action("stop").isEnabled());
  REQUIRE(eventually([&] { return app.window->runs().progress().completed > 0; }));
  app.action("stop").trigger();
  REQUIRE(eventually([&] { return !app.window->runs().is_running(); }, 20'000));
  const auto result = app.window->runs().result(kModeled);
  REQUIRE(result);
  CHECK(result->stopped);
  CHECK(result->completed > 0);
  CHECK(result->completed < 4'000'000);
  CHECK(app.window->compare().column().summary(WorldKind::modeled).contains("partial"));
  CHECK_FALSE(app.action("stop").isEnabled());
}

TEST_CASE("both worlds run one after the other, and the header shows their difference") {
  AppFixture app;
  app.open(kQuick);
  app.action("run_both").trigger();
  REQUIRE(eventually([&] { return app.window->runs().result(kLive) != nullptr; }));
  const auto live = app.window->runs().result(kLive);
  INFO(live->error);
  REQUIRE(live->error.empty());
  CHECK(live->completed == 3);
  CHECK_FALSE(live->failure);
  CHECK(app.window->compare().column().summary(WorldKind::live).contains('%'));
  CHECK_FALSE(app.window->compare().column().summary(WorldKind::modeled).contains('%'));
  REQUIRE(app.window->compare().timeline(WorldKind::live).trace());
  CHECK(app.window->compare().timeline(WorldKind::live).trace()->jobs.size() == 3);
  // The world in which a job was clicked is told first.
  const auto begins_with = [&](WorldKind world) {
    emit app.window->compare().timeline(world).job_activated(1);
    const QString words = app.window->job_details().toPlainText();
    CHECK(words.contains("MODEL"));
    CHECK(words.contains("LIVE"));
    return words.indexOf("LIVE") < words.indexOf("MODEL") ? WorldKind::live : WorldKind::modeled;
  };
  for (const WorldKind world : {WorldKind::live, WorldKind::modeled}) CHECK(begins_with(world) == world);
}

TEST_CASE("with both worlds there, the memory chart says by how much they differ, by kind") {
  AppFixture app;
  app.open(kQuick);
  QLabel& line = app.window->compare().column().memory_difference();
  CHECK(line.isHidden());
  app.action("run_both").trigger();
  REQUIRE(eventually([&] { return app.window->runs().result(kLive) != nullptr && !app.window->runs().is_running(); }));
  const auto live = app.window->runs().result(kLive);
  const auto modeled = app.window->runs().result(kModeled);
  INFO(live->error);
  REQUIRE(live->error.empty());
  REQUIRE(modeled);
  CHECK_FALSE(line.isHidden());
  // Three threads take a few pages: only their address space and what the kernel has for them are compared.
  const auto of_live = static_cast<double>(live->jobs_memory().virtual_size.count);
  const auto of_model = static_cast<double>(modeled->jobs_memory().virtual_size.count);
  INFO(line.text().toStdString());
  CHECK(line.text().startsWith("live against model: virtual " +
                               QString::fromStdString(format_difference(of_live, of_model))));
  CHECK_FALSE(line.text().contains("resident"));
  CHECK(line.toolTip().contains("kernel stacks: live "));
  CHECK(line.toolTip().contains("page tables: live "));
  CHECK(line.toolTip().contains("slab: live "));
}

TEST_CASE("where the model has too little memory for a percentage, the figures are told") {
  AppFixture app;
  app.open(QString(kQuick).replace("thread_per_job", "join_all"));
  app.action("run_both").trigger();
  REQUIRE(eventually([&] { return app.window->runs().result(kLive) != nullptr && !app.window->runs().is_running(); }));
  const auto live = app.window->runs().result(kLive);
  const auto modeled = app.window->runs().result(kModeled);
  REQUIRE(live->error.empty());
  REQUIRE(modeled->jobs_memory().resident < Bytes{64 << 10});
  const QString model = QString::fromStdString(format_bytes(modeled->jobs_memory().resident));
  const RunColumn& column = app.window->compare().column();
  INFO(column.summary(WorldKind::live).toStdString());
  CHECK(column.summary(WorldKind::live).contains(" (model: " + model + ")"));
  const QLabel& line = app.window->compare().column().memory_difference();
  INFO(line.text().toStdString());
  CHECK_FALSE(line.isHidden());
  CHECK(line.text().startsWith("live against model: "));
}

TEST_CASE("a live run can be stopped, and is drawn while it runs") {
  AppFixture app;
  app.open(kLongLive);
  app.action("run_live").trigger();
  auto& live = app.window->compare().timeline(WorldKind::live);
  REQUIRE(eventually([&] { return live.trace() && live.trace()->end > Instant{} + std::chrono::milliseconds(200); }));
  CHECK(app.window->runs().is_running());
  CHECK(app.window->status().words().startsWith("LIVE"));
  app.action("stop").trigger();
  REQUIRE(eventually([&] { return app.window->runs().result(kLive) != nullptr; }, 10'000));
  const auto result = app.window->runs().result(kLive);
  CHECK(result->stopped);
  CHECK(result->completed == 0);
  // The diagnosis is of the model, which says nothing of that.
  const auto labels = app.window->diagnosis().findChildren<QLabel*>();
  CHECK(std::ranges::any_of(labels, [&](auto* label) {
    return label->text().contains("The live run was stopped at " +
                                  QString::fromStdString(format_duration(result->wall)) + "; 0 of 2 jobs were done");
  }));
  REQUIRE(result->trace);
  CHECK(result->trace->jobs.size() == 2);
}

TEST_CASE("a risky live run is only started with the user's consent") {
  AppFixture app;
  // 30,000 threads of 8 MiB stack that each touch 4 MiB are over any cap of half the machine's free memory below 240
  // GB.
  app.open(R"(spawnpoint = 1
[jobs]
count = 30_000
steps = [{ sleep = "1s" }]
[[run]]
concurrency = "thread_per_job"
touched = "4MiB"
)");
  const LiveEstimate asked = app.asked_before_live();
  CHECK(is_risky(asked));
  CHECK(live_words(asked).contains("30,000"));
}

TEST_CASE("a late result never reaches a newer scenario") {
  AppFixture app;
  REQUIRE(app.window->open_file(app.write("long.toml", kLong)));
  REQUIRE(eventually([&] { return app.parsed(); }));
  app.action("run_model").trigger();
  REQUIRE(eventually([&] { return app.window->runs().progress().completed > 0; }));
  // Runs are made one after the other: whatever the abandoned one still says has been said before this one's result.
  app.open(kQuick, "quick.toml");
  const auto result = app.window->runs().result(kModeled);
  REQUIRE(result);
  CHECK(result->jobs == 3);
  CHECK_FALSE(result->stopped);
}

TEST_CASE("a suggestion adds its run to the text, selects and models it") {
  AppFixture app;
  // Few jobs, so that all that could be suggested is tried.
  app.open(R"(spawnpoint = 1
[machine]
profile = "rust-playground"
limits.pids_max = 10
[jobs]
count = 8
[[run]]
concurrency = "thread_per_job"
)");
  const auto suggestions = app.suggestions();
  const auto chosen = std::find_if(suggestions.begin(), suggestions.end(),
                                   [](const Suggestion& s) { return s.concurrency == "join_all"; });
  REQUIRE(chosen != suggestions.end());
  emit app.window->diagnosis().try_this(*chosen);
  REQUIRE(eventually([&] { return app.window->runs().result({1, WorldKind::modeled}) != nullptr; }));
  CHECK(app.window->selection().run() == 1);
  CHECK(app.window->document().scenario()->runs[1].concurrency == "join_all");
  CHECK(app.window->runs().result({1, WorldKind::modeled})->completed == 8);
  // It is an edit like any other.
  REQUIRE(app.action("undo").isEnabled());
  app.action("undo").trigger();
  CHECK_FALSE(app.window->document().text().contains("join_all"));
  REQUIRE(eventually([&] { return app.window->document().scenario()->runs.size() == 1; }));
}

TEST_CASE("the undo of a suggestion leads back to the run that it was for") {
  AppFixture app;
  app.open(R"(spawnpoint = 1
[jobs]
count = 8
[[run]]
concurrency = "sequential"
[[run]]
concurrency = "await_each"
)");
  REQUIRE(app.window->selection().run() == 0);
  const auto suggestions = app.suggestions();
  const auto chosen = std::ranges::find(suggestions, std::string("join_all"), &Suggestion::concurrency);
  REQUIRE(chosen != suggestions.end());
  emit app.window->diagnosis().try_this(*chosen);
  REQUIRE(eventually([&] { return app.window->runs().result({2, WorldKind::modeled}) != nullptr; }));
  REQUIRE(app.window->selection().run() == 2);
  app.action("undo").trigger();
  REQUIRE(eventually([&] { return app.window->document().scenario()->runs.size() == 2; }));
  CHECK(app.window->selection().run() == 0);
}

TEST_CASE("a suggestion that changes the steps goes over the file, whose text stays") {
  AppFixture app;
  const QString text = R"(spawnpoint = 1
[machine]
profile = "rust-playground"
[jobs]
count = 3
steps = [{ block = "50ms" }]
[[run]]
concurrency = "join_all"
)";
  app.open(text);
  CHECK(app.window->runs().result(kModeled)->wall >= std::chrono::milliseconds(150));
  const auto suggestions = app.suggestions();
  const auto timer = std::find_if(suggestions.begin(), suggestions.end(),
                                  [](const Suggestion& s) { return s.concurrency == "join_all" && !s.set.empty(); });
  REQUIRE(timer != suggestions.end());
  emit app.window->diagnosis().try_this(*timer);
  REQUIRE(eventually([&] {
    const auto result = app.window->runs().result(kModeled);
    return result && result->wall < std::chrono::milliseconds(100);
  }));
  CHECK(app.window->document().text() == text);
  CHECK(app.window->document().scenario()->runs.size() == 1);
  // Undo brings back what was, also from within the text.
  REQUIRE(app.action("undo").isEnabled());
  app.window->show();
  app.window->file_panel().edit().setFocus();
  QTest::keyClick(&app.window->file_panel().edit(), Qt::Key_Z, Qt::ControlModifier);
  if (app.window->document().has_settings()) app.action("undo").trigger();  // The key needs an active window.
  REQUIRE(eventually([&] {
    const auto result = app.window->runs().result(kModeled);
    return result && result->wall >= std::chrono::milliseconds(150);
  }));
  CHECK_FALSE(app.window->document().has_settings());
  CHECK_FALSE(app.action("undo").isEnabled());
}

TEST_CASE("the number of jobs in the toolbar goes over the file's, and back") {
  AppFixture app;
  app.open(kRefused);
  app.window->document().set_setting("jobs.count", QString("100"));
  REQUIRE(eventually([&] {
    const auto result = app.window->runs().result(kModeled);
    return result && result->jobs == 100;
  }));
  CHECK_FALSE(app.window->runs().result(kModeled)->failure);
  CHECK(app.window->document().text().contains("count = 1000"));
  app.action("own_values").trigger();
  REQUIRE(eventually([&] {
    const auto result = app.window->runs().result(kModeled);
    return result && result->jobs == 1000;
  }));
}

TEST_CASE("a mistake dims the last good result, and fixing it brings it up to date") {
  AppFixture app;
  app.open(kRefused);
  CHECK_FALSE(app.window->compare().column().is_dimmed(WorldKind::modeled));
  const QString summary = app.window->compare().column().summary(WorldKind::modeled);
  app.window->file_panel().replace_text(QString(kRefused).replace("count", "cuont"));
  REQUIRE(eventually([&] { return app.window->document().error_count() > 0; }));
  CHECK(app.window->compare().column().is_dimmed(WorldKind::modeled));
  // It is the scenario that is shown: nothing is left out.
  CHECK(app.window->compare().column().summary(WorldKind::modeled) ==
        QString::fromUtf8("of the last text without errors · ") + summary);
  CHECK(app.window->runs().result(kModeled));
  CHECK(app.window->windowTitle().contains("error"));
  app.window->file_panel().replace_text(QString(kRefused).replace("1000", "2000"));
  REQUIRE(eventually([&] {
    const auto result = app.window->runs().result(kModeled);
    return result && result->jobs == 2000;
  }));
  CHECK_FALSE(app.window->compare().column().is_dimmed(WorldKind::modeled));
}
