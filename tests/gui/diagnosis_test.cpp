// SPDX-License-Identifier: GPL-3.0-or-later
// The diagnosis: every one says why, its evidence leads to the moment and the row, and its suggestions add their runs.
#include <QImage>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <algorithm>
#include <string>

#include "gui/compare/compare_page.hpp"
#include "gui/diagnosis/diagnosis_panel.hpp"
#include "tests/gui/app_fixture.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

QString scenario(const char* concurrency, const char* step, const char* more = "") {
  return QString(
             "spawnpoint = 1\n[machine]\nprofile = \"rust-playground\"\n[jobs]\ncount = 4\n"
             "steps = [{ %1 = \"1s\" }]\n[[run]]\nconcurrency = \"%2\"\n%3")
      .arg(step, concurrency, more);
}

template <class Widget>
std::vector<Widget*> named(AppFixture& app, const char* name) {
  const auto found = app.window->diagnosis().findChildren<Widget*>(name);
  return {found.begin(), found.end()};
}

}  // namespace

TEST_CASE("each diagnosis explains its mechanism when it is asked why") {
  struct Case {
    QString text;
    const char* word;  // Of the mechanism, which is another one in each.
  };
  const Case cases[] = {{kRefused, "pids.max"},
                        {scenario("join_all", "block"), "blocking call"},
                        {scenario("await_in_loop", "sleep"), "makes a future"},
                        {scenario("await_each", "sleep"), "continue only when this is done"},
                        {scenario("sequential", "sleep"), "their times add up"},
                        {scenario("thread_per_job", "sleep"), "kernel stack"},
                        {scenario("thread_pool", "sleep", "threads = 2\n"), "workers"},
                        {scenario("join_all", "sleep"), "timer queue"}};
  AppFixture app;
  app.window->show();
  for (const Case& one : cases) {
    CAPTURE(one.text.toStdString());
    app.open(one.text);
    const auto buttons = named<QToolButton>(app, "why");
    REQUIRE(buttons.size() == 1);
    if (buttons[0]->isChecked()) buttons[0]->click();
    const auto answers = named<QLabel>(app, "why_answer");
    REQUIRE(answers.size() == 1);
    CHECK_FALSE(answers[0]->isVisibleTo(&app.window->diagnosis()));
    buttons[0]->click();
    CHECK(answers[0]->isVisibleTo(&app.window->diagnosis()));
    CHECK(answers[0]->text().contains(one.word));
  }
}

TEST_CASE("evidence leads to its moment and selects its job") {
  AppFixture app;
  app.open(scenario("join_all", "block"));
  const auto links = named<QLabel>(app, "evidence");
  REQUIRE(links.size() == 2);
  CHECK(links[0]->text().contains("holds the executor's thread"));
  CHECK(links[1]->text().contains("job 2 starts only when job 1 gives the thread back"));
  emit links[1]->linkActivated("1");
  const TimeView& time = app.window->compare().time();
  CHECK(time.selected_job() == 1);
  CHECK(time.visible().contains(Instant(std::chrono::seconds(1))));
  CHECK(time.visible().length() < time.extent().length());
  CHECK(app.window->pages().currentWidget() == &app.window->compare());
}

TEST_CASE("a failure's evidence is the failure in the model's timeline") {
  AppFixture app;
  app.open(kRefused);
  const auto links = named<QLabel>(app, "evidence");
  REQUIRE(links.size() == 1);
  CHECK(links[0]->text().contains("EAGAIN"));
  emit links[0]->linkActivated("0");
  CHECK(app.window->compare().time().visible().contains(app.window->runs().result(kModeled)->failure->at));
}

TEST_CASE("a long suggestion is shortened, and makes no text of the panel wider than it") {
  AppFixture app;
  app.window->resize(1280, 800);
  app.window->show();
  app.open(scenario("join_all", "block"));
  REQUIRE_FALSE(app.suggestions().empty());
  QCoreApplication::processEvents();
  const auto buttons = named<QPushButton>(app, "suggestion");
  REQUIRE_FALSE(buttons.empty());
  const QWidget& panel = app.window->diagnosis();
  for (const QPushButton* button : buttons) {
    INFO(button->text().toStdString());
    CHECK(button->mapTo(&panel, QPoint(button->width(), 0)).x() <= panel.width());
    CHECK(button->toolTip().contains(button->text()));
    // Of two buttons, one may write into the text and the other not.
    CHECK((button->toolTip().contains("Adds a run to the text, unless it has this one: concurrency = ") ||
           button->toolTip().contains("without changing the text: jobs.steps = ")));
  }
}

TEST_CASE("each suggestion really adds its run, which is chosen and modeled") {
  AppFixture app;
  for (const QString& text : {scenario("sequential", "sleep"), scenario("thread_pool", "sleep", "threads = 2\n")}) {
    app.open(text);
    const std::size_t suggestions = app.suggestions().size();
    REQUIRE(suggestions > 0);
    for (std::size_t i = 0; i < suggestions; ++i) {
      app.open(text);
      REQUIRE(app.suggestions().size() == suggestions);
      const Suggestion wanted = app.window->diagnosis().suggestions()[i];
      named<QPushButton>(app, "suggestion")[i]->click();
      REQUIRE(eventually([&] { return app.parsed() && app.window->document().scenario()->runs.size() == 2; }));
      CHECK(app.window->document().scenario()->runs[1].concurrency == wanted.concurrency);
      REQUIRE(eventually([&] { return app.window->runs().result({1, WorldKind::modeled}) != nullptr; }));
      CHECK(app.window->selection().run() == 1);
      const auto result = app.window->runs().result({1, WorldKind::modeled});
      CHECK(result->completed == wanted.completed);
      CHECK(result->wall == wanted.wall);
      app.action("undo").trigger();
      CHECK(app.window->document().text() == text);
    }
  }
}

