// SPDX-License-Identifier: GPL-3.0-or-later
// Reference pictures of what the app draws itself, in both themes, with a fixed font (tests/gui/reference). Compared
// block by block: another version of the font renderer is accepted, a missing or misplaced thing is not.
// SPAWNPOINT_REFERENCE=write gui_tests "[reference]" makes them again; look at them before they are kept.
#include <QImage>
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "gui/charts/chart_view.hpp"
#include "gui/limits/limits_page.hpp"
#include "gui/map/map_content.hpp"
#include "gui/map/map_view.hpp"
#include "gui/timeline/timeline_widget.hpp"
#include "models/machine/profile_file.hpp"
#include "tests/catch.hpp"
#include "tests/gui/application.hpp"
#include "tests/gui/computed_map.hpp"
#include "tests/gui/timeline_traces.hpp"

namespace spawnpoint::gui {
namespace {

constexpr int kBlock = 16;
/// Levels by which a block's mean colour may be off …
constexpr int kLevels = 20;
/// … and the part of all blocks that may be off by more.
constexpr double kPart = 0.01;

struct Comparison {
  int blocks = 0;
  int off = 0;
  bool alike() const { return blocks > 0 && off <= blocks * kPart; }
};

Comparison compare(const QImage& a, const QImage& b) {
  Comparison result;
  if (a.size() != b.size()) return result;
  const QImage x = a.convertToFormat(QImage::Format_RGB32), y = b.convertToFormat(QImage::Format_RGB32);
  for (int top = 0; top < x.height(); top += kBlock) {
    for (int left = 0; left < x.width(); left += kBlock) {
      long sums[3] = {};
      int pixels = 0;
      for (int j = top; j < std::min(top + kBlock, x.height()); ++j) {
        for (int i = left; i < std::min(left + kBlock, x.width()); ++i, ++pixels) {
          const QRgb p = x.pixel(i, j), q = y.pixel(i, j);
          sums[0] += qRed(p) - qRed(q);
          sums[1] += qGreen(p) - qGreen(q);
          sums[2] += qBlue(p) - qBlue(q);
        }
      }
      ++result.blocks;
      result.off += std::ranges::any_of(sums, [&](long sum) { return std::abs(sum) > kLevels * pixels; });
    }
  }
  return result;
}

void check(const QImage& image, const std::string& name) {
  const std::filesystem::path path = std::filesystem::path(SPAWNPOINT_SOURCE) / "tests/gui/reference" / (name + ".png");
  const char* wanted = std::getenv("SPAWNPOINT_REFERENCE");
  if (wanted && std::string_view(wanted) == "write") {
    std::filesystem::create_directories(path.parent_path());
    REQUIRE(image.save(QString::fromStdString(path.string()), "PNG", 0));
  }
  const QImage reference(QString::fromStdString(path.string()));
  CAPTURE(path.string());
  REQUIRE_FALSE(reference.isNull());
  const Comparison result = compare(image, reference);
  CAPTURE(result.off, result.blocks);
  if (!result.alike()) image.save(QString::fromStdString(name + "-differs.png"));
  CHECK(result.alike());
}

std::string named(const char* what, ThemeKind kind) {
  return std::string(what) + (kind == ThemeKind::dark ? "-dark" : "-light");
}

QImage timeline(WorldKind world, ThemeKind kind) {
  TimeView view;
  TimelineWidget widget(view, world);
  widget.set_theme(make_theme(kind));
  widget.resize(720, 260);
  const auto trace = refused_at_508();
  view.reset({Instant{}, trace->end});
  widget.set_summary(QStringLiteral("1.05 s · 508 threads"));
  widget.set_trace(trace);
  widget.show();
  widget.settle();
  return widget.grab().toImage();
}

}  // namespace

TEST_CASE("timelines look as their reference pictures", "[reference]") {
  application();
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    check(timeline(WorldKind::modeled, kind), named("timeline-model", kind));
    check(timeline(WorldKind::live, kind), named("timeline-live", kind));
  }
}

TEST_CASE("charts look as their reference pictures", "[reference]") {
  application();
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    const Theme theme = make_theme(kind);
    const auto trace = refused_at_508();
    TimeView view;
    view.reset({Instant{}, trace->end});
    ChartView chart(view);
    chart.set_theme(theme);
    chart.set_time_labels(true);
    chart.set_logarithmic(true);
    chart.resize(720, 240);
    chart.set_content(memory_chart({{WorldKind::modeled, trace, {}}, {WorldKind::live, trace, {}}}, theme));
    chart.show();
    QCoreApplication::processEvents();
    check(chart.grab().toImage(), named("chart-memory", kind));
  }
}

TEST_CASE("the ladder of limits looks as its reference pictures", "[reference]") {
  application();
  const auto machine = load_machine("rust-playground", {});
  const auto runtime = load_runtime("rust-std", {});
  REQUIRE(machine);
  REQUIRE(runtime);
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    LadderView ladder;
    ladder.set_theme(make_theme(kind));
    ladder.set_ladder(limit_ladder(*machine, *runtime));
    ladder.set_wanted(1000);
    ladder.resize(720, ladder.sizeHint().height());
    check(ladder.grab().toImage(), named("ladder", kind));
  }
}

TEST_CASE("the failure map looks as its reference pictures", "[reference]") {
  application();
  const MapResult result = computed_map(QStringLiteral(
      "spawnpoint = 1\n[machine]\nprofile = \"rust-playground\"\n[jobs]\ncount = 10\nsteps = [{ sleep = \"1s\" }]\n"
      "[[run]]\nconcurrency = \"thread_per_job\"\nruntime = \"rust-std\"\n[[run]]\nconcurrency = \"join_all\"\n"
      "[sweep]\n\"jobs.count\" = { from = 1, to = 10_000, points = 9, scale = \"log\" }\n"));
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    MapView view;
    view.set_theme(make_theme(kind));
    view.set_content(map_content(result));
    view.resize(720, 420);
    check(view.grab().toImage(), named("map", kind));
  }
}

TEST_CASE("a reference picture is not taken for another one", "[reference]") {
  application();
  const QImage model = timeline(WorldKind::modeled, ThemeKind::light);
  const QImage live = timeline(WorldKind::live, ThemeKind::light);
  CHECK(compare(model, model).alike());
  CHECK_FALSE(compare(model, live).alike());
  CHECK_FALSE(compare(model, timeline(WorldKind::modeled, ThemeKind::dark)).alike());
  // A bar that is missing is a difference: 2% of the picture.
  QImage hole = live.copy();
  for (int y = 60; y < 120; ++y)
    for (int x = 300; x < 362; ++x) hole.setPixel(x, y, qRgb(255, 255, 255));
  CHECK_FALSE(compare(live, hole).alike());
  CHECK_FALSE(compare(model, QImage(10, 10, QImage::Format_RGB32)).alike());
}

}  // namespace spawnpoint::gui
