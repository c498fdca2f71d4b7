// SPDX-License-Identifier: GPL-3.0-or-later
// Charts: no peak is lost, nothing is drawn outside the plot, axes are round, and the view of time is shared.
#include <qcustomplot.h>

#include <QImage>
#include <QPainter>
#include <QtTest/QTest>
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "gui/charts/chart_header.hpp"
#include "gui/charts/chart_view.hpp"
#include "gui/charts/curve.hpp"
#include "gui/charts/label_room.hpp"
#include "gui/charts/value_axis.hpp"
#include "tests/catch.hpp"
#include "tests/gui/application.hpp"
#include "tests/gui/timeline_traces.hpp"

namespace spawnpoint::gui {
namespace {

double highest(const std::vector<Corner>& points) {
  double most = 0;
  for (const Corner& point : points) most = std::max(most, point.value);
  return most;
}

}  // namespace

TEST_CASE("the corners of a step function") {
  Series series;
  series.append(seconds(1), 10);
  series.append(seconds(2), 30);
  const auto points = corners(series, {seconds(0), seconds(4)}, seconds(3), 400);
  // From the first step, up at 2 s, and flat to where the record ends.
  const std::vector<std::pair<double, double>> wanted = {{1, 10}, {2, 10}, {2, 30}, {3, 30}};
  REQUIRE(points.size() == wanted.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    CHECK(points[i].at == Approx(wanted[i].first));
    CHECK(points[i].value == wanted[i].second);
  }
  CHECK(corners(series, {seconds(0), seconds(0.5)}, seconds(3), 100).empty());
  CHECK(corners({}, {seconds(0), seconds(1)}, seconds(3), 100).empty());
}

TEST_CASE("a peak of one step among a million is kept at any width") {
  Series series;
  for (int i = 0; i < 1'000'000; ++i) series.append(Instant(Duration(i * 1000)), i % 2 + (i == 654'321 ? 1000 : 0));
  const int columns = GENERATE(1, 10, 333, 1200);
  const TimeRange range{seconds(0), seconds(1)};
  const auto points = corners(series, range, seconds(1), columns);
  CHECK(highest(points) == 1001);
  CHECK(points.size() <= static_cast<std::size_t>(columns) * 8 + 4);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].at < 0 || points[i].at > 1 || (i > 0 && points[i].at < points[i - 1].at))
      FAIL("a corner outside the plot");
  }
}

TEST_CASE("a line whose steps can be told apart is drawn exactly, without a band") {
  // Up and down every tenth of a second, and a peak that lasts a microsecond.
  Series series;
  for (int i = 0; i < 10; ++i) series.append(seconds(0.1 * i), i % 2);
  series.append(seconds(0.95), 40);
  series.append(seconds(0.950001), 1);
  const TimeRange range{seconds(0), seconds(1)};
  const Curve drawn = curve(series, range, seconds(1), 1000);
  CHECK(drawn.band.empty());
  const auto exact = corners(series, range, seconds(1), 1000);
  REQUIRE(drawn.line.size() == exact.size());
  for (std::size_t i = 0; i < exact.size(); ++i) {
    CHECK(drawn.line[i].at == exact[i].at);
    CHECK(drawn.line[i].value == exact[i].value);
  }
  CHECK(highest(drawn.line) == 40);
  CHECK(drawn.at(0.15) == Approx(1));
  CHECK(drawn.at(0.25) == Approx(0));
}

