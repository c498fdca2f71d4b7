// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline as its user sees it: colours at pixels, keys, mouse, words; and the view of time that all views share.
#include "gui/timeline/timeline_widget.hpp"

#include <QAccessible>
#include <QPainter>
#include <QSignalSpy>
#include <QWheelEvent>
#include <QtTest/QTest>

#include "gui/text/to_qstring.hpp"
#include "gui/timeline/overview.hpp"
#include "gui/timeline/timeline_picture.hpp"
#include "tests/catch.hpp"
#include "tests/gui/application.hpp"
#include "tests/gui/timeline_traces.hpp"

namespace spawnpoint::gui {
namespace {

struct Window {
  QtWatch watch;
  TimeView view;
  TimelineWidget widget;

  explicit Window(WorldKind world = WorldKind::live, std::shared_ptr<const Trace> trace = three_threads(),
                  ThemeKind theme = ThemeKind::light)
      : widget(view, world) {
    widget.set_theme(make_theme(theme));
    widget.resize(1114, 300);
    if (trace) view.reset({Instant{}, trace->end});
    widget.set_trace(trace);
    widget.show();
    widget.settle();
  }
  double x(double at) const { return view.axis(widget.viewport()->width()).x(seconds(at)); }
  QImage grab() {
    widget.settle();
    return widget.viewport()->grab().toImage().convertToFormat(QImage::Format_RGB32);
  }
  /// The first y within the plot at which the column shows the colour; -1: nowhere.
  static int find(const QImage& image, int column, const QColor& color) {
    for (int y = 23; y < image.height() - 24; ++y) {
      if (image.pixelColor(column, y).rgb() == color.rgb()) return y;
    }
    return -1;
  }
  void wheel(const QPointF& at, int steps, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QWheelEvent event(at, widget.viewport()->mapToGlobal(at), {}, {0, steps * 120}, Qt::NoButton, modifiers,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(widget.viewport(), &event);
  }
};

}  // namespace

TEST_CASE("a live run is filled with its states' colours") {
  const ThemeKind kind = GENERATE(ThemeKind::light, ThemeKind::dark);
  Window window(WorldKind::live, three_threads(), kind);
  const Theme theme = make_theme(kind);
  const QImage image = window.grab();
  // 0.2 s is right of the labels, so the bar's own colour is all that is there.
  const auto running = static_cast<int>(window.x(0.22));
  const auto waiting = static_cast<int>(window.x(0.7));
  CHECK(Window::find(image, running, theme.style(JobState::running).color) >= 0);
  CHECK(Window::find(image, running, theme.style(JobState::waiting).color) < 0);
  CHECK(Window::find(image, waiting, theme.style(JobState::waiting).color) >= 0);
  CHECK(Window::find(image, waiting, theme.style(JobState::running).color) < 0);
}

TEST_CASE("a modeled run is hollow") {
  const ThemeKind kind = GENERATE(ThemeKind::light, ThemeKind::dark);
  Window window(WorldKind::modeled, three_threads(), kind);
  const Theme theme = make_theme(kind);
  const QImage image = window.grab();
  CHECK(Window::find(image, static_cast<int>(window.x(0.22)), theme.style(JobState::running).hollow) >= 0);
  CHECK(Window::find(image, static_cast<int>(window.x(0.7)), theme.style(JobState::waiting).hollow) >= 0);
}

TEST_CASE("stacked columns never blend two states' colours") {
  TimelineScene scene;
  const auto trace = many_segments(64, 60'000);
  scene.data = std::make_shared<const TimelineData>(trace, TimelineRows::threads);
  scene.width = 400;
  scene.layout.rows = 64;
  scene.layout.height = 200;
  scene.layout.row_height = RowLayout::fitting(64, 200);
  scene.range = {Instant{}, trace->end};
  scene.world = WorldKind::live;
  const QImage image = draw_plot(scene);
  const QRgb allowed[] = {scene.theme.base.rgb(), scene.theme.band.rgb(), scene.theme.grid.rgb(),
                          scene.theme.style(JobState::running).color.rgb(),
                          scene.theme.style(JobState::waiting).color.rgb()};
  int strange = 0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      strange += std::find(std::begin(allowed), std::end(allowed), image.pixel(x, y)) == std::end(allowed) ? 1 : 0;
    }
  }
  CHECK(strange == 0);
}

TEST_CASE("the first row has its name, however low rows are, and no name runs into another") {
  application();
  constexpr std::size_t kRows = 18;
  constexpr int kText = 11;
  TimelineScene scene;
  scene.data = std::make_shared<const TimelineData>(many_segments(kRows, 1000), TimelineRows::threads);
  for (double row_height = 1; row_height <= 20; row_height += 0.25) {
    CAPTURE(row_height);
    const double height = row_height * kRows;
    scene.layout = {.rows = kRows, .row_height = row_height, .scroll = 0, .height = height};
    const std::vector<RowName> names = row_names(scene, height, kText);
    REQUIRE_FALSE(names.empty());
    CHECK(names.front().text.startsWith(to_qstring(row_name(*scene.data, 0))));
    for (std::size_t i = 1; i < names.size(); ++i) CHECK(names[i].top - names[i - 1].top >= kText);
    CHECK(names.front().top >= -2);
    CHECK(names.back().top + names.back().height <= height + 2);
  }
}

TEST_CASE("a failure is seen at any zoom and row height") {
  const TimelineRows rows = GENERATE(TimelineRows::threads, TimelineRows::jobs);
  const double length = GENERATE(1.2, 0.1, 0.001);
  Window window(WorldKind::live, refused_at_508());
  window.widget.set_rows(rows);
  window.view.go_to(seconds(0.0507), seconds(length) - Instant{});
  const QImage image = window.grab();
  const QColor failure = make_theme(ThemeKind::light).failure;
  const auto column = static_cast<int>(window.x(0.0507));
  bool seen = false;
  for (int x = column - 2; x <= column + 2; ++x) seen = seen || Window::find(image, x, failure) > 22;
  CHECK(seen);
}

TEST_CASE("the words of a failure are in its own row, and in no other while that one is out of view") {
  application();
  TimelineScene scene;
  const auto trace = refused_at_508();
  const auto mode = GENERATE(TimelineRows::threads, TimelineRows::jobs);
  scene.data = std::make_shared<const TimelineData>(trace, mode);
  scene.layout = {.rows = scene.data->rows(), .row_height = 20, .scroll = 0, .height = 200};
  scene.range = {Instant{}, trace->end};
  scene.width = 600;
  const QRectF where(0, 0, scene.width, scene.layout.height);
  const TimeAxis axis{scene.range, where.left(), where.width()};
  const int line = static_cast<int>(axis.x(trace->marks[0].at));
  /// The lowest and the highest row of pixels in which there is more than the line.
  const auto painted = [&](std::size_t row) {
    scene.layout.scroll = static_cast<double>(row) * 20 - 60;
    QImage image(600, 200, QImage::Format_RGB32);
    image.fill(Qt::magenta);
    QPainter painter(&image);
    paint_marks(painter, scene, axis, trace->marks, where, 11);
    painter.end();
    std::vector<int> rows;
    int beside_line = 0;
    for (int y = 0; y < image.height(); ++y) {
      bool any = false;
      for (int x = 0; x < image.width(); ++x) {
        const bool other = image.pixelColor(x, y) != QColor(Qt::magenta) && std::abs(x - line) > 2;
        any |= other;
        beside_line += other && std::abs(x - line) <= 5;
      }
      if (any) rows.push_back(y);
    }
    CHECK(beside_line == 0);  // The row has its ✕ already.
    return rows;
  };
  const std::size_t own = scene.data->failures().front().row;
  const auto there = painted(std::max<std::size_t>(own, 3));
  REQUIRE_FALSE(there.empty());
  const double middle = scene.layout.top(own) + 10;
  CHECK(there.front() >= middle - 13);
  CHECK(there.back() <= middle + 13);
  CHECK(painted(own + 100).empty());
  scene.layout.scroll = 0;
}

TEST_CASE("an ✕ at the edge of a timeline is drawn whole") {
  application();
  TimelineScene scene;
  auto trace = std::make_shared<Trace>(*three_threads());
  trace->marks = {{MarkKind::killed, trace->end, 0, kNoJob, "killed"}};
  scene.data = std::make_shared<const TimelineData>(trace, TimelineRows::threads);
  scene.layout = {.rows = scene.data->rows(), .row_height = 20, .scroll = 0, .height = 80};
  scene.range = {Instant{}, trace->end};
  scene.width = 300;
  QImage image(340, 80, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  const QRectF where(0, 0, 300, 80);
  paint_marks(painter, scene, TimeAxis{scene.range, 0, 300}, trace->marks, where, 11);
  painter.end();
  int outside = 0;
  for (int y = 0; y < image.height(); ++y)
    for (int x = 302; x < image.width(); ++x) outside += image.pixelColor(x, y) != QColor(Qt::white);
  CHECK(outside == 0);
}

TEST_CASE("hovering says job, state, times and length") {
  Window window;
  const int row = static_cast<int>(window.widget.row_height());
  const QString text = window.widget.text_at({static_cast<int>(window.x(0.5)), 22 + row * 2 + row / 2});
  CHECK(text.contains("job 2"));
  CHECK(text.contains("thread 2"));
  CHECK(text.contains("waiting"));
  CHECK(text.contains("0.250"));
  CHECK(text.contains("1.000"));
  CHECK(text.contains("750 ms"));
  CHECK(window.widget.text_at({static_cast<int>(window.x(0.5)), 22 + row / 2}).isEmpty());
  CHECK(window.widget.text_at({2, 2}).isEmpty());
}

TEST_CASE("hovering over gathered rows says what they do, and near a failure that it is there") {
  Window window(WorldKind::live, refused_at_508());
  const QString text = window.widget.text_at({static_cast<int>(window.x(0.5)), 150});
  CHECK(text.contains("waiting 100%"));
  CHECK(window.widget.text_at({static_cast<int>(window.x(0.0507)), 150}).contains("EAGAIN"));
}

TEST_CASE("the wheel zooms and keeps the moment under the pointer") {
  Window window;
  const QPointF at(window.x(0.3), 60);
  window.wheel(at, 3);
  CHECK(to_seconds(window.view.visible().length()) == Approx(0.8 * 0.8 * 0.8));
  CHECK(window.x(0.3) == Approx(at.x()).margin(0.01));
  window.wheel(at, -2);
  CHECK(window.x(0.3) == Approx(at.x()).margin(0.01));
}

TEST_CASE("Ctrl and the wheel make rows higher, Shift and the wheel scroll over them") {
  Window window(WorldKind::live, refused_at_508());
  const double before = window.widget.row_height();
  window.wheel({500, 100}, 12, Qt::ControlModifier);
  CHECK(window.widget.row_height() > before * 5);
  const QString above = window.widget.text_at({static_cast<int>(window.x(0.5)), 100});
  window.wheel({500, 100}, -10, Qt::ShiftModifier);
  CHECK(window.widget.text_at({static_cast<int>(window.x(0.5)), 100}) != above);
  window.wheel({500, 100}, -40, Qt::ControlModifier);
  CHECK(window.widget.row_height() == Approx(before));
}

TEST_CASE("keys move the view") {
  Window window;
  TimeView& view = window.view;
  window.widget.setFocus();
  view.set_crosshair(seconds(0.25));
  QTest::keyClick(&window.widget, Qt::Key_W);
  CHECK(to_seconds(view.visible().length()) == Approx(1 / 1.4));
  CHECK(window.x(0.25) == Approx(view.axis(window.widget.viewport()->width()).left + 250).margin(1));
  const TimeRange zoomed_in = view.visible();
  QTest::keyClick(&window.widget, Qt::Key_D);
  CHECK(view.visible().begin > zoomed_in.begin);
  QTest::keyClick(&window.widget, Qt::Key_Left);
  CHECK(view.visible() == zoomed_in);
  QTest::keyClick(&window.widget, Qt::Key_Home);
  CHECK(view.visible() == view.extent());
  view.set_selection(TimeRange{seconds(0.4), seconds(0.6)});
  QTest::keyClick(&window.widget, Qt::Key_Z);
  CHECK(to_seconds(view.visible().length()) == Approx(0.22));
  QTest::keyClick(&window.widget, Qt::Key_Left, Qt::AltModifier);
  CHECK(view.visible() == view.extent());
  QTest::keyClick(&window.widget, Qt::Key_Right, Qt::AltModifier);
  CHECK(to_seconds(view.visible().length()) == Approx(0.22));
  QTest::keyClick(&window.widget, Qt::Key_Escape);
  CHECK_FALSE(view.selection());
  view.set_crosshair(seconds(0.45));
  QTest::keyClick(&window.widget, Qt::Key_A, Qt::ShiftModifier);
  CHECK(view.marker(0) == seconds(0.45));
}

TEST_CASE("N goes round the failure points, F shows the selected job") {
  Window window(WorldKind::live, refused_at_508());
  window.view.set_landmarks({seconds(0.9), seconds(0.0507)});
  QTest::keyClick(&window.widget, Qt::Key_N);
  CHECK(window.view.visible().contains(seconds(0.0507)));
  CHECK_FALSE(window.view.visible().contains(seconds(0.9)));
  QTest::keyClick(&window.widget, Qt::Key_N);
  CHECK(window.view.visible().contains(seconds(0.9)));
  QTest::keyClick(&window.widget, Qt::Key_N);
  CHECK(window.view.visible().contains(seconds(0.0507)));
  window.view.select_job(100);
  QTest::keyClick(&window.widget, Qt::Key_F);
  CHECK(window.view.visible().contains(seconds(0.01)));
  CHECK(window.view.visible().contains(seconds(1.01)));
}

TEST_CASE("dragging selects, clicking picks a job, and neither moves the view") {
  Window window;
  const TimeRange before = window.view.visible();
  const int y = 22 + static_cast<int>(window.widget.row_height() * 1.5);
  QWidget* area = window.widget.viewport();
  QTest::mousePress(area, Qt::LeftButton, {}, {static_cast<int>(window.x(0.2)), y});
  for (const double at : {0.25, 0.35, 0.5}) QTest::mouseMove(area, {static_cast<int>(window.x(at)), y});
  QTest::mouseRelease(area, Qt::LeftButton, {}, {static_cast<int>(window.x(0.5)), y});
  REQUIRE(window.view.selection());
  CHECK(to_seconds(window.view.selection()->length()) == Approx(0.3).margin(0.003));
  QSignalSpy activated(&window.widget, &TimelineWidget::job_activated);
  QTest::mouseClick(area, Qt::LeftButton, {}, {static_cast<int>(window.x(0.5)), y});
  CHECK_FALSE(window.view.selection());
  CHECK(window.view.selected_job() == 0);
  CHECK(activated.count() == 1);
  CHECK(window.view.visible() == before);
}

TEST_CASE("without a run the timeline says so") {
  Window window(WorldKind::live, nullptr);
  CHECK(window.widget.accessibleDescription().contains("F7"));
  const QImage empty = window.grab();
  window.widget.set_empty_text("");
  CHECK(empty != window.grab());
}

TEST_CASE("a growing run is followed, and keeps a view that was zoomed in") {
  Window window;
  auto trace = std::make_shared<Trace>(*three_threads());
  trace->end = seconds(2);
  window.view.set_extent({Instant{}, seconds(2)});
  window.widget.set_trace(trace);
  CHECK(window.view.visible() == TimeRange{Instant{}, seconds(2)});
  window.view.go_to(seconds(0.5), Duration(200'000'000));
  const TimeRange near = window.view.visible();
  window.view.set_extent({Instant{}, seconds(3)});
  CHECK(window.view.visible() == near);
}

TEST_CASE("a large run is prepared and drawn in the background, and is right eventually") {
  Window window(WorldKind::live, nullptr);
  const auto trace = many_segments(16, 100'000);
  window.view.reset({Instant{}, trace->end});
  window.widget.set_trace(trace);
  CHECK_FALSE(window.widget.is_settled());
  window.widget.settle();
  const QImage image = window.grab();
  CHECK(Window::find(image, static_cast<int>(window.x(5)) + 3,
                     make_theme(ThemeKind::light).style(JobState::running).color) > 0);
  // A late picture of a run that was taken away never comes back.
  window.view.zoom(seconds(5), 0.5);
  window.widget.set_trace(nullptr);
  window.widget.settle();
  CHECK(Window::find(window.grab(), static_cast<int>(window.x(5)) + 3,
                     make_theme(ThemeKind::light).style(JobState::running).color) < 0);
}

TEST_CASE("a run's picture is never shown below the heading of another run") {
  // A record so large that it is prepared and drawn in the background, with one job that is hovered over for seconds.
  const auto record = [](JobState state) {
    auto trace = std::make_shared<Trace>(*many_segments(16, 100'000));
    trace->segments.append({16, 0, state, Instant{}, trace->end});
    trace->lanes = 17;
    return trace;
  };
  const auto first = record(JobState::waiting), second = record(JobState::blocked);
  Window window(WorldKind::live, nullptr);
  window.view.reset({Instant{}, first->end});
  const auto said = [&] { return window.widget.text_at({static_cast<int>(window.x(3)), 300 - 22}); };
  window.widget.set_run(0, "thread_per_job");
  window.widget.set_trace(first);
  const bool late = GENERATE(false, true);
  CAPTURE(late);
  if (!late) {
    // It is there when the other run is chosen …
    window.widget.settle();
    REQUIRE(said().contains("waiting"));
  }
  // … or still on its way.
  window.widget.set_run(1, "join_all");
  window.widget.set_trace(second);
  CHECK(said().isEmpty());
  QSignalSpy drawn(&window.widget, &TimelineWidget::drawn);
  while (!window.widget.is_settled()) {
    QCoreApplication::processEvents();
    window.widget.grab();
    CHECK_FALSE(said().contains("waiting"));
  }
  CHECK(said().contains("blocked"));
  CHECK(drawn.count() == 1);
}

TEST_CASE("screen readers are told what a timeline is and shows") {
  Window window(WorldKind::modeled, refused_at_508());
  QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(&window.widget);
  REQUIRE(interface);
  CHECK(interface->role() == QAccessible::Chart);
  CHECK(interface->text(QAccessible::Name).contains("modeled"));
  CHECK(interface->text(QAccessible::Description).contains("EAGAIN"));
}

TEST_CASE("the overview's window is dragged and resized") {
  QtWatch watch;
  TimeView view;
  view.reset({Instant{}, seconds(10)});
  Overview overview(view);
  overview.resize(1114, 46);
  overview.set_traces(three_threads(), refused_at_508());
  overview.show();
  const auto x = [](double at) { return static_cast<int>(96 + at * 100); };
  view.set_visible({seconds(4), seconds(6)});
  view.commit();
  QTest::mousePress(&overview, Qt::LeftButton, {}, {x(5), 20});
  for (const double at : {5.2, 5.6, 6.0}) QTest::mouseMove(&overview, {x(at), 20});
  QTest::mouseRelease(&overview, Qt::LeftButton, {}, {x(6), 20});
  CHECK(to_seconds(view.visible().begin) == Approx(5).margin(0.011));
  CHECK(to_seconds(view.visible().end) == Approx(7).margin(0.011));
  QTest::mousePress(&overview, Qt::LeftButton, {}, {x(7), 20});
  for (const double at : {7.5, 8.0}) QTest::mouseMove(&overview, {x(at), 20});
  QTest::mouseRelease(&overview, Qt::LeftButton, {}, {x(8), 20});
  CHECK(to_seconds(view.visible().begin) == Approx(5).margin(0.011));
  CHECK(to_seconds(view.visible().end) == Approx(8).margin(0.011));
  view.go_back();
  CHECK(to_seconds(view.visible().end) == Approx(7).margin(0.011));
  QTest::mouseDClick(&overview, Qt::LeftButton, {}, {x(6), 20});
  CHECK(view.visible() == view.extent());
}

}  // namespace spawnpoint::gui
