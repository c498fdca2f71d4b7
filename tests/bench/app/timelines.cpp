// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <QApplication>
#include <QImage>
#include <QScrollBar>
#include <memory>

#include "core/trace/trace_index.hpp"
#include "gui/timeline/timeline_picture.hpp"
#include "gui/timeline/timeline_widget.hpp"
#include "models/result/format.hpp"
#include "tests/bench/app/sections.hpp"
#include "tests/gui/timeline_traces.hpp"

namespace spawnpoint::bench {
namespace {

constexpr int kWidth = 1200;
constexpr int kHeight = 700;
constexpr int kRuns = 15;
constexpr double kFrame = 16;

gui::TimelineScene scene_of(std::shared_ptr<const TraceIndex> index, WorldKind world) {
  gui::TimelineScene scene;
  scene.data = std::move(index);
  scene.width = kWidth;
  scene.layout.rows = scene.data->rows();
  scene.layout.height = kHeight;
  scene.layout.row_height = gui::RowLayout::fitting(scene.layout.rows, kHeight);
  scene.world = world;
  scene.range = {Instant{}, scene.data->trace().end};
  return scene;
}

Instant part_of(Instant end, double part) {
  return Instant(Duration(static_cast<std::int64_t>(static_cast<double>(end.time_since_epoch().count()) * part)));
}

void measure(Report& report, const std::string& name, const std::shared_ptr<const Trace>& trace, TraceRows rows) {
  report.section(fmt::format("Timeline, {}: {} segments, {} x {}", name,
                             format_count(static_cast<std::int64_t>(trace->segments.size())), kWidth, kHeight));
  std::shared_ptr<const TraceIndex> index;
  report.time("level of detail built, so ready to draw", 400, 5, [&](int) {
    index = nullptr;
    index = std::make_shared<const TraceIndex>(trace, rows);
  });
  report.add({"memory of the index", "MB", static_cast<double>(index->bytes()) / 1e6, 0, 0, 1, 0});

  for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) {
    gui::TimelineScene scene = scene_of(index, world);
    const std::string of = world == WorldKind::live ? "live" : "model";
    report.time(fmt::format("full frame, {}", of), kFrame, kRuns, [&](int) { gui::draw_plot(scene); });
    // Every step is another picture, as when the view is moved by the wheel and the keys.
    double zoomed = 1;
    report.time(fmt::format("zoom step, {}", of), kFrame, kRuns, [&](int) {
      zoomed *= 0.7;
      scene.range = {part_of(trace->end, 0.37 * (1 - zoomed)), part_of(trace->end, 0.37 + 0.63 * zoomed)};
      gui::draw_plot(scene);
    });
    report.time(fmt::format("pan step in 40% of the run, {}", of), kFrame, kRuns, [&](int i) {
      scene.range = {part_of(trace->end, 0.02 * i), part_of(trace->end, 0.02 * i + 0.4)};
      gui::draw_plot(scene);
    });
  }

  gui::TimeView view;
  gui::TimelineWidget widget(view, WorldKind::live);
  const gui::PlotMargins margins = view.margins();
  widget.resize(kWidth + margins.left + margins.right, kHeight + 42);
  view.reset({Instant{}, trace->end});
  widget.set_rows(rows);
  widget.set_trace(trace);
  widget.show();
  widget.settle();
  QImage target(widget.size(), QImage::Format_RGB32);
  report.time("hover, with its words", 2, 99,
              [&](int i) { (void)widget.text_at({margins.left + i * 1193 % kWidth, 22 + i * 97 % kHeight}); });
  report.time("the window's thread, the crosshair moves", kFrame, kRuns, [&](int i) {
    view.set_crosshair(part_of(trace->end, 0.01 * i));
    widget.render(&target);
  });
  report.time("the window's thread, the view moves", kFrame, kRuns, [&](int i) {
    view.zoom(part_of(trace->end, 0.3), i % 2 == 0 ? 0.9 : 0.95);
    widget.render(&target);
  });
  view.fit();
  widget.settle();
  report.time("from a wheel step to its finished picture", 2 * kFrame, kRuns, [&](int) {
    view.zoom(part_of(trace->end, 0.3), 0.9);
    widget.settle();
    widget.render(&target);
  });
}

}  // namespace

void measure_timelines(Report& report) {
  for (const LaneId lanes : {8U, 64U, 512U, 4096U})
    measure(report, fmt::format("{} threads", format_count(lanes)), gui::many_segments(lanes), TraceRows::threads);
  measure(report, "a million jobs, a row each", gui::million_tasks(), TraceRows::jobs);
}

}  // namespace spawnpoint::bench
