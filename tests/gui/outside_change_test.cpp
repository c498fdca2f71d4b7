// SPDX-License-Identifier: GPL-3.0-or-later
// Another program changes the open file: it is noticed, asked about, and never written over unasked.
#include <QDir>
#include <QFileInfo>
#include <QPlainTextEdit>
#include <QPushButton>

#include "gui/file/code_edit.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/file/line_changes.hpp"
#include "tests/gui/app_fixture.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

const QString kOwn = QString(kQuick).replace("60ms", "70ms");
const QString kOutside = QString(kQuick).replace("count = 3", "count = 4");

struct ChangedOutside : AppFixture {
  ChangedOutside() {
    open(kQuick);
    window->show();
    window->questions().outside = [this](MainWindow&, bool saving) {
      asked += saving ? "saving" : "looking";
      return answer;
    };
  }
  QString on_disk() {
    QFile file(folder.filePath("scenario.toml"));
    REQUIRE(file.open(QIODevice::ReadOnly));
    return QString::fromUtf8(file.readAll());
  }
  QWidget& bar() { return *window->findChild<QWidget*>("outside_change_bar"); }
  QPushButton& button(const char* name) { return *bar().findChild<QPushButton*>(name); }

  QStringList asked;
  OutsideAnswer answer = OutsideAnswer::cancel;
};

}  // namespace

TEST_CASE("a change of the file by another program is noticed, and reloading it can be undone") {
  ChangedOutside app;
  CHECK_FALSE(app.bar().isVisible());
  app.write("scenario.toml", kOutside);
  REQUIRE(eventually([&] { return app.bar().isVisible(); }));
  CHECK(app.window->document().text() == kQuick);
  app.button("reload").click();
  CHECK_FALSE(app.bar().isVisible());
  CHECK(app.window->document().text() == kOutside);
  CHECK_FALSE(app.window->isWindowModified());
  REQUIRE(eventually([&] {
    const auto result = app.window->runs().result({0, WorldKind::modeled});
    return result && result->jobs == 4 && !app.window->runs().is_running();
  }));
  app.action("undo").trigger();
  CHECK(app.window->document().text() == kQuick);
  CHECK(app.window->isWindowModified());
}

TEST_CASE("a file that is put in the place of the open one is noticed as well") {
  ChangedOutside app;
  const QString other = app.write("other.toml", kOutside);
  const QString path = app.window->document().path();
  for (int times = 0; times < 2; ++times) {
    REQUIRE(QFile::remove(path));
    REQUIRE(QFile::copy(other, path));
    REQUIRE(eventually([&] { return app.bar().isVisible(); }));
    app.button("keep").click();
    CHECK_FALSE(app.bar().isVisible());
    app.write("other.toml", kOwn);
  }
  CHECK(app.window->document().text() == kQuick);
  CHECK(app.window->isWindowModified());
}

TEST_CASE("saving never writes over another program's change unasked") {
  ChangedOutside app;
  app.window->file_panel().replace_text(kOwn);
  app.write("scenario.toml", kOutside);
  // At once: nobody has told of the change yet.
  CHECK_FALSE(app.window->save());
  CHECK(app.asked == QStringList{"saving"});
  CHECK(app.on_disk() == kOutside);
  CHECK(app.window->document().text() == kOwn);
  QString error;
  CHECK_FALSE(app.window->document().save(app.window->document().path(), error));
  CHECK(error.contains("another program"));
  CHECK(app.on_disk() == kOutside);

  app.answer = OutsideAnswer::keep;
  CHECK(app.window->save());
  CHECK(app.on_disk() == kOwn);
  CHECK_FALSE(app.window->isWindowModified());
  // One's own writing is not another program's, and what was decided is not asked again.
  app.asked.clear();
  app.window->document().look_at_file();
  CHECK(app.window->save());
  CHECK(app.asked.isEmpty());

  app.write("scenario.toml", kOutside);
  app.answer = OutsideAnswer::reload;
  CHECK_FALSE(app.window->save());
  CHECK(app.on_disk() == kOutside);
  CHECK(app.window->document().text() == kOutside);
}

TEST_CASE("another program that writes the same text, or takes its change back, is nothing to ask about") {
  ChangedOutside app;
  app.window->file_panel().replace_text(kOwn);
  app.write("scenario.toml", kOutside);
  app.window->document().look_at_file();
  CHECK(app.bar().isVisible());
  app.write("scenario.toml", kQuick);
  app.window->document().look_at_file();
  CHECK_FALSE(app.bar().isVisible());
  CHECK(app.window->isWindowModified());
  app.write("scenario.toml", kOwn);
  app.window->document().look_at_file();
  CHECK_FALSE(app.bar().isVisible());
  CHECK_FALSE(app.window->isWindowModified());
}

