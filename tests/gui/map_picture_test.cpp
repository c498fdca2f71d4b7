// SPDX-License-Identifier: GPL-3.0-or-later
// How the failure map looks: colours, marks, names that lie over nothing, and what it says of its lines and points.
#include <cmath>
#include <set>
#include <utility>

#include "gui/map/map_key.hpp"
#include "gui/map/map_picture.hpp"
#include "tests/gui/computed_map.hpp"
#include "tests/gui/map_texts.hpp"

namespace spawnpoint::gui {

TEST_CASE("the colours of the map stand out in both themes", "[map]") {
  application();
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    const Theme theme = make_theme(kind);
    // WCAG 2.1: text needs 4.5 to 1.
    for (int style = 0; style < kMapColors; ++style) CHECK(contrast(map_color(theme, style), theme.base) >= 3.9);
  }
}

TEST_CASE("eight lines have eight colours, and labels that lie over nothing", "[map]") {
  application();
  const MapContent content = map_content(computed_map(kEightLines));
  REQUIRE(content.lines.size() == 8);
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    const Theme theme = make_theme(kind);
    for (int a = 0; a < 8; ++a) {
      for (int b = 0; b < a; ++b) {
        const QColor one = map_color(theme, content.lines[static_cast<std::size_t>(a)].style);
        const QColor other = map_color(theme, content.lines[static_cast<std::size_t>(b)].style);
        CAPTURE(a, b);
        CHECK(std::hypot(one.red() - other.red(), one.green() - other.green(), one.blue() - other.blue()) > 50);
      }
    }
    for (const MapValue value : {MapValue::time, MapValue::memory}) {
      const MapPicture picture(content, value, theme, QRectF(0, 0, 900, 520));
      const auto labels = picture.label_places();
      REQUIRE(labels.size() == 8);
      for (std::size_t a = 0; a < labels.size(); ++a) {
        for (std::size_t b = 0; b < a; ++b) CHECK_FALSE(labels[a].intersects(labels[b]));
        for (const QLineF& piece : picture.line_pieces()) CHECK_FALSE(labels[a].contains(piece.center()));
      }
    }
  }
}

TEST_CASE("twelve lines have twelve colours, and more of them marks of their own", "[map]") {
  application();
  REQUIRE(kMapColors >= 12);
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    const Theme theme = make_theme(kind);
    for (int a = 0; a < kMapColors; ++a) {
      for (int b = 0; b < a; ++b) {
        const QColor one = map_color(theme, a), other = map_color(theme, b);
        CAPTURE(a, b, one.name().toStdString(), other.name().toStdString());
        CHECK(std::hypot(one.red() - other.red(), one.green() - other.green(), one.blue() - other.blue()) > 45);
      }
      CHECK(map_color(theme, a) != theme.failure);
    }
  }
  const Theme theme = make_theme(ThemeKind::light);
  std::set<std::pair<QRgb, int>> looks;
  for (int style = 0; style < 3 * kMapColors; ++style) looks.emplace(map_color(theme, style).rgb(), map_glyph(style));
  CHECK(looks.size() == static_cast<std::size_t>(3 * kMapColors));
  MapContent content;
  const auto add_line = [&content] {
    MapLine line;
    line.style = static_cast<int>(content.lines.size());
    line.name = QStringLiteral("line %1").arg(line.style);
    line.items.resize(1);
    content.lines.push_back(line);
  };
  for (int i = 0; i < kMapColors; ++i) add_line();
  CHECK(MapKey(content, theme, 600).note().isEmpty());
  const double before = MapKey(content, theme, 600).height();
  add_line();
  CHECK(MapKey(content, theme, 600).note().contains("after 12 lines"));
  CHECK(MapKey(content, theme, 600).height() > before);
}

TEST_CASE("where every point fails of something else, the map does not name one cause for all", "[map]") {
  application();
  const MapContent content = map_content(computed_map(
      "[machine]\nprofile = \"laptop-8g\"\nlimits.nproc = 600\n[jobs]\ncount = 1000\n[[run]]\nconcurrency = "
      "\"thread_per_job\"\n[sweep]\n\"machine.limits.pids_max\" = [10, 20, 1000]\n"));
  REQUIRE(content.lines.size() == 1);
  INFO(content.lines[0].end.toStdString());
  CHECK(content.lines[0].end.startsWith("✕ at every point: EAGAIN by "));
  CHECK(content.lines[0].end.endsWith(", and others"));
}

