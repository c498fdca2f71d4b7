// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of actions and of pages: the window has what they say, and so have the documents.
#include "gui/window/actions.hpp"

#include <QMenu>
#include <QMenuBar>
#include <QTabWidget>
#include <map>
#include <regex>
#include <set>

#include "gui/window/pages.hpp"
#include "tests/documents.hpp"
#include "tests/gui/app_fixture.hpp"

namespace spawnpoint::gui {
namespace {

/// The manual page's section of keys, as it has to be. Pages are identified by the order of their tabs.
std::string manual_keys() {
  const auto manual = [](QString words) {
    for (const auto& [sign, escape] : {std::pair("←", "\\(<-"), std::pair("→", "\\(->"), std::pair("↑", "\\(ua"),
                                       std::pair("↓", "\\(da"), std::pair("−", "\\-")})
      words.replace(QString::fromUtf8(sign), QLatin1String(escape));
    return words == "?" ? "\\&?" : words.toStdString();
  };
  std::string text;
  for (const KeyGroup& group : key_groups(/*of_platform=*/false)) {
    text += std::string(".Pp\n") + group.title + ":\n.Bl -tag -width Ds\n";
    std::size_t first = 0;
    if (group.group == KeysOf::pages) {
      text += ".It Ic Ctrl+1 , Ctrl+2 , No ...\nthe pages, in the order of their tabs\n";
      first = page_kinds().size();
    }
    for (std::size_t i = first; i < group.lines.size(); ++i)
      text += ".It Ic \"" + manual(group.lines[i].keys) + "\"\n" + manual(group.lines[i].does) + "\n";
    text += ".El\n";
  }
  return text;
}

}  // namespace

TEST_CASE("each action has a name, a title, a function, and a key of its own", "[actions]") {
  const AppFixture app;  // The desktop's own keys are known once there is an app.
  std::set<std::string> names, keys;
  for (const Action& one : action_table()) {
    INFO(one.name);
    CHECK(names.insert(one.name).second);
    CHECK(*one.title != '\0');
    CHECK(one.run != nullptr);
    if (*one.keys == '\0') continue;
    CHECK(keys.insert(one.keys).second);
    CHECK_FALSE(one.sequence().isEmpty());
    CHECK(*one.on_sheet != '\0');
  }
}

TEST_CASE("the menus and the window have the actions of the table", "[actions]") {
  AppFixture app;
  std::set<std::string> in_menus;
  for (const QAction* menu : app.window->menuBar()->actions()) {
    for (const QAction* one : menu->menu()->actions()) in_menus.insert(one->objectName().toStdString());
  }
  for (const Action& one : action_table()) {
    INFO(one.name);
    CHECK(app.action(one.name).shortcut() == one.sequence());
    CHECK(in_menus.contains(one.name) == (one.menu != MenuOf::none));
  }
}

TEST_CASE("no two entries of a menu have the same letter", "[actions]") {
  AppFixture app;
  for (const QMenu* menu : app.window->findChildren<QMenu*>()) {
    std::map<QChar, QString> letters;
    for (const QAction* one : menu->actions()) {
      const QString title = QString(one->text()).remove(QStringLiteral("&&"));
      const qsizetype at = title.indexOf(u'&');
      if (at < 0) continue;
      const auto [there, is_new] = letters.emplace(title.at(at + 1).toLower(), title);
      INFO(menu->title().toStdString() << ": " << there->second.toStdString() << ", " << title.toStdString());
      CHECK(is_new);
    }
  }
}

TEST_CASE("each page has an id of its own, a tab, and a key", "[actions]") {
  AppFixture app;
  std::set<std::string_view> ids;
  REQUIRE(app.window->pages().count() == static_cast<int>(page_kinds().size()));
  for (std::size_t place = 0; place < page_kinds().size(); ++place) {
    const PageName& name = page_kinds()[place].name;
    INFO(name.title);
    CHECK(ids.insert(name.id).second);
    CHECK(app.window->pages().tabText(static_cast<int>(place)) == QString::fromUtf8(name.title));
    CHECK(app.window->pages().widget(static_cast<int>(place))->objectName().toStdString() == name.id);
    bool has_key = false;
    for (QAction* one : app.window->findChildren<QAction*>()) {
      if (one->shortcut() != QKeySequence(page_key(place))) continue;
      has_key = true;
      one->trigger();
      CHECK(app.window->pages().currentIndex() == static_cast<int>(place));
    }
    CHECK(has_key);
  }
}

TEST_CASE("the manual page has the keys of the table", "[actions]") {
  const std::string told = tests::manual_section(tests::document("gui/app/spawnpoint.1"), "KEYS");
  CHECK_THAT(told, Catch::Matchers::ContainsSubstring(manual_keys()));
}

TEST_CASE("the README names no key that the window does not have", "[actions]") {
  static const std::regex key(R"((Ctrl|Shift|Alt)\+[A-Za-z0-9+]+|\bF[0-9]+\b)");
  const auto keys_in = [](const std::string& text) {
    std::set<std::string> found;
    for (auto at = std::sregex_iterator(text.begin(), text.end(), key); at != std::sregex_iterator(); ++at)
      found.insert(at->str());
    return found;
  };
  std::set<std::string> known;
  for (const KeyGroup& group : key_groups(/*of_platform=*/false)) {
    for (const KeyLine& line : group.lines) known.merge(keys_in(line.keys.toStdString()));
  }
  const std::set<std::string> found = keys_in(tests::document("README.md"));
  for (const std::string& one : found) {
    INFO(one);
    CHECK(known.contains(one));
  }
  CHECK(found.size() > 3);
}

}  // namespace spawnpoint::gui
