// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of cores: chosen on the page, in words under the pointer, and what is said where there are none.
#include <QComboBox>
#include <algorithm>

#include "gui/compare/compare_page.hpp"
#include "gui/timeline/timeline_hover.hpp"
#include "gui/timeline/timeline_widget.hpp"
#include "tests/gui/app_fixture.hpp"
#include "tests/gui/timeline_traces.hpp"

namespace spawnpoint::gui {
namespace {

const char* const kFourOnOne = R"(spawnpoint = 1
[machine]
profile = "laptop-8g"
cpuset = [0]
[jobs]
count = 4
steps = [{ cpu = "20ms" }]
[[run]]
concurrency = "thread_per_job"
)";

/// Core 0 has thread 1 with a job and then several threads, core 1 the main thread.
std::shared_ptr<const Trace> two_cores(Instant known_until) {
  auto trace = std::make_shared<Trace>();
  TraceRecorder recorder(*trace, 2);
  recorder.set_cores(2);
  recorder.enter(0, JobState::running, 1, seconds(0));
  recorder.run(0, 1, seconds(0));
  recorder.run(1, 0, seconds(0));
  recorder.run(0, kNoLane, seconds(1));
  recorder.enter(0, JobState::done, 1, seconds(1));
  recorder.end_turns(known_until);
  recorder.finish(seconds(2));
  return trace;
}

}  // namespace

TEST_CASE("a turn is told with its core, its thread and its job", "[cores]") {
  const TimelineData data(two_cores(seconds(2)), TimelineRows::cores);
  RowLayout layout;
  layout.rows = 2;
  layout.height = 40;
  layout.row_height = 20;
  const QRectF plot(0, 0, 200, 40);
  const TimeAxis axis{{seconds(0), seconds(2)}, 0, 200};
  const auto text = [&](double x, double y) {
    return hover_text(data, "thread_per_job", layout, axis, plot, {x, y}).toStdString();
  };
  CHECK(text(50, 10) == "core 0: thread 1 with job 1\n0.00 s – 1.00 s (1 s)");
  CHECK(text(150, 10) == "core 0: turns not told apart\n1.00 s – 2.00 s (1 s)");
  CHECK(text(50, 30) == "core 1: main\n0.00 s – 2.00 s (2 s)");
  CHECK(row_name(data, 1) == "core 1");
  CHECK(missing_rows(data, WorldKind::modeled).isEmpty());
  CHECK(missing_rows(TimelineData(two_cores(seconds(1.5)), TimelineRows::cores), WorldKind::modeled) ==
        "cores until 1.5 s");
}

TEST_CASE("where no turns are recorded it says so", "[cores]") {
  const TimelineData data(three_threads(), TimelineRows::cores);
  CHECK(data.rows() == 0);
  CHECK_FALSE(missing_rows(data, WorldKind::modeled).isEmpty());
  CHECK(missing_rows(data, WorldKind::live) != missing_rows(data, WorldKind::modeled));
  CHECK(missing_rows(TimelineData(three_threads(), TimelineRows::threads), WorldKind::live).isEmpty());
}

TEST_CASE("the page draws one row per core, in which the selected job's turns are framed", "[cores]") {
  AppFixture app;
  app.window->show();
  app.open(kFourOnOne);
  ComparePage& compare = app.window->compare();
  const auto boxes = compare.findChildren<QComboBox*>();
  const auto found = std::ranges::find(boxes, QString("Rows of the timelines"), &QWidget::accessibleName);
  REQUIRE(found != boxes.end());
  QComboBox* const rows = *found;
  CHECK(rows->itemText(3) == "one row per core");
  rows->setCurrentIndex(3);
  TimelineWidget& modeled = compare.timeline(WorldKind::modeled);
  modeled.settle();
  REQUIRE(modeled.rows() == TimelineRows::cores);
  const auto image = [&] { return modeled.viewport()->grab().toImage(); };
  const QImage before = image();
  // A click on a turn selects the job that its thread has.
  const int middle = modeled.viewport()->width() / 2;
  const QPoint on_core(middle, modeled.viewport()->height() / 3);
  CHECK(modeled.text_at(on_core).startsWith("core 0: thread "));
  QTest::mouseClick(modeled.viewport(), Qt::LeftButton, {}, on_core);
  CHECK(app.window->workspace().selection().job() != kNoJob);
  CHECK(image() != before);
  rows->setCurrentIndex(0);
  modeled.settle();
  CHECK(modeled.rows() == TimelineRows::threads);
}

}  // namespace spawnpoint::gui
