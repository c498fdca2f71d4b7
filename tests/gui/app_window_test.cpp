// SPDX-License-Identifier: GPL-3.0-or-later
// The window itself: theme, layout, gallery, export, names for screen readers.
#include <QAbstractButton>
#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QDialog>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QSpinBox>
#include <QSvgRenderer>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>

#include "core/trace/recorder.hpp"
#include "gui/compare/compare_page.hpp"
#include "gui/diagnosis/diagnosis_panel.hpp"
#include "gui/gallery/gallery_model.hpp"
#include "gui/gallery/home_page.hpp"
#include "gui/window/export_dialog.hpp"
#include "gui/window/icons.hpp"
#include "tests/gui/app_fixture.hpp"
#include "tests/gui/export_formats.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

std::vector<std::filesystem::path> files_of(AppFixture& app) {
  return {app.write("a-refused.toml", kRefused).toStdString(), app.write("b-quick.toml", kQuick).toStdString(),
          app.write("c-broken.toml", "titel = 1\n").toStdString()};
}

/// The dialog of a run that has been modeled.
struct ExportFixture : AppFixture {
  ExportFixture(const char* scenario, ThemeKind theme) {
    open(scenario);
    const auto result = window->runs().result(kModeled);
    REQUIRE(result);
    made = std::make_unique<ExportDialog>(session, window->document().scenario(), std::vector{result}, theme);
  }

  std::unique_ptr<ExportDialog> made;
};

}  // namespace

TEST_CASE("the gallery shows titles, first sentences and a preview of each good scenario") {
  AppFixture app;
  GalleryModel gallery;
  const QAbstractItemModelTester tester(&gallery, QAbstractItemModelTester::FailureReportingMode::Warning);
  gallery.show(files_of(app));
  CHECK(gallery.rowCount() == 3);  // At once, before anything is read.
  REQUIRE(eventually([&] { return gallery.complete(); }));
  CHECK(gallery.card(0).title == "Refused");
  CHECK(gallery.card(0).summary == "A thousand threads.");
  REQUIRE(gallery.card(0).preview);
  CHECK(gallery.card(0).preview->failure_at);
  CHECK(gallery.card(0).preview->verdict.contains("pids.max"));
  REQUIRE(gallery.card(1).preview);
  CHECK_FALSE(gallery.card(1).preview->failure_at);
  CHECK(gallery.card(1).preview->rows == 3);
  CHECK_FALSE(gallery.card(2).good);
  CHECK_FALSE(gallery.card(2).preview);
}

TEST_CASE("the search finds scenarios by their words, in any order") {
  AppFixture app;
  GalleryModel gallery;
  gallery.show(files_of(app));
  REQUIRE(eventually([&] { return gallery.complete(); }));
  SearchFilter filter(gallery, nullptr);
  filter.set_words("thousand PLAYGROUND");
  REQUIRE(filter.rowCount() == 1);
  CHECK(filter.index(0, 0).data().toString() == "Refused");
  // What its run ends with is not in its text.
  filter.set_words("EAGAIN");
  CHECK(filter.rowCount() == 1);
  filter.set_words("join_all quick");
  CHECK(filter.rowCount() == 0);
  filter.set_words("");
  CHECK(filter.rowCount() == 3);
}

TEST_CASE("the search's Enter opens what is called so, not what only mentions it") {
  AppFixture app;
  const std::vector<std::filesystem::path> files{
      app.write("a.toml",
                "title = \"A hundred\"\nabout = \"A thousand threads come later.\"\n[[run]]\nconcurrency = "
                "\"sequential\"\n")
          .toStdString(),
      app.write("b.toml", "title = \"A thousand threads\"\n[[run]]\nconcurrency = \"sequential\"\n").toStdString()};
  Workspace workspace(app.session);
  HomePage home(workspace);
  home.gallery().show(files);
  REQUIRE(eventually([&] { return home.gallery().complete(); }));
  QString opened;
  QObject::connect(&workspace, &Workspace::open_asked, &home, [&](const QString& path) { opened = path; });
  QTest::keyClicks(&home.search(), "thousand threads");
  QTest::keyClick(&home.search(), Qt::Key_Return);
  CHECK(QFileInfo(opened).fileName() == "b.toml");
  home.search().clear();
  QTest::keyClick(&home.search(), Qt::Key_Return);
  CHECK(QFileInfo(opened).fileName() == "a.toml");  // Their own order.
}

