// SPDX-License-Identifier: GPL-3.0-or-later
// Not run by default: `gui_tests "[frames]"` prints frame times, `gui_tests "[look]"` draws what a person should look
// at into the folder that SPAWNPOINT_LOOK names.
#include <QElapsedTimer>
#include <QVBoxLayout>
#include <QWidget>
#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "gui/charts/chart_view.hpp"
#include "gui/timeline/overview.hpp"
#include "gui/timeline/timeline_picture.hpp"
#include "gui/timeline/timeline_widget.hpp"
#include "tests/catch.hpp"
#include "tests/gui/application.hpp"
#include "tests/gui/timeline_traces.hpp"

namespace spawnpoint::gui {
namespace {

double median_ms(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

template <class Work>
double milliseconds(int times, Work&& work) {
  std::vector<double> all;
  for (int i = 0; i < times; ++i) {
    QElapsedTimer clock;
    clock.start();
    work(i);
    all.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
  }
  return median_ms(all);
}

struct Page {
  QWidget window;
  TimeView view;
  Overview* overview = new Overview(view);
  TimelineWidget* modeled = new TimelineWidget(view, WorldKind::modeled);
  TimelineWidget* live = new TimelineWidget(view, WorldKind::live);
  ChartView* memory = new ChartView(view);
  ChartView* threads = new ChartView(view);

  Page(const Theme& theme, std::shared_ptr<const Trace> trace, TimelineRows rows) {
    auto* layout = new QVBoxLayout(&window);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    for (auto* widget : std::initializer_list<QWidget*>{overview, modeled, live, memory, threads})
      layout->addWidget(widget);
    window.resize(1200, 900);
    window.setPalette(theme.palette());
    view.reset({Instant{}, trace->end});
    overview->set_theme(theme);
    overview->set_traces(trace, trace);
    for (auto* timeline : {modeled, live}) {
      timeline->set_theme(theme);
      timeline->set_rows(rows);
      timeline->set_trace(trace);
    }
    modeled->set_time_labels(false);
    modeled->set_summary("simulated kernel · 1.04 s · 507 threads · 18 MiB");
    live->set_summary("this machine · 1.19 s (+14%) · 507 threads · 19 MiB");
    const std::vector<WorldTrace> traces = {{WorldKind::modeled, trace}, {WorldKind::live, trace}};
    memory->set_theme(theme);
    threads->set_theme(theme);
    memory->set_content(memory_chart(traces, theme));
    memory->set_logarithmic(true);
    threads->set_content(threads_chart(traces, theme));
    threads->set_time_labels(true);
    window.show();
    settle();
  }
  void settle() {
    application().processEvents();
    modeled->settle();
    live->settle();
    application().processEvents();
  }
  void save(const std::string& name) {
    settle();
    const char* folder = std::getenv("SPAWNPOINT_LOOK");
    REQUIRE(folder);
    window.grab().save(QString::fromStdString(std::string(folder) + "/" + name + ".png"));
  }
};

}  // namespace

TEST_CASE("what a person should look at", "[.look]") {
  application();
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    const Theme theme = make_theme(kind);
    const std::string suffix = kind == ThemeKind::light ? "-light" : "-dark";
    {
      Page page(theme, three_threads(), TimelineRows::threads);
      page.view.set_selection(TimeRange{seconds(0.3), seconds(0.62)});
      page.view.set_crosshair(seconds(0.5));
      page.save("tiny" + suffix);
    }
    {
      Page page(theme, refused_at_508(), TimelineRows::threads);
      page.save("refused" + suffix);
      page.view.go_to(seconds(0.0507), Duration(2'000'000));
      page.live->set_row_height(18);
      page.live->show_job(505);
      page.save("refused-near" + suffix);
      page.live->set_rows(TimelineRows::jobs);
      page.view.fit();
      page.save("refused-jobs" + suffix);
    }
    {
      Page page(theme, million_tasks(), TimelineRows::jobs);
      page.save("million" + suffix);
      page.view.go_to(seconds(0.2), Duration(100'000'000));
      page.save("million-near" + suffix);
    }
    {
      Page page(theme, many_segments(64), TimelineRows::threads);
      page.save("workers" + suffix);
      page.view.go_to(seconds(5), Duration(20'000'000));
      page.save("workers-near" + suffix);
    }
  }
}

TEST_CASE("frame times of a million segments at 1200 x 700", "[.frames]") {
  application();
  for (const LaneId lanes : {8U, 64U, 512U, 4096U}) {
    const auto trace = many_segments(lanes);
    std::shared_ptr<const TimelineData> data;
    const double prepare =
        milliseconds(3, [&](int) { data = std::make_shared<const TimelineData>(trace, TimelineRows::threads); });
    TimelineScene scene;
    scene.data = data;
    scene.width = 1200;
    scene.layout.rows = data->rows();
    scene.layout.height = 700;
    scene.layout.row_height = RowLayout::fitting(data->rows(), 700);
    scene.world = WorldKind::live;
    scene.range = {Instant{}, trace->end};
    const double whole = milliseconds(9, [&](int) { draw_plot(scene); });
    scene.range = {seconds(2), seconds(6)};
    const double part = milliseconds(9, [&](int i) {
      scene.range.begin += Duration(i * 1'000'000);
      draw_plot(scene);
    });
    scene.range = {seconds(5), seconds(5.01)};
    const double near = milliseconds(9, [&](int) { draw_plot(scene); });
    const double hover = milliseconds(
        99, [&](int i) { (void)data->segment_at(static_cast<std::size_t>(i) % data->rows(), seconds(0.1 * i)); });

    TimeView view;
    TimelineWidget widget(view, WorldKind::live);
    widget.resize(1314, 742);
    view.reset({Instant{}, trace->end});
    widget.set_trace(trace);
    widget.show();
    widget.settle();
    QImage target(widget.size(), QImage::Format_RGB32);
    const double frame = milliseconds(21, [&](int i) {
      view.set_crosshair(seconds(0.1 * i));
      widget.render(&target);
    });
    const double pan = milliseconds(21, [&](int) {
      view.zoom(seconds(3), 0.95);
      widget.render(&target);
    });
    std::cout << lanes << " rows: prepare " << prepare << " ms, draw whole " << whole << ", 40% " << part
              << ", 10 ms window " << near << ", hover " << hover << "; frame in the window's thread: crosshair "
              << frame << ", zooming " << pan << "\n";
  }
}

}  // namespace spawnpoint::gui