TEST_CASE("where a line ends is nearer to its own name than to the next one, in the map's key", "[map]") {
  application();
  MapContent content;
  for (const char* end :
       {"", "✕ at 296: EAGAIN by pids.max = 300", "", "✕ at 4,986,517: SIGKILL by memory.max = 512 MiB"}) {
    MapLine line;
    line.name = "thread_per_job";
    line.end = QString::fromUtf8(end);
    line.style = static_cast<int>(content.lines.size());
    line.items.resize(1);
    content.lines.push_back(line);
  }
  const Theme theme = make_theme(ThemeKind::light);
  const QFontMetricsF metrics(theme.font(kMapText));
  const auto places = MapKey(content, theme, 330).places({});
  REQUIRE(places.size() == 4);
  // A name without an end takes one row, one with it two, and then there is some space.
  CHECK(places[1].height() > places[0].height() + metrics.height() / 2);
  CHECK(places[2].top() - places[1].top() >= kMapTextLine + metrics.height() + 4);
}

TEST_CASE("where names would be over lines they are below the map", "[map]") {
  application();
  const MapContent content = map_content(computed_map(kEightLines));
  const Theme theme = make_theme(ThemeKind::light);
  const QFontMetricsF metrics(theme.font(kMapText));
  for (const QSizeF size : {QSizeF(360, 800), QSizeF(480, 800), QSizeF(900, 520), QSizeF(1600, 900)}) {
    for (const MapValue value : {MapValue::time, MapValue::memory}) {
      const MapPicture picture(content, value, theme, QRectF(QPointF(), size));
      const auto labels = picture.label_places();
      CAPTURE(size.width(), size.height());
      REQUIRE(labels.size() == 8);
      const bool is_below = labels.front().top() > picture.plot().bottom();
      if (size.width() == 360) CHECK(is_below);
      if (size.width() == 1600) CHECK_FALSE(is_below);
      for (std::size_t a = 0; a < labels.size(); ++a) {
        CHECK(QRectF(QPointF(), size).contains(labels[a]));
        if (is_below) CHECK(labels[a].width() > metrics.horizontalAdvance(content.lines[a].name));
        for (std::size_t b = 0; b < a; ++b) CHECK_FALSE(labels[a].intersects(labels[b]));
        for (const QLineF& piece : picture.line_pieces()) CHECK_FALSE(labels[a].contains(piece.center()));
        for (const QRectF& mark : picture.mark_places()) CHECK_FALSE(labels[a].intersects(mark));
      }
    }
  }
  // Where the key would be most of the picture, only those names are there that lie over nothing.
  const MapPicture flat(content, MapValue::time, theme, QRectF(0, 0, 360, 150));
  const auto labels = flat.label_places();
  CHECK(labels.size() < 8);
  for (std::size_t a = 0; a < labels.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) CHECK_FALSE(labels[a].intersects(labels[b]));
    for (const QLineF& piece : flat.line_pieces()) CHECK_FALSE(labels[a].contains(piece.center()));
  }
}

TEST_CASE("points with replications have their interval", "[map]") {
  application();
  const MapContent content = map_content(computed_map(kEightLines));
  for (const MapLine& line : content.lines) {
    for (const MapItem& item : line.items) {
      if (item.kind == MapItem::Kind::end) continue;
      CHECK(item.seconds_interval > 0);
      CHECK(item.seconds_interval < 3 * item.seconds);
    }
  }
  const MapContent single = map_content(computed_map(kSwept));
  for (const MapItem& item : single.lines[1].items) CHECK(item.seconds_interval == 0);
}