TEST_CASE("a preview's cells say what share of the time jobs spent in a state") {
  // Two jobs: the first sleeps in the first half, the second in the other.
  auto trace = std::make_shared<Trace>();
  TraceRecorder recorder(*trace, 2);
  const auto at = [](int milliseconds) { return Instant{} + std::chrono::milliseconds(milliseconds); };
  recorder.enter(0, JobState::waiting, 0, at(0));
  recorder.enter(1, JobState::queued, 0, at(0));
  recorder.enter(0, JobState::done, 0, at(500));
  recorder.enter(1, JobState::waiting, 0, at(500));
  recorder.enter(1, JobState::done, 0, at(1000));
  recorder.finish(at(1000));
  RunResult result;
  result.wall = std::chrono::seconds(1);
  result.trace = trace;
  const Preview preview = make_preview(result);
  REQUIRE(preview.rows == 2);
  const auto share = [&](int row, int column, JobState state) {
    return preview.cell(row, column)[static_cast<std::size_t>(state)];
  };
  const int quarter = Preview::kColumns / 4;
  CHECK(share(0, quarter, JobState::waiting) == Approx(1));
  CHECK(share(0, 3 * quarter, JobState::waiting) == Approx(0).margin(1e-6));
  CHECK(share(1, quarter, JobState::queued) == Approx(1));
  CHECK(share(1, quarter, JobState::waiting) == Approx(0).margin(1e-6));
  CHECK(share(1, 3 * quarter, JobState::waiting) == Approx(1));
}

TEST_CASE("the first sentence of a Markdown text is plain words") {
  CHECK(first_sentence("A **bold** start, e.g. here. And more.") == "A bold start, e.g.");
  CHECK(first_sentence("Look at `pids.max`: it binds.") == "Look at pids.max.");
  CHECK(first_sentence("Oops! These block.") == "Oops! These block.");
  CHECK(first_sentence("").isEmpty());
  CHECK(first_sentence("\"I have raised everything. What imposes this?\" asks someone.") ==
        QString::fromUtf8("\"I have raised everything. …\""));
  CHECK(first_sentence("\"Jobs at once.\" It can. Really.") == "\"Jobs at once.\" It can.");
}

TEST_CASE("on a narrow page the gallery's hint stands above the search") {
  AppFixture app;
  HomePage& home = app.window->home();
  QLabel* hint = nullptr;
  for (auto* label : home.findChildren<QLabel*>())
    if (label->text().startsWith("Pick a scenario")) hint = label;
  REQUIRE(hint != nullptr);
  app.window->show();
  for (const int width : {1280, 420}) {
    app.window->resize(width, 800);
    QCoreApplication::processEvents();
    const bool above = hint->geometry().bottom() < home.search().geometry().top();
    CHECK(above == (home.width() < 560));
    CHECK(hint->width() > 200);
  }
}

TEST_CASE("the theme goes dark and back, and is remembered") {
  AppFixture app;
  app.window->show();
  app.open(kRefused);
  // Qt hands a new palette to the windows only while the application runs.
  const auto trigger = [&](const char* name) {
    QTimer::singleShot(0, app.window.get(), [&app, name] {
      app.action(name).trigger();
      QTimer::singleShot(0, qApp, &QCoreApplication::quit);
    });
    QApplication::exec();
  };
  trigger("theme_dark");
  CHECK(app.window->theme().kind == ThemeKind::dark);
  CHECK(app.window->palette().color(QPalette::Window).lightness() < 128);
  CHECK(app.session.dark());
  CHECK(app.window->grab().toImage().pixelColor(5, 5).lightness() < 128);
  trigger("theme_light");
  CHECK(app.window->palette().color(QPalette::Window).lightness() > 128);
  CHECK_FALSE(app.session.dark());
}