TEST_CASE("a line that turns more often than there are pixels is its mean, before a band that reaches each peak") {
  // 3 and 5 in turns of a microsecond, one peak of 90; then flat; then in turns again.
  Series series;
  for (int i = 0; i < 400'000; ++i) series.append(Instant(Duration(i * 1000)), i == 123'456 ? 90 : i % 2 == 0 ? 3 : 5);
  series.append(seconds(0.4), 7);
  for (int i = 600'000; i < 1'000'000; ++i) series.append(Instant(Duration(i * 1000)), i % 2 == 0 ? 3 : 5);
  const int pixels = GENERATE(333, 600, 1200);
  const Curve drawn = curve(series, {seconds(0), seconds(1)}, seconds(1), pixels);
  CHECK(drawn.line.size() < static_cast<std::size_t>(pixels));
  for (const double at : {0.05, 0.3, 0.7, 0.95}) {
    CHECK(drawn.at(at) == Approx(4).margin(0.02));
  }
  CHECK(drawn.at(0.5) == Approx(7));
  double peak = 0;
  const double pixel = 1.0 / pixels;
  for (std::size_t i = 0; i < drawn.band.size(); ++i) {
    const Curve::Reach& reach = drawn.band[i];
    REQUIRE(reach.low <= reach.high);
    if (i > 0) REQUIRE(reach.at >= drawn.band[i - 1].at - 1e-9);
    if (reach.at > 0.42 && reach.at < 0.58) CHECK(reach.low == reach.high);
    // The peak is in its own pixel.
    if (reach.high > 7) CHECK(std::abs(reach.at - 0.123456) <= pixel + 1e-9);
    peak = std::max(peak, reach.high);
  }
  CHECK(peak == 90);
  for (std::size_t i = 1; i < drawn.line.size(); ++i) REQUIRE(drawn.line[i].at >= drawn.line[i - 1].at - 1e-9);
  CHECK(drawn.line.front().at == Approx(0).margin(1e-9));
  CHECK(drawn.line.back().at == Approx(1));
  // From near enough, each step is seen.
  CHECK(curve(series, {seconds(0.1), seconds(0.10005)}, seconds(1), pixels).band.empty());
}

TEST_CASE("kernel memory is the sum of its parts") {
  Series a;
  a.append(seconds(0), 1);
  a.append(seconds(2), 5);
  Series b;
  b.append(seconds(1), 10);
  const Series both = sum({&a, &b});
  CHECK(both.at(seconds(0.5)) == 1);
  CHECK(both.at(seconds(1)) == 11);
  CHECK(both.at(seconds(3)) == 15);
  CHECK(sum({}).empty());
}

TEST_CASE("value axes have round ticks that stay apart") {
  const auto labels = [](const ValueAxis& axis) {
    std::string all;
    for (const ValueTick& tick : axis.ticks) all += tick.label + "|";
    return all;
  };
  CHECK(labels(value_axis(ChartUnit::count, false, 1, 508, 4)) == "0|200|400|");
  // Where there is little room, a zero is not alone.
  CHECK(labels(value_axis(ChartUnit::count, false, 1, 40'001, 2)) == "0|20,000|40,000|");
  CHECK(labels(value_axis(ChartUnit::count, false, 1, 1, 2)) == "0|1|");
  CHECK(labels(value_axis(ChartUnit::bytes, false, 1, 20 << 20, 4)) == "0 B|8 MiB|16 MiB|");
  CHECK(labels(value_axis(ChartUnit::count, true, 1, 1e6, 8)) == "1|10|100|1,000|10,000|100,000|1,000,000|");
  CHECK(labels(value_axis(ChartUnit::bytes, true, 2 << 20, 400 << 20, 4)) == "2 MiB|16 MiB|128 MiB|");
  // A low chart, where there is room for two: one tick alone would say nothing.
  CHECK(labels(value_axis(ChartUnit::bytes, true, 85'000, 213'000'000, 2)) == "32 KiB|1 MiB|32 MiB|");
  const ValueAxis axis = value_axis(ChartUnit::bytes, true, 3e5, 9e9, 6);
  CHECK(axis.low < 3e5);
  CHECK(axis.high > 9e9);
}

TEST_CASE("above the highest line there is room for its glyphs, however far the axis goes") {
  constexpr int kHeight = 130;  // Of a low chart's plot, in pixels; a glyph has 7.
  for (const double least : {1.0, 4'096.0, 1e6}) {
    for (const double most : {1e3, 3e6, 2e8, 6e9, 9e12}) {
      if (most <= least) continue;
      const ValueAxis linear = value_axis(ChartUnit::bytes, false, least, most, 4);
      CHECK((linear.high - most) / linear.high * kHeight >= 4);
      const ValueAxis wide = value_axis(ChartUnit::bytes, true, least, most, 4);
      CHECK(std::log(wide.high / most) / std::log(wide.high / wide.low) * kHeight >= 4);
    }
  }
}

TEST_CASE("a memory chart has a line per world and kind, and the failure") {
  const Theme theme = make_theme(ThemeKind::light);
  const auto trace = refused_at_508();
  const ChartContent content = memory_chart({{WorldKind::modeled, trace}, {WorldKind::live, trace}}, theme);
  CHECK(content.lines.size() == 6);
  REQUIRE(content.marks.size() == 2);
  CHECK(content.marks[0].label.contains("EAGAIN"));
  CHECK(threads_chart({{WorldKind::live, trace}}, theme).lines.size() == 1);
  CHECK(memory_chart({{WorldKind::live, nullptr}}, theme).empty());
}

TEST_CASE("a memory chart draws what the jobs took, and tells the program's own part beside its title") {
  const auto trace = std::make_shared<Trace>();
  trace->end = seconds(1);
  (*trace)[SeriesKind::resident].append(seconds(0), 2.0 * (1 << 20));
  (*trace)[SeriesKind::resident].append(seconds(0.5), 5.0 * (1 << 20));
  const auto other = std::make_shared<Trace>(*trace);
  (*other)[SeriesKind::resident].value = {8.0 * (1 << 20), 11.0 * (1 << 20)};
  const ChartContent content =
      memory_chart({{WorldKind::modeled, trace}, {WorldKind::live, other}}, make_theme(ThemeKind::light));
  CHECK(content.title == "Memory of the jobs");
  CHECK(content.note == "the program itself: model 2 MiB, live 8 MiB");
  REQUIRE(content.lines.size() == 2);
  CHECK(content.lines[0].series == content.lines[1].series);
  CHECK(content.lines[0].series.value == Column<double>{0, 3.0 * (1 << 20)});
}

TEST_CASE("a chart's legend draws a line as live only where the live world has one") {
  application();
  const auto modeled = std::make_shared<Trace>();
  modeled->end = seconds(1);
  (*modeled)[SeriesKind::threads].append(seconds(0), 4);
  const auto live = std::make_shared<Trace>(*modeled);
  (*modeled)[SeriesKind::runnable].append(seconds(0), 2);
  const Theme theme = make_theme(ThemeKind::light);
  const auto legend = [&](const std::vector<WorldTrace>& traces) {
    QImage image(600, 20, QImage::Format_RGB32);
    image.fill(theme.base);
    QPainter painter(&image);
    paint_chart_header(painter, image.rect(), threads_chart(traces, theme), theme, 0);
    int count = 0;
    for (int x = 0; x < image.width(); ++x)
      for (int y = 0; y < image.height(); ++y) count += image.pixelColor(x, y) == theme.color(SeriesKind::runnable);
    return count;
  };
  const auto both = std::make_shared<Trace>(*live);
  (*both)[SeriesKind::runnable] = (*modeled)[SeriesKind::runnable];
  CHECK(legend({{WorldKind::modeled, modeled}, {WorldKind::live, live}}) <
        legend({{WorldKind::modeled, modeled}, {WorldKind::live, both}}));
}

TEST_CASE("what a live run was looked at now and then is drawn as points, and told with when that was") {
  application();
  const auto live = std::make_shared<Trace>();
  live->end = seconds(1);
  (*live)[SeriesKind::threads].append(seconds(0), 30);
  Series& runnable = (*live)[SeriesKind::runnable];
  runnable.append(seconds(0), 1);
  runnable.append(seconds(0.5), 26);
  runnable.append(seconds(1), 0);
  const Theme theme = make_theme(ThemeKind::light);
  const ChartContent content = threads_chart({{WorldKind::modeled, live}, {WorldKind::live, live}}, theme);
  REQUIRE(content.lines.size() == 4);
  CHECK_FALSE(content.lines[1].looks);
  CHECK(content.lines[3].looks);
  CHECK(points(runnable, {seconds(0), seconds(1)}, live->end, 100).size() == 3);
  CHECK(points(runnable, {seconds(0.1), seconds(0.9)}, live->end, 100).size() == 1);
  CHECK(points(runnable, {seconds(0), seconds(1)}, live->end, 1).size() == 3);

  TimeView view;
  view.reset({Instant{}, live->end});
  ChartView chart(view);
  chart.resize(700, 200);
  chart.set_theme(theme);
  chart.set_content(threads_chart({{WorldKind::live, live}}, theme));
  CHECK(chart.values_at(seconds(0.9)).contains("runnable: 26 (seen 400 ms before)"));
  CHECK(chart.values_at(seconds(0.5)).endsWith("runnable: 26"));
  chart.show();
  application().processEvents();
  const QImage image = chart.grab().toImage();
  const auto drawn = [&](double at) {
    const int x = static_cast<int>(view.axis(700).x(seconds(at)));
    int count = 0;
    for (int y = 40; y < image.height(); ++y) count += image.pixelColor(x, y) == theme.color(SeriesKind::runnable);
    return count;
  };
  CHECK(drawn(0.5) > 0);
  CHECK(drawn(0.75) == 0);
}

TEST_CASE("a figure of a chart has all its notes, below the header where they do not fit beside the title") {
  application();
  const auto trace = std::make_shared<Trace>();
  trace->end = seconds(1);
  for (const SeriesKind kind : {SeriesKind::resident, SeriesKind::virtual_size})
    (*trace)[kind].append(seconds(0), 1 << 20);
  const Theme theme = make_theme(ThemeKind::light);
  ChartContent content = memory_chart({{WorldKind::modeled, trace}, {WorldKind::live, trace}}, theme);
  content.note = "the program itself: model 2 MiB, live 8 MiB";
  const QString bands = "line: mean, band: lowest to highest";
  CHECK(chart_notes_below(content, theme, 1600, 18, bands).isEmpty());
  for (const double width : {240.0, 320.0, 500.0}) {
    CAPTURE(width);
    const QStringList lines = chart_notes_below(content, theme, width, 18, bands);
    CHECK(lines.join(' ') == content.note + ' ' + bands);
    const QFontMetricsF metrics(theme.font(kChartTextPixels));
    for (const QString& line : lines) CHECK(metrics.horizontalAdvance(line) <= width - 18);
    CHECK(chart_notes_height(lines) > 0);
  }
}

TEST_CASE("a chart's legend has all its lines, however narrow it is") {
  application();
  const auto trace = std::make_shared<Trace>();
  trace->end = seconds(1);
  trace->cores = 2;
  for (const SeriesKind kind : {SeriesKind::threads, SeriesKind::tasks, SeriesKind::runnable})
    (*trace)[kind].append(seconds(0), 4);
  const Theme theme = make_theme(ThemeKind::light);
  const ChartContent content = threads_chart({{WorldKind::modeled, trace}, {WorldKind::live, trace}}, theme);
  for (const int width : {230, 300, 400, 700}) {
    CAPTURE(width);
    QImage image(width, chart_header_height(content, theme, width, 18), QImage::Format_RGB32);
    image.fill(theme.base);
    QPainter painter(&image);
    paint_chart_header(painter, image.rect(), content, theme, 18);
    for (const ChartLine& line : content.lines) {
      int count = 0;
      for (int x = 0; x < image.width(); ++x)
        for (int y = 0; y < image.height(); ++y) count += image.pixelColor(x, y) == line.color;
      CAPTURE(line.name.toStdString());
      CHECK(count > 0);
    }
  }
}

TEST_CASE("a chart shows its lines in both themes, linear and logarithmic") {
  const ThemeKind kind = GENERATE(ThemeKind::light, ThemeKind::dark);
  const bool logarithmic = GENERATE(false, true);
  QtWatch watch;
  const Theme theme = make_theme(kind);
  TimeView view;
  const auto trace = three_threads();
  view.reset({Instant{}, trace->end});
  ChartView chart(view);
  chart.resize(900, 180);
  chart.set_theme(theme);
  chart.set_content(memory_chart({{WorldKind::live, trace}}, theme));
  chart.set_logarithmic(logarithmic);
  chart.show();
  application().processEvents();
  const QImage image = chart.grab().toImage();
  // Right of the labels, below the legend. The line is smoothed, so its colour is matched only roughly.
  const QColor wanted = theme.color(SeriesKind::virtual_size);
  const auto near = [&](const QColor& c) {
    return std::abs(c.red() - wanted.red()) + std::abs(c.green() - wanted.green()) +
               std::abs(c.blue() - wanted.blue()) <
           60;
  };
  int line = 0;
  for (int x = 100; x < image.width() - 20; ++x) {
    bool found = false;
    for (int y = 20; y < image.height(); ++y) found = found || near(image.pixelColor(x, y));
    line += found ? 1 : 0;
  }
  CHECK(line > 700);
  CHECK(image.pixelColor(2, image.height() - 2).rgb() == theme.base.rgb());
  CHECK(chart.values_at(seconds(0.75)).contains("live resident: 1 MiB"));
  CHECK(chart.values_at(seconds(0.25)).contains("live kernel: 160 KiB"));
  CHECK(chart.accessibleDescription().contains("400 MiB"));
}

TEST_CASE("a chart shares crosshair, selection, zoom and keys with all other views") {
  QtWatch watch;
  const Theme theme = make_theme(ThemeKind::light);
  TimeView view;
  const auto trace = three_threads();
  view.reset({Instant{}, trace->end});
  ChartView chart(view);
  chart.resize(1114, 160);
  chart.set_content(memory_chart({{WorldKind::live, trace}}, theme));
  chart.show();
  application().processEvents();
  QWidget* plot = chart.findChild<QWidget*>();
  REQUIRE(plot);
  QTest::mouseMove(plot, {96 + 250, 60});
  REQUIRE(view.crosshair());
  CHECK(to_seconds(*view.crosshair()) == Approx(0.25).margin(0.002));
  QTest::mousePress(plot, Qt::LeftButton, {}, {96 + 250, 60});
  for (const int x : {300, 400, 500}) QTest::mouseMove(plot, {96 + x, 60});
  QTest::mouseRelease(plot, Qt::LeftButton, {}, {96 + 500, 60});
  REQUIRE(view.selection());
  CHECK(to_seconds(view.selection()->length()) == Approx(0.25).margin(0.003));
  QTest::keyClick(&chart, Qt::Key_Z);
  CHECK(to_seconds(view.visible().length()) == Approx(0.275).margin(0.004));
  QTest::keyClick(&chart, Qt::Key_L);
  CHECK(chart.is_logarithmic());
}

TEST_CASE("a chart without data says so") {
  QtWatch watch;
  TimeView view;
  ChartView chart(view);
  chart.resize(600, 120);
  chart.show();
  application().processEvents();
  CHECK(chart.accessibleDescription().contains("F5"));
  const QImage words = chart.grab().toImage();
  chart.set_empty_text("");
  CHECK(words != chart.grab().toImage());
}

TEST_CASE("labels of marks lie over no line and over no other label, and are left out where there is no room") {
  const QRectF area(0, 0, 400, 100);
  LabelRoom room(area, LabelRoom::From::bottom, 4);
  // A line along the bottom: the label goes above it.
  room.add_line({0, 90, 400, 90});
  room.add_line({100, 0, 100, 100});
  room.add_line({140, 0, 140, 100});
  const LabelWish first{100, 100, {QSizeF(60, 16), QSizeF(20, 16)}};
  const auto one = room.take(first);
  REQUIRE(one);
  CHECK(one->where.bottom() < 90);
  CHECK(one->text == 0);
  // To the right the other mark's line is in the way.
  CHECK(one->where.right() < 100);
  const auto two = room.take({140, 140, {QSizeF(60, 16)}});
  REQUIRE(two);
  CHECK(two->where.left() > 140);
  // Marks at one place: their labels are one above the other, until there is no more room.
  std::vector<QRectF> taken{one->where, two->where};
  int given = 0;
  while (const auto more = room.take(first)) {
    for (const QRectF& other : taken) CHECK_FALSE(other.intersects(more->where));
    CHECK(area.contains(more->where));
    CHECK_FALSE((more->where.left() < 140 && more->where.right() > 140));
    taken.push_back(more->where);
    REQUIRE(++given < 100);
  }
  CHECK(given > 2);
  // A steep line is in the way only where it is.
  LabelRoom slope(area, LabelRoom::From::top, 0);
  slope.add_line({0, 0, 400, 100});
  CHECK(slope.is_free({0, 60, 60, 16}));
  CHECK(slope.is_free({340, 20, 60, 16}));
  CHECK_FALSE(slope.is_free({180, 40, 60, 16}));
  // Where the whole text has no room, a shorter one may.
  LabelRoom narrow(QRectF(0, 0, 50, 20), LabelRoom::From::top, 0);
  const auto shorter = narrow.take({10, 10, {QSizeF(60, 16), QSizeF(20, 16)}});
  REQUIRE(shorter);
  CHECK(shorter->text == 1);
  CHECK_FALSE(narrow.take({10, 10, {QSizeF(60, 16)}}));
}

TEST_CASE("labels of failures that are near each other are drawn apart, whatever the chart") {
  application();
  const Theme theme = make_theme(ThemeKind::light);
  ChartContent content;
  content.title = "Threads and tasks";
  ChartLine line;
  line.name = "threads";
  line.color = Qt::blue;
  line.end = seconds(10);
  line.series.append(seconds(0), 0);
  line.series.append(seconds(5), 500);
  content.lines.push_back(line);
  for (int i = 0; i < 12; ++i)
    content.marks.push_back({WorldKind::live, seconds(5 + 0.02 * i), QString::fromUtf8("✕ EAGAIN by limit %1").arg(i)});
  TimeView view;
  view.reset({seconds(0), seconds(10)});
  ChartView chart(view);
  chart.set_theme(theme);
  chart.set_content(content);
  for (const QSize size : {QSize(700, 130), QSize(300, 90), QSize(1400, 400)}) {
    chart.resize(size);
    (void)chart.grab();
    auto* plot = chart.findChild<QCustomPlot*>();
    REQUIRE(plot);
    std::vector<QRectF> labels;
    for (int i = 0; i < plot->itemCount(); ++i) {
      auto* text = qobject_cast<QCPItemText*>(plot->item(i));
      if (text != nullptr && text->visible())
        labels.emplace_back(text->topLeft->pixelPosition(), text->bottomRight->pixelPosition());
    }
    CAPTURE(size.width(), labels.size());
    CHECK(!labels.empty());
    CHECK(labels.size() < 12);
    for (std::size_t a = 0; a < labels.size(); ++a)
      for (std::size_t b = 0; b < a; ++b) CHECK_FALSE(labels[a].intersects(labels[b]));
  }
}

}  // namespace spawnpoint::gui