TEST_CASE("a file that was deleted is still here, as a text that is not saved") {
  ChangedOutside app;
  REQUIRE(QFile::remove(app.window->document().path()));
  REQUIRE(eventually([&] { return app.window->isWindowModified(); }));
  // It is said, and there is nothing to choose.
  CHECK(app.bar().isVisible());
  CHECK_FALSE(app.bar().findChild<QPushButton*>("reload")->isVisible());
  CHECK(app.window->save());
  CHECK_FALSE(app.bar().isVisible());
  CHECK(app.asked.isEmpty());
  CHECK(app.on_disk() == kQuick);
  CHECK_FALSE(app.window->isWindowModified());
}

TEST_CASE("a file that was deleted and comes back as it was is saved again, unless the text here has changed") {
  ChangedOutside app;
  REQUIRE(QFile::remove(app.window->document().path()));
  REQUIRE(eventually([&] { return app.window->isWindowModified(); }));
  app.write("scenario.toml", kQuick);
  CHECK(eventually([&] { return !app.window->isWindowModified(); }, 5'000));
  app.window->file_panel().replace_text(kOwn);
  REQUIRE(QFile::remove(app.window->document().path()));
  app.window->document().look_at_file();
  app.write("scenario.toml", kQuick);
  app.window->document().look_at_file();
  CHECK(app.window->isWindowModified());
}

TEST_CASE("a file that has become too large to be read is not written over, nor taken for a text") {
  ChangedOutside app;
  app.answer = OutsideAnswer::keep;
  const QString large(5 << 20, '#');
  app.write("scenario.toml", large);
  app.window->document().look_at_file();
  CHECK_FALSE(app.window->document().outside_text());
  CHECK(app.window->isWindowModified());
  CHECK_FALSE(app.window->save());
  CHECK(app.told.join(' ').contains("too large: at most 4 MiB"));
  CHECK(app.on_disk().size() == large.size());
  // Once it can be read again, all is as before.
  app.write("scenario.toml", kQuick);
  app.window->document().look_at_file();
  CHECK_FALSE(app.window->isWindowModified());
  CHECK(app.window->save());
}

TEST_CASE("a file that cannot be read is not written over") {
  ChangedOutside app;
  const QString path = app.window->document().path();
  REQUIRE(QFile::remove(path));
  REQUIRE(QDir().mkdir(path));  // Also root cannot read it.
  QString error;
  CHECK_FALSE(app.window->document().save(path, error));
  CHECK(error.contains("cannot be read"));
  CHECK(QFileInfo(path).isDir());
}

TEST_CASE("a file that another program writes all the time is looked at all the same") {
  ChangedOutside app;
  int times = 0;
  CHECK(eventually(
      [&] {
        app.write("scenario.toml", kOutside + QStringLiteral("# %1\n").arg(++times));
        return app.bar().isVisible();
      },
      5'000));
}

TEST_CASE("the question shows what differs, line by line") {
  ChangedOutside app;
  app.window->file_panel().replace_text(kOwn);
  app.write("scenario.toml", kOutside);
  app.window->document().look_at_file();
  OutsideChangeDialog dialog(app.window->document(), /*saving=*/false);
  const QStringList lines = dialog.comparison().toPlainText().split('\n');
  CHECK(lines.contains("− count = 3"));
  CHECK(lines.contains("+ count = 4"));
  CHECK(lines.contains("− steps = [{ sleep = \"70ms\" }]"));
  CHECK(lines.contains("+ steps = [{ sleep = \"60ms\" }]"));
  CHECK(lines.contains("  [jobs]"));
  dialog.findChild<QPushButton*>("keep")->click();
  CHECK(dialog.answer() == OutsideAnswer::keep);
  app.button("compare").click();
  CHECK(app.asked == QStringList{"looking"});
}

TEST_CASE("lines are compared by a longest common subsequence") {
  using Kind = LineChange::Kind;
  CHECK(
      line_changes("a\nb\nc\nd", "a\nc\nx\nd") ==
      std::vector<LineChange>{
          {Kind::same, "a"}, {Kind::only_before, "b"}, {Kind::same, "c"}, {Kind::only_after, "x"}, {Kind::same, "d"}});
  CHECK(line_changes("a\n", "a\r\n") == std::vector<LineChange>{{Kind::same, "a"}, {Kind::same, ""}});
  CHECK(line_changes("", "a") == std::vector<LineChange>{{Kind::only_before, ""}, {Kind::only_after, "a"}});
  // A line that both have twice is not counted twice.
  CHECK(line_changes("a\na", "a") == std::vector<LineChange>{{Kind::same, "a"}, {Kind::only_before, "a"}});
}