TEST_CASE("panels come with the first scenario, and the default layout brings them back") {
  AppFixture app;
  app.window->show();
  auto* dock = app.window->findChild<QDockWidget*>("diagnosis_dock");
  REQUIRE(dock);
  CHECK_FALSE(dock->isVisible());
  app.open(kQuick);
  CHECK(dock->isVisible());
  dock->close();
  CHECK_FALSE(dock->isVisible());
  app.action("default_layout").trigger();
  CHECK(dock->isVisible());
  app.window->close();
  CHECK_FALSE(app.session.layout().isEmpty());
}

TEST_CASE("the export dialog writes the formats that are wanted") {
  ExportFixture app(kRefused, ThemeKind::light);
  ExportDialog& dialog = *app.made;
  const QString target = app.folder.filePath("out");
  dialog.set_directory(target);
  dialog.set_format(export_format("svg"), true);
  dialog.set_format(export_format("csv"), true);
  dialog.write();
  for (const std::string& error : dialog.report().errors) UNSCOPED_INFO(error);
  REQUIRE(dialog.report().errors.empty());
  bool png = false, svg = false, csv = false;
  for (const auto& path : dialog.report().written) {
    const QString file = QString::fromStdString(path.string());
    CHECK(QFileInfo(file).size() > 0);
    // A record is several tables, in a folder.
    if (file.endsWith("-csv")) csv = QFileInfo(file + "/segments.csv").size() > 0;
    if (file.endsWith(".png")) png = !QImage(file).isNull();
    if (file.endsWith(".svg")) svg = QSvgRenderer(file).isValid();
  }
  CHECK(png);
  CHECK(svg);
  CHECK(csv);
  CHECK(app.session.last_folder("export") == target);
}

TEST_CASE("the export dialog cannot write nothing") {
  ExportFixture app(kQuick, ThemeKind::dark);
  ExportDialog& dialog = *app.made;
  auto* button = dialog.findChild<QPushButton*>("write");
  REQUIRE(button);
  dialog.set_directory(app.folder.path());
  CHECK(button->isEnabled());
  dialog.set_part(ExportPart::all, false);
  CHECK_FALSE(button->isEnabled());
  dialog.set_format(export_format("png"), false);
  dialog.set_format(export_format("csv"), true);
  CHECK(button->isEnabled());  // A table has no parts.
  CHECK(dialog.options().theme == ThemeKind::dark);
}

TEST_CASE("after an export the dialog's fields have the size that they had, and its folder can be opened") {
  ExportFixture app(kRefused, ThemeKind::light);
  ExportDialog& dialog = *app.made;
  const QString target = app.folder.filePath("a folder with a rather long name, so that the outcome takes many lines");
  dialog.set_directory(target);
  for (const char* format : {"svg", "pdf", "csv", "trace"}) dialog.set_format(export_format(format), true);
  for (const ExportPart part : {ExportPart::memory, ExportPart::threads, ExportPart::timelines})
    dialog.set_part(part, true);
  dialog.show();
  const auto heights = [&] {
    std::vector<int> all;
    for (const auto* box : dialog.findChildren<QComboBox*>()) all.push_back(box->height());
    for (const auto* field : dialog.findChildren<QLineEdit*>()) all.push_back(field->height());
    return all;
  };
  const std::vector<int> before = heights();
  QCoreApplication::processEvents();
  const QSize size = dialog.size();
  const auto* button = dialog.findChild<QPushButton*>("write");
  const QPoint place = button->mapTo(&dialog, QPoint(0, 0));
  auto* folder = dialog.findChild<QPushButton*>("open_folder");
  REQUIRE(folder != nullptr);
  CHECK_FALSE(folder->isEnabled());
  dialog.write();
  QCoreApplication::processEvents();
  CHECK(dialog.size() == size);
  CHECK(button->mapTo(&dialog, QPoint(0, 0)) == place);
  QCoreApplication::processEvents();
  REQUIRE(dialog.report().errors.empty());
  CHECK(dialog.report().written.size() == 4 * 3 + 2);
  CHECK(heights() == before);
  QString opened;
  dialog.open_folder = [&](const QString& path) { opened = path; };
  folder->click();
  CHECK(opened == target);
}

