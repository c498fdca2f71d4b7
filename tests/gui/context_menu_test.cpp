// SPDX-License-Identifier: GPL-3.0-or-later
// The menus of charts, and charts on the clipboard.
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QImage>
#include <QMenu>
#include <QMimeData>
#include <QPointer>
#include <QSvgRenderer>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <algorithm>
#include <stdexcept>

#include "gui/charts/chart_view.hpp"
#include "gui/compare/compare_page.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/limits/limits_page.hpp"
#include "gui/map/map_page.hpp"
#include "gui/timeline/overview.hpp"
#include "gui/timeline/timeline_widget.hpp"
#include "gui/window/export_dialog.hpp"
#include "tests/gui/app_fixture.hpp"

namespace spawnpoint::gui {
namespace {

struct MenuFixture : AppFixture {
  MenuFixture() {
    window->resize(1280, 800);
    window->show();
    open(QString(kRefused) + "[sweep]\n\"jobs.count\" = [10, 100, 1000]\n");
  }

  template <class View>
  View& view(QWidget& page) {
    for (View* found : page.findChildren<View*>())
      if (found->isVisible()) return *found;
    FAIL("there is no such view on the page");
    throw std::logic_error("unreachable");
  }

  /// The entries' titles, without mnemonics and keys.
  QStringList titles(QWidget& on, QContextMenuEvent::Reason reason = QContextMenuEvent::Mouse) {
    ask(on, reason);
    QStringList all;
    for (const QAction* action : menu->actions()) {
      if (!action->isSeparator()) all += action->text().remove(u'&').section(u'\t', 0, 0);
    }
    return all;
  }

  void ask(QWidget& on, QContextMenuEvent::Reason reason = QContextMenuEvent::Mouse) {
    if (menu != nullptr) menu->close();
    const QPoint at = on.rect().center();
    QContextMenuEvent event(reason, at, on.mapToGlobal(at));
    QApplication::sendEvent(&on, &event);
    menu = nullptr;
    for (QMenu* found : window->findChildren<QMenu*>("context_menu"))
      if (found->isVisible()) menu = found;
    REQUIRE(menu != nullptr);
  }

  void choose(QWidget& on, const QString& title) {
    ask(on);
    const auto actions = menu->actions();
    const auto found = std::ranges::find_if(
        actions, [&](const QAction* action) { return action->text().remove(u'&').startsWith(title); });
    REQUIRE(found != actions.end());
    REQUIRE((*found)->isEnabled());
    (*found)->trigger();
    menu->close();
  }