TEST_CASE("a point at which some replications fail is marked as that", "[map]") {
  application();
  // With times drawn at random, more than 507 threads are there at once at times.
  const MapContent content = map_content(computed_map(R"(spawnpoint = 1
[machine]
profile = "rust-playground"
[jobs]
count = 2000
arrivals = { rate = "1000/s" }
steps = [{ sleep = "450ms" }]
[[run]]
concurrency = "thread_per_job"
[sweep]
repeat = 12
"jobs.count" = [300, 2000, 5000]
)"));
  REQUIRE(content.lines.size() == 1);
  const auto& items = content.lines[0].items;
  CHECK(std::ranges::count(items, true, &MapItem::fails_at_times) == 2);
  CHECK_FALSE(items.front().fails_at_times);
  CHECK(std::ranges::find(items, true, &MapItem::fails_at_times)->words.contains("of them fail"));
}

TEST_CASE("a map of machines marks each one that fails, and joins none of them to the next", "[map]") {
  application();
  const MapResult result = computed_map(QString::fromUtf8(kRefused) +
                                        "[sweep]\n\"machine.profile\" = [\"laptop-8g\", \"rust-playground\", "
                                        "\"systemd-service\", \"rust-playground\"]\n");
  const MapContent content = map_content(result);
  REQUIRE(content.lines.size() == 2);
  const MapLine& threads = content.lines[0];
  CHECK(threads.end == "✕ at rust-playground, rust-playground: EAGAIN by pids.max = 512");
  REQUIRE(threads.items.size() == 4);
  CHECK(threads.items[1].kind == MapItem::Kind::end);
  CHECK(threads.items[1].x == 2);
  CHECK_FALSE(content.nothing_fails);
  CHECK_FALSE(content.everything_fails);
}

TEST_CASE("where a limit is swept, each break has one labelled cross, and what fails before it is drawn as such",
          "[map]") {
  application();
  const MapContent content = map_content(computed_map(kSweptLimit));
  CHECK(content.any_line_begins);
  CHECK_FALSE(content.any_line_ends);
  CHECK(content.x.title == "machine.limits.pids_max");
  const Theme theme = make_theme(ThemeKind::light);
  const MapPicture picture(content, MapValue::time, theme, QRectF(0, 0, 1200, 600));
  std::vector<double> failing;
  for (std::size_t line = 0; line < content.lines.size(); ++line) {
    const MapLine& of = content.lines[line];
    INFO(of.name.toStdString() << ": " << of.end.toStdString());
    int breaks = 0;
    for (std::size_t item = 0; item < of.items.size(); ++item) {
      const QPointF here = picture.at({line, item});
      CHECK(here.y() < picture.plot().bottom() - 2);
      if (of.items[item].kind != MapItem::Kind::end) continue;
      const bool in_row = is_in_failing_row(content, of.items[item]);
      breaks += in_row ? 0 : 1;
      INFO(of.items[item].words.toStdString());
      CHECK(of.items[item].words.contains(in_row ? "fails with machine.limits.pids_max = "
                                                 : " in the first of 5 replications\n"));
      if (in_row && of.name == "thread_per_job (profile = laptop-8g)") failing.push_back(of.items[item].x);
      // Among what fails, below all that goes well.
      for (std::size_t other = 0; in_row && other < of.items.size(); ++other)
        if (!is_in_failing_row(content, of.items[other])) CHECK(picture.at({line, other}).y() < here.y());
    }
    CHECK(breaks == (of.end.isEmpty() ? 0 : 1));
    CHECK(of.end.isEmpty() == (of.name.startsWith("join_all") || of.name == "thread_pool (profile = rust-playground)"));
  }
  CHECK(failing == std::vector<double>{8, 16, 64, 128, 256});
}

TEST_CASE("a machine that fails among others that do not is no fast one", "[map]") {
  application();
  const MapContent content =
      map_content(computed_map(QString::fromUtf8(kRefused) + "[sweep]\n\"machine.profile\" = [\"laptop-8g\", "
                                                             "\"rust-playground\"]\n"));
  const Theme theme = make_theme(ThemeKind::light);
  const MapPicture picture(content, MapValue::time, theme, QRectF(0, 0, 900, 500));
  REQUIRE(content.lines[0].items.size() == 2);
  CHECK(is_in_failing_row(content, content.lines[0].items[1]));
  CHECK(picture.at({0, 1}).y() < picture.plot().bottom() - 2);
  CHECK(picture.at({0, 1}).y() > picture.at({0, 0}).y());
}

TEST_CASE("a line of which every point fails says so", "[map]") {
  application();
  const MapContent content =
      map_content(computed_map(QString::fromUtf8(kRefused).replace("join_all", "thread_per_job") +
                               "[sweep]\n\"machine.memory\" = [\"2GiB\", \"4GiB\"]\n"));
  CHECK(content.everything_fails);
  CHECK(content.lines[0].end == "✕ at every point: EAGAIN by pids.max = 512");
}

}  // namespace spawnpoint::gui
