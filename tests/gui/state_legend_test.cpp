// SPDX-License-Identifier: GPL-3.0-or-later
#include <QImage>
#include <QPainter>

#include "core/trace/recorder.hpp"
#include "gui/timeline/state_legend.hpp"
#include "tests/catch.hpp"
#include "tests/gui/application.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

constexpr int kPixels = 11;
constexpr double kLine = 18;

/// One job that goes through these states, a second each.
Trace trace_of(const std::vector<JobState>& states) {
  Trace trace;
  TraceRecorder recorder(trace, 1);
  Instant at{};
  for (const JobState state : states) {
    recorder.enter(0, state, 1, at);
    at += std::chrono::seconds(1);
  }
  recorder.finish(at);
  return trace;
}

StateLegend legend_of(const Trace& trace) {
  static const Theme theme = make_theme(ThemeKind::light);
  const TimelineData data(std::make_shared<const Trace>(trace), TimelineRows::jobs);
  return {theme, data, WorldKind::modeled, kPixels};
}

/// Lines of the picture that have anything painted on them.
int painted_lines(const StateLegend& legend, int width, int lines) {
  QImage image(width, static_cast<int>(kLine) * lines, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  legend.paint(painter, image.rect(), kLine);
  painter.end();
  int painted = 0;
  for (int line = 0; line < lines; ++line) {
    bool any = false;
    for (int y = 0; y < static_cast<int>(kLine); ++y)
      for (int x = 0; x < width; ++x)
        any = any || image.pixel(x, line * static_cast<int>(kLine) + y) != qRgb(255, 255, 255);
    painted += any ? 1 : 0;
  }
  return painted;
}

}  // namespace

TEST_CASE("a legend's states keep their order when it goes on below", "[timeline]") {
  application();
  const Theme theme = make_theme(ThemeKind::light);
  const Trace trace = trace_of({JobState::queued, JobState::starting, JobState::running, JobState::waiting});
  const TimelineData data(std::make_shared<const Trace>(trace), TimelineRows::jobs);
  const StateLegend legend(theme, data, WorldKind::live, kPixels);
  const double width = legend.width() - 1;
  REQUIRE(legend.lines(width) == 2);
  QImage image(static_cast<int>(width), static_cast<int>(kLine) * 2, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  legend.paint(painter, QRectF(0, 0, width, 2 * kLine), kLine);
  painter.end();
  const auto painted = [&](int line) {
    int count = 0;
    for (int y = 0; y < static_cast<int>(kLine); ++y)
      for (int x = 0; x < image.width(); ++x)
        count += image.pixelColor(x, line * static_cast<int>(kLine) + y) == theme.style(JobState::running).color;
    return count;
  };
  // It is read first.
  CHECK(painted(0) > 0);
  CHECK(painted(1) == 0);
}

TEST_CASE("a legend that does not fit on a line goes on below", "[timeline]") {
  application();
  const StateLegend legend = legend_of(
      trace_of({JobState::queued, JobState::starting, JobState::running, JobState::waiting, JobState::blocked}));
  CHECK(legend.lines(1000) == 1);
  CHECK(legend.lines(legend.width()) == 1);
  CHECK(legend.lines(legend.width() - 1) == 2);
  CHECK(legend.lines(legend.width() / 3) >= 3);
  CHECK(legend.lines(1) == 5);
  const int narrow = static_cast<int>(legend.width() / 2.5);
  const int lines = legend.lines(narrow);
  CHECK(lines >= 3);
  CHECK(painted_lines(legend, narrow, lines + 1) == lines);
}

TEST_CASE("a run that is killed has a cross in its legend, though none of its jobs failed", "[timeline]") {
  application();
  Trace trace = trace_of({JobState::running});
  const double alone = legend_of(trace).width();
  trace.marks.push_back({MarkKind::stopped, Instant{}, kNoLane, kNoJob, "stopped"});
  CHECK(legend_of(trace).width() == alone);
  trace.marks.push_back({MarkKind::killed, Instant{}, kNoLane, kNoJob, "SIGKILL"});
  CHECK(legend_of(trace).width() > alone);
}
