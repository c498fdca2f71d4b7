// SPDX-License-Identifier: GPL-3.0-or-later
// What-if: what is dragged is written into the scenario's text, one step to undo a gesture, and modeled at once.
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSlider>
#include <QSpinBox>
#include <QTabBar>
#include <QTextDocument>
#include <QWheelEvent>

#include "gui/compare/compare_page.hpp"
#include "gui/diagnosis/diagnosis_panel.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/whatif/what_if_panel.hpp"
#include "tests/gui/app_fixture.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

bool modeled_with(AppFixture& app, const std::function<bool(const RunResult&)>& holds) {
  return eventually([&] {
    const auto result = app.window->runs().result(kModeled);
    return !app.window->document().scenario_is_old() && !app.window->runs().is_running() && result && holds(*result);
  });
}

}  // namespace

TEST_CASE("a knob's positions cover its range on a logarithmic scale, with round values") {
  for (const Knob& knob : knobs(0)) {
    CAPTURE(knob.key);
    CHECK(value_at(knob, 0) == knob.least);
    CHECK(position_of(knob, knob.least) == 0);
    CHECK(value_at(knob, kKnobSteps).has_value() != knob.may_be_none);
    if (!knob.may_be_none) CHECK(value_at(knob, kKnobSteps) == knob.most);
    if (knob.may_be_none) CHECK(position_of(knob, std::nullopt) == kKnobSteps);
    std::int64_t before = 0;
    for (int at = 0; at <= kKnobSteps; ++at) {
      const KnobValue value = value_at(knob, at);
      if (!value) break;
      CHECK(*value >= before);
      before = *value;
      // A value that a slider has set does not move it when it is read back, but for what rounding does.
      CHECK(std::abs(position_of(knob, value) - at) <= kKnobSteps / 8);
    }
  }
  const Knob jobs = knobs(0).front();
  CHECK(value_at(jobs, position_of(jobs, 1000)) == 1000);
  CHECK(value_at(jobs, position_of(jobs, 100'000)) == 100'000);
}

TEST_CASE("a knob's values are read and written as people and files write them") {
  const std::vector<Knob> all = knobs(1);
  const Knob& jobs = all[0];
  const Knob& stack = all[1];
  const Knob& pids = all[2];
  CHECK(stack.key == "run[2].stack");
  CHECK(*typed_value(jobs, "1,000") == 1000);
  CHECK(*typed_value(jobs, " 20_000 ") == 20'000);
  CHECK_FALSE(typed_value(jobs, "many"));
  CHECK_FALSE(typed_value(jobs, "0"));
  CHECK_FALSE(typed_value(jobs, "unlimited"));
  CHECK(*typed_value(stack, "512 KiB") == 512 * 1024);
  CHECK_FALSE(typed_value(stack, "512"));
  REQUIRE(typed_value(pids, "unlimited"));
  CHECK_FALSE(*typed_value(pids, "unlimited"));

  Scenario scenario;
  CHECK(setting_value(stack, 512 * 1024, scenario) == "512KiB");
  CHECK(setting_value(stack, 3 * 1024 * 1024, scenario) == "3MiB");
  CHECK(setting_value(pids, 77, scenario) == "77");
  CHECK(setting_value(pids, std::nullopt, scenario) == "\"unlimited\"");
  // The ancestors' limits stay.
  scenario.machine.limits.pids_max = {1000, std::nullopt, 300};
  CHECK(setting_value(pids, 77, scenario) == "[77, \"unlimited\", 300]");
  CHECK(knob_value(pids, scenario, 0) == 1000);
  // Each of them can be turned.
  scenario.machine.limits.cgroups = {CgroupKind::container, CgroupKind::pod};
  const std::vector<Knob> leveled = knobs(0, scenario.machine);
  CHECK(leveled[2].name == "pids.max, container");
  CHECK(leveled[3].name == "pids.max, pod");
  CHECK(leveled[4].name == "pids.max, cgroup 2 levels up");
  CHECK_FALSE(knob_value(leveled[3], scenario, 0));
  CHECK(knob_value(leveled[4], scenario, 0) == 300);
  CHECK(setting_value(leveled[4], 44, scenario) == "[1000, \"unlimited\", 44]");
}

TEST_CASE("What if shows each level of a limit that has several, and changes that one alone") {
  AppFixture app;
  app.open(QString(kRefused).replace("rust-playground", "kubernetes-pod-512m"));
  WhatIfPanel& panel = app.window->what_if();
  const std::string pids = "machine.limits.pids_max";
  REQUIRE(panel.field(pids, 1));
  CHECK(panel.field(pids, 0)->text() == "unlimited");
  CHECK(panel.field(pids, 1)->text() == "1,024");
  panel.slider(pids, 1)->setValue(position_of(knobs(0)[2], 100));
  REQUIRE(modeled_with(app, [](const RunResult& result) { return result.failure && result.failure->value == 100; }));
  CHECK(app.window->document().text().contains("limits.pids_max = [\"unlimited\", 100]"));
  CHECK(panel.field(pids, 0)->text() == "unlimited");
  // Another machine has one level.
  app.open(kRefused);
  REQUIRE(eventually([&] { return panel.field(pids)->text() == "512"; }));
  CHECK(panel.field(pids, 1) == nullptr);
}

TEST_CASE("dragging the jobs slider writes into the text, models it, and is one step to undo") {
  AppFixture app;
  app.open(kRefused);
  WhatIfPanel& panel = app.window->what_if();
  QSlider* slider = panel.slider("jobs.count");
  REQUIRE(slider);
  CHECK(panel.field("jobs.count")->text() == "1,000");
  const Knob jobs = knobs(0).front();
  // Through values that are not all modeled: the newest always is.
  slider->setSliderDown(true);
  for (const int count : {900, 700, 500, 300, 100}) slider->setValue(position_of(jobs, count));
  REQUIRE(modeled_with(app, [](const RunResult& result) { return result.jobs == 100; }));
  CHECK_FALSE(app.window->runs().result(kModeled)->failure);
  slider->setValue(position_of(jobs, 200));
  REQUIRE(modeled_with(app, [](const RunResult& result) { return result.jobs == 200; }));
  slider->setSliderDown(false);
  CHECK(app.window->document().text() == QString(kRefused).replace("count = 1000", "count = 200"));
  CHECK_FALSE(app.window->document().has_settings());
  CHECK(app.window->file_panel().edit().document()->isModified());

  app.action("undo").trigger();
  CHECK(app.window->document().text() == kRefused);
  REQUIRE(modeled_with(app, [](const RunResult& result) { return result.jobs == 1000; }));
  CHECK(panel.field("jobs.count")->text() == "1,000");
  app.action("redo").trigger();
  CHECK(app.window->document().text().contains("count = 200"));
}

TEST_CASE("a limit's slider moves the failure point, and a stack's field changes its run alone") {
  AppFixture app;
  app.open(kRefused);
  WhatIfPanel& panel = app.window->what_if();
  CHECK(panel.field("machine.limits.pids_max")->text() == "512");
  panel.slider("machine.limits.pids_max")->setValue(position_of(knobs(0)[2], 100));
  REQUIRE(modeled_with(app, [](const RunResult& result) { return result.failure && result.failure->value == 100; }));
  CHECK(app.window->runs().result(kModeled)->failure->threads == 95);  // Five are in the group already.
  CHECK(app.window->document().text().contains("limits.pids_max = 100"));
  CHECK(app.window->diagnosis().headline().contains("96"));

  // To the right end: unlimited, and all jobs have their thread.
  panel.slider("machine.limits.pids_max")->setValue(kKnobSteps);
  REQUIRE(modeled_with(app, [](const RunResult& result) { return !result.failure; }));
  CHECK(app.window->document().text().contains("limits.pids_max = \"unlimited\""));

  QLineEdit* stack = panel.field("run.stack");
  stack->setText("64 MiB");
  stack->setModified(true);
  emit stack->editingFinished();
  REQUIRE(eventually([&] {
    const auto scenario = app.window->document().scenario();
    return scenario->runs[0].runtime.stack == Bytes{std::int64_t{64} << 20};
  }));
  CHECK(app.window->document().text().contains("stack = \"64MiB\""));
  CHECK(app.window->document().scenario()->runs[1].runtime.stack != Bytes{std::int64_t{64} << 20});
}

TEST_CASE("a live run of the previous text has no say in what is said of the new one") {
  AppFixture app;
  app.open(kRefused);
  app.action("run_both").trigger();
  REQUIRE(
      eventually([&] { return app.window->runs().result({0, WorldKind::live}) && !app.window->runs().is_running(); }));
  REQUIRE(app.window->runs().result({0, WorldKind::live})->error.empty());
  CHECK(app.window->diagnosis().headline().contains("refused"));
  CHECK(app.window->compare().findChild<QTabBar*>("runs")->tabText(0).contains("✕"));
  CHECK(app.window->compare().column().summary(WorldKind::live).contains('%'));

  app.window->what_if().slider("machine.limits.pids_max")->setValue(kKnobSteps);
  REQUIRE(modeled_with(app, [](const RunResult& result) { return !result.failure; }));
  CHECK(app.window->compare().column().is_dimmed(WorldKind::live));
  CHECK_FALSE(app.window->diagnosis().headline().contains("refused"));
  // Nor is it compared with the new model.
  CHECK_FALSE(app.window->compare().column().summary(WorldKind::live).contains('%'));
  CHECK(app.window->compare().findChild<QLabel*>("memory_difference")->text().contains("from before the last change"));
  CHECK_FALSE(app.window->workspace().known(0).of_former_text);
  CHECK_FALSE(app.window->workspace().known(0).live);
  CHECK_FALSE(app.window->compare().findChild<QTabBar*>("runs")->tabText(0).contains("✕"));
}

TEST_CASE("jobs and machine of the toolbar are written into the text") {
  AppFixture app;
  app.open(kRefused);
  auto* jobs = app.window->findChild<QSpinBox*>("jobs");
  REQUIRE(jobs);
  jobs->setValue(100);
  REQUIRE(modeled_with(app, [](const RunResult& result) { return result.jobs == 100; }));
  CHECK(app.window->document().text().contains("count = 100\n"));
  jobs->setValue(90);
  REQUIRE(modeled_with(app, [](const RunResult& result) { return result.jobs == 90; }));
  // Each is a step of its own.
  app.action("undo").trigger();
  CHECK(app.window->document().text().contains("count = 100\n"));
}

TEST_CASE("while the text has errors no value can be changed") {
  AppFixture app;
  app.open(kRefused);
  const QString broken = QString(kRefused).replace("count", "cuont");
  app.window->file_panel().replace_text(broken);
  REQUIRE(eventually([&] { return app.window->document().error_count() > 0; }));
  QSlider* slider = app.window->what_if().slider("jobs.count");
  const int shown = slider->value();
  slider->setValue(10);
  CHECK(app.window->document().text() == broken);
  CHECK_FALSE(app.window->document().has_settings());
  // The controls show what is, not what was asked for.
  CHECK(slider->value() == shown);
  CHECK(app.window->what_if().field("jobs.count")->text() == "1,000");
  auto* jobs = app.window->findChild<QSpinBox*>("jobs");
  jobs->setValue(77);
  CHECK(jobs->value() == 1000);
  // Nor is what was there before run as if it were this.
  app.window->run(/*modeled=*/true, /*live=*/true);
  CHECK_FALSE(app.window->runs().is_running());
}

TEST_CASE("the wheel changes a value only where it has the keyboard", "[what if]") {
  AppFixture app;
  app.window->show();
  app.open(kRefused);
  const QString text = app.window->document().text();
  auto* jobs = app.window->findChild<QSpinBox*>("jobs");
  auto* machine = app.window->findChild<QComboBox*>("machine");
  QSlider* slider = app.window->what_if().slider("jobs.count");
  app.window->pages().setFocus();
  for (QWidget* control : std::initializer_list<QWidget*>{jobs, machine, slider}) {
    REQUIRE_FALSE(control->hasFocus());
    QWheelEvent wheel({5, 5}, control->mapToGlobal(QPointF(5, 5)), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(control, &wheel);
  }
  CHECK(app.window->document().text() == text);
  CHECK(jobs->value() == 1000);
}

TEST_CASE("Ctrl+Z in the toolbar's number of jobs is the text's undo", "[what if]") {
  AppFixture app;
  app.window->show();
  app.open(kRefused);
  const QString text = app.window->document().text();
  auto* jobs = app.window->findChild<QSpinBox*>("jobs");
  jobs->setFocus();
  jobs->stepUp();
  REQUIRE(eventually([&] { return app.window->document().text() != text; }));
  QKeyEvent undo(QEvent::ShortcutOverride, Qt::Key_Z, Qt::ControlModifier);
  QCoreApplication::sendEvent(jobs, &undo);
  CHECK_FALSE(undo.isAccepted());
}

TEST_CASE("Ctrl+Z in a field undoes the change that was typed there", "[what if]") {
  AppFixture app;
  app.window->show();
  app.open(
      QString("[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 10\n[[run]]\nconcurrency = \"thread_per_job\"\n"),
      "undo.toml");
  QLineEdit* field = app.window->what_if().field("jobs.count");
  REQUIRE(field != nullptr);
  const QString before = app.window->document().text();
  field->setFocus();
  field->selectAll();
  QTest::keyClicks(field, "40");
  QTest::keyClick(field, Qt::Key_Return);
  CHECK(eventually([&] { return app.window->document().text().contains("count = 40"); }));
  QKeyEvent asks(QEvent::ShortcutOverride, Qt::Key_Z, Qt::ControlModifier);
  asks.ignore();
  QCoreApplication::sendEvent(field, &asks);
  // The field leaves the key to the window.
  CHECK_FALSE(asks.isAccepted());
  app.action("undo").trigger();
  CHECK(eventually([&] { return app.window->document().text() == before; }));
}