  QPointer<QMenu> menu;
};

/// What is on the clipboard: a picture, and an SVG with these words that can be drawn.
void check_copied(const QSize& about, const QString& words) {
  const QMimeData* data = QApplication::clipboard()->mimeData();
  REQUIRE(data != nullptr);
  const auto picture = qvariant_cast<QImage>(data->imageData());
  REQUIRE_FALSE(picture.isNull());
  CHECK(picture.width() == 2 * about.width());
  CHECK(picture.height() >= 2 * about.height());
  const QByteArray svg = data->data("image/svg+xml");
  CHECK(QSvgRenderer(svg).isValid());
  INFO(svg.left(2000).toStdString());
  CHECK(QString::fromUtf8(svg).contains(words));
}

}  // namespace

TEST_CASE("a timeline's menu copies it, exports, and moves on the time axis", "[menu]") {
  MenuFixture app;
  app.window->pages().setCurrentWidget(&app.window->compare());
  auto& timeline = app.view<TimelineWidget>(app.window->compare());
  timeline.settle();
  for (const auto reason : {QContextMenuEvent::Mouse, QContextMenuEvent::Keyboard}) {
    const QStringList titles = app.titles(*timeline.viewport(), reason);
    for (const char* title :
         {"Copy as picture and SVG", "Export …", "Show all", "Zoom to the selection", "Next failure", "All rows"}) {
      INFO(title);
      CHECK(titles.contains(QString::fromUtf8(title)));
    }
  }
  app.choose(*timeline.viewport(), "Copy as picture");
  check_copied(timeline.viewport()->size(), "MODEL");
  TimeView& time = app.window->compare().time();
  const TimeRange part{time.extent().begin, time.extent().begin + time.extent().length() / 4};
  time.set_selection(part);
  app.choose(*timeline.viewport(), "Zoom to the selection");
  CHECK(time.visible().length() < time.extent().length() / 2);
  app.choose(*timeline.viewport(), "Show all");
  CHECK(time.visible().length() >= time.extent().length());
  app.choose(*timeline.viewport(), "Clear selection");
  CHECK_FALSE(time.selection());
}

TEST_CASE("a menu zooms to what lies between the markers, as the key does", "[menu]") {
  MenuFixture app;
  app.window->pages().setCurrentWidget(&app.window->compare());
  TimeView& time = app.window->compare().time();
  ChartView& memory = app.window->compare().memory();
  const auto zoom = [&] {
    app.ask(memory);
    const auto actions = app.menu->actions();
    return *std::ranges::find_if(actions, [](const QAction* one) { return one->text().contains("&Zoom to the sel"); });
  };
  const Duration part = time.extent().length() / 4;
  CHECK_FALSE(time.can_zoom_to_selection());
  CHECK_FALSE(zoom()->isEnabled());
  time.set_marker(0, time.extent().begin + part);
  CHECK_FALSE(zoom()->isEnabled());
  time.set_marker(1, time.extent().begin + part);
  CHECK_FALSE(zoom()->isEnabled());  // There is nothing between them.
  time.set_marker(1, time.extent().begin + 2 * part);
  REQUIRE(zoom()->isEnabled());
  zoom()->trigger();
  CHECK(time.visible().length() < 2 * part);
}

TEST_CASE("an entry of a menu does nothing once its view has gone", "[menu]") {
  MenuFixture app;
  ComparePage& compare = app.window->compare();
  app.window->pages().setCurrentWidget(&compare);
  compare.beside().setChecked(true);
  REQUIRE(eventually([&] {
    const auto beside = app.window->runs().result({1, WorldKind::modeled});
    return beside && !app.window->runs().is_running();
  }));
  QPointer<RunColumn> side = &compare.column(1);
  REQUIRE(side);
  app.ask(side->memory());
  QAction* copy = app.menu->actions().front();
  REQUIRE(copy->text().contains("Copy"));
  REQUIRE(copy->isEnabled());
  compare.beside().setChecked(false);
  REQUIRE_FALSE(side);
  QApplication::clipboard()->setText("before");
  copy->trigger();
  CHECK(QApplication::clipboard()->text() == "before");
}

TEST_CASE("where nothing has run, the page that is shown says what is exported", "[menu]") {
  AppFixture app;
  app.window->show();
  // So many jobs are not modeled unasked.
  REQUIRE(app.window->open_file(app.write("many.toml", QString(kRefused).replace("count = 1000", "count = 3_000_000") +
                                                           "[sweep]\n\"jobs.count\" = [10, 100, 1000]\n")));
  REQUIRE(eventually([&] { return app.parsed(); }));
  MapPage& map = app.window->map();
  app.window->pages().setCurrentWidget(&map);
  REQUIRE(eventually([&] { return map.sweep().result() && map.sweep().result()->complete && map.snapshot(); }));
  const std::pair<QWidget*, ExportPart> cases[] = {
      {&app.window->limits(), ExportPart::limits}, {&map, ExportPart::map}, {&app.window->compare(), ExportPart::map}};
  for (const auto& [page, part] : cases) {
    INFO(page->objectName().toStdString());
    app.window->pages().setCurrentWidget(page);
    app.action("export").trigger();
    auto* dialog = app.window->findChild<ExportDialog*>();
    REQUIRE(dialog != nullptr);
    CHECK(dialog->options().parts == std::vector{part});
    dialog->close();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
  }
}

TEST_CASE("a chart's menu copies it with the labels of its time axis", "[menu]") {
  MenuFixture app;
  app.window->pages().setCurrentWidget(&app.window->compare());
  ChartView& memory = app.window->compare().memory();
  app.choose(memory, "Copy as picture");
  check_copied(memory.size(), "Memory");
  CHECK_FALSE(memory.has_time_labels());
  const bool before = memory.is_logarithmic();
  app.choose(memory, before ? "Linear" : "Logarithmic");
  CHECK(memory.is_logarithmic() != before);
  auto& overview = app.view<Overview>(app.window->compare());
  app.choose(overview, "Copy as picture");
  CHECK(QApplication::clipboard()->mimeData()->hasImage());
}

TEST_CASE("the failure map and the ladder of limits have menus", "[menu]") {
  MenuFixture app;
  MapPage& map = app.window->map();
  app.window->pages().setCurrentWidget(&map);
  REQUIRE(eventually([&] { return map.sweep().result() && map.sweep().result()->complete; }));
  REQUIRE(eventually([&] { return !map.view().content().empty(); }));
  app.choose(map.view(), "Copy as picture");
  check_copied(map.view().size(), "thread_per_job");
  app.choose(map.view(), "Show memory");
  CHECK(map.view().value() == MapValue::memory);

  app.window->pages().setCurrentWidget(&app.window->limits());
  LadderView& ladder = app.window->limits().ladder();
  app.choose(ladder, "Copy as picture");
  check_copied({ladder.width(), ladder.sizeHint().height()}, "pids.max");
  app.choose(ladder, "Copy how the limit is raised");
  CHECK(QApplication::clipboard()->text() == "docker update --pids-limit N CONTAINER");
  app.choose(ladder, "Export");
  auto* dialog = app.window->findChild<ExportDialog*>();
  REQUIRE(dialog != nullptr);
  CHECK(dialog->options().parts == std::vector{ExportPart::limits});
  dialog->close();
}

TEST_CASE("the table of jobs has a menu, and is exported as it is seen", "[menu]") {
  MenuFixture app;
  JobsPage& jobs = app.window->job_table();
  app.window->pages().setCurrentWidget(&jobs);
  jobs.refresh();
  jobs.model().settle();
  REQUIRE(jobs.model().rowCount() == 1000);
  QWidget& table = *jobs.table().viewport();
  CHECK(app.titles(table).contains("Copy as a table"));
  app.choose(table, "Export");
  auto* dialog = app.window->findChild<ExportDialog*>();
  REQUIRE(dialog != nullptr);
  CHECK(dialog->options().parts == std::vector{ExportPart::jobs});
  dialog->set_directory(app.folder.filePath("out"));
  dialog->write();
  REQUIRE(dialog->report().errors.empty());
  REQUIRE(dialog->report().written.size() == 1);
  CHECK(dialog->report().written.front().filename() == "scenario-thread_per_job-jobs.csv");
}

TEST_CASE("the chart that has the keyboard is copied by its key, else the first of the page", "[menu]") {
  MenuFixture app;
  app.window->pages().setCurrentWidget(&app.window->limits());
  app.action("copy_chart").trigger();
  const LadderView& ladder = app.window->limits().ladder();
  check_copied({ladder.width(), ladder.sizeHint().height()}, "pids.max");
  app.window->pages().setCurrentWidget(&app.window->compare());
  app.window->compare().threads().setFocus();
  app.action("copy_chart").trigger();
  CHECK(QString::fromUtf8(QApplication::clipboard()->mimeData()->data("image/svg+xml")).contains("Threads and tasks"));
}

}  // namespace spawnpoint::gui