TEST_CASE("another diagnosis of the same kind changes words and leaves the widgets, so that the panel does not jump") {
  const QtWatch watch;
  const QTemporaryDir folder;
  Session session(folder.filePath("settings.ini"));
  Workspace workspace(session);
  DiagnosisPanel panel(workspace);
  Diagnosis diagnosis{.broke = true,
                      .headline = "Thread 508 was refused.",
                      .details = {"It took 1 s."},
                      .where = Instant(Duration(1'000'000)),
                      .evidence = {{.text = "thread 508 is refused", .at = Instant(Duration(1'000'000))}}};
  panel.show_diagnosis(diagnosis);
  panel.show_suggestions({{.label = "A pool: 1 s", .concurrency = "thread_pool", .set = {}}});
  const auto buttons = panel.findChildren<QPushButton*>();
  const auto labels = panel.findChildren<QLabel*>();
  REQUIRE(buttons.size() == 2);

  diagnosis.headline = "Thread 9 was refused.";
  diagnosis.details = {"It took 2 s."};
  diagnosis.evidence[0].text = "thread 9 is refused";
  panel.show_diagnosis(diagnosis);
  panel.show_suggestions({{.label = "Tasks & timers: 1 s", .concurrency = "join_all", .set = {}}});
  CHECK(panel.findChildren<QPushButton*>() == buttons);
  CHECK(panel.findChildren<QLabel*>() == labels);
  CHECK(panel.headline().contains("Thread 9 "));
  const auto shows = [&](const QString& words) {
    return std::ranges::any_of(panel.findChildren<QLabel*>(),
                               [&](QLabel* label) { return label->text().contains(words); });
  };
  CHECK(shows("It took 2 s."));
  CHECK_FALSE(shows("It took 1 s."));
  CHECK(shows("thread 9 is refused"));
  CHECK(panel.findChild<QPushButton*>("suggestion")->text() == "Tasks && timers: 1 s");
  CHECK(panel.findChild<QPushButton*>("suggestion")->accessibleName() == "Try: Tasks & timers: 1 s");
  std::string tried;
  QObject::connect(&panel, &DiagnosisPanel::try_this, [&](const Suggestion& chosen) { tried = chosen.concurrency; });
  panel.findChild<QPushButton*>("suggestion")->click();
  CHECK(tried == "join_all");

  SECTION("one that is old says so, and no longer when it is not") {
    panel.show_diagnosis(diagnosis, "from before the last change");
    CHECK(shows("from before the last change"));
    panel.show_diagnosis(diagnosis);
    CHECK_FALSE(shows("from before the last change"));
    CHECK(shows("It took 2 s."));
  }
}

TEST_CASE("a result of a former text is told by that text") {
  AppFixture app;
  app.open(QString(kQuick).replace("60ms", "1ms"));
  app.action("run_live").trigger();
  REQUIRE(eventually([&] { return app.window->runs().result(kLive) && !app.window->runs().is_running(); }));
  REQUIRE(app.window->runs().result(kLive)->error.empty());
  app.window->runs().forget(kModeled);
  auto& panel = *app.window->findChild<DiagnosisPanel*>();
  // The run at this place is another one now, which the model has yet to compute.
  app.window->document().edit(
      QString(kQuick).replace("thread_per_job", "sequential").replace("count = 3", "count = 2"));
  CHECK_FALSE(panel.headline().contains("one at a time"));
  app.window->document().parse_at_once();
  REQUIRE(eventually([&] { return app.window->runs().is_running() || app.window->runs().result(kModeled); }));
  if (!app.window->runs().result(kModeled)) CHECK_FALSE(panel.headline().contains("one at a time"));
  REQUIRE(eventually([&] { return app.window->runs().result(kModeled) && !app.window->runs().is_running(); }));
  CHECK(panel.headline().contains("2 jobs ran one at a time"));
}

TEST_CASE("a first run that is going is told as such") {
  AppFixture app;
  app.open(QString(kQuick));
  app.window->runs().forget(kModeled);
  auto& panel = *app.window->findChild<DiagnosisPanel*>();
  app.action("run_live").trigger();
  REQUIRE(eventually([&] { return app.window->runs().current() == kLive; }));
  CHECK(panel.headline() == QString::fromUtf8("Running …"));
  REQUIRE(eventually([&] { return !app.window->runs().is_running(); }));
  CHECK(panel.headline().contains("3 jobs"));
}

TEST_CASE("links have the colour of the theme after it was changed") {
  AppFixture app;
  app.open(kRefused);
  app.window->show();
  for (const bool dark : {true, false}) {
    app.window->set_dark(dark);
    const auto links = named<QLabel>(app, "evidence");
    REQUIRE_FALSE(links.empty());
    const QImage picture = links[0]->grab().toImage();
    const QRgb wanted = app.window->theme().accent.rgb();
    bool found = false;
    for (int y = 0; y < picture.height() && !found; ++y) {
      for (int x = 0; x < picture.width() && !found; ++x) found = picture.pixel(x, y) == wanted;
    }
    CAPTURE(dark);
    CHECK(found);
  }
}