TEST_CASE("everything that takes input has a name for screen readers") {
  AppFixture app;
  app.open(kRefused);
  app.window->show();
  for (const QWidget* widget : app.window->findChildren<QWidget*>()) {
    if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible()) continue;
    const bool inner =
        widget->objectName().startsWith("qt_") || qobject_cast<const QAbstractSpinBox*>(widget->parent());
    const auto* button = qobject_cast<const QAbstractButton*>(widget);
    const auto* label = qobject_cast<const QLabel*>(widget);
    const bool named = !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty()) ||
                       (label && !label->text().isEmpty());
    INFO(widget->metaObject()->className() << " " << widget->objectName().toStdString() << " in "
                                           << (widget->parent() ? widget->parent()->metaObject()->className() : "-"));
    CHECK((named || inner));
  }
}

TEST_CASE("the window and its dialogs fit a screen of 1920 by 1080 with everything twice as large") {
  constexpr QSize kScreen(960, 520);  // Less a desktop's panel.
  const auto fits = [&](const QSize& size) {
    return size.width() <= kScreen.width() && size.height() <= kScreen.height();
  };
  AppFixture app;
  app.window->show();
  app.open(kRefused);
  QCoreApplication::processEvents();
  const QSize least = app.window->minimumSizeHint();
  INFO(least.width() << " x " << least.height());
  CHECK(fits(least));
  for (const char* name : {"keys", "reference", "about", "palette"}) {
    app.action(name).trigger();
    QDialog* dialog = nullptr;
    for (QDialog* one : app.window->findChildren<QDialog*>())
      if (one->isVisible()) dialog = one;
    REQUIRE(dialog != nullptr);
    const QSize needed = dialog->minimumSizeHint();
    INFO(name << ": " << needed.width() << " x " << needed.height());
    CHECK(fits(needed));
    dialog->reject();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
  }
}

TEST_CASE("every action that shows an icon has one") {
  AppFixture app;
  load_icons();
  for (const char* name : {"both", "model", "live", "stop", "export", "open", "save", "undo", "next", "fit", "theme"}) {
    INFO(name);
    CHECK_FALSE(icon(name, app.window->theme()).isNull());
  }
  CHECK_FALSE(app_icon().isNull());
}

TEST_CASE("where the toolbar has not room for all, buttons lose their words and none is left out") {
  AppFixture app;
  app.open(kQuick);
  app.window->show();
  auto* bar = app.window->findChild<QToolBar*>("toolbar");
  REQUIRE(bar != nullptr);
  const auto button = [&](const char* name) {
    return qobject_cast<QToolButton*>(bar->widgetForAction(&app.action(name)));
  };
  QToolButton* last = button("export");
  REQUIRE(last != nullptr);
  const auto all_there = [&] { return last->isVisible() && last->geometry().right() <= bar->width(); };
  app.window->resize(bar->sizeHint().width() - last->sizeHint().width() / 2, 600);
  REQUIRE(eventually([&] { return all_there() && bar->sizeHint().width() <= bar->width(); }));
  CHECK(button("theme")->toolButtonStyle() == Qt::ToolButtonIconOnly);
  app.window->resize(1700, 800);
  CHECK(eventually([&] {
    return last->toolButtonStyle() == Qt::ToolButtonTextBesideIcon &&
           button("theme")->toolButtonStyle() == Qt::ToolButtonTextBesideIcon;
  }));
  CHECK(all_there());
}
