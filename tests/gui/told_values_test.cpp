// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever the app tells of a run in numbers is found again in the run's JSON, or in its scenario.
#include "tests/told_values.hpp"

#include <QTabBar>

#include "gui/compare/compare_page.hpp"
#include "gui/export/figure.hpp"
#include "gui/export/provenance.hpp"
#include "gui/window/status_line.hpp"
#include "models/result/format.hpp"
#include "tests/drawn_scenario.hpp"
#include "tests/gui/app_fixture.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

TEST_CASE("each number that the app tells of a run is in its JSON or its scenario", "[values]") {
  AppFixture app;
  app.window->show();
  auto* tabs = app.window->compare().findChild<QTabBar*>("runs");
  REQUIRE(tabs);
  std::mt19937 random(20);
  std::size_t checked = 0;
  for (int round = 0; round < 200; ++round) {
    const std::string text = tests::drawn_scenario(random);
    app.open(QString::fromStdString(text));
    const auto scenario = app.window->document().scenario();
    REQUIRE(scenario);
    const auto result = app.window->runs().result({0, WorldKind::modeled});
    REQUIRE(result);
    std::set<std::string> known = tests::values_of(to_json_line(*result));
    known.merge(tests::facts_of(*scenario, 0, to_json_line(*result)));
    const ComparePage& compare = app.window->compare();
    const QString status = app.window->status().words();
    const std::pair<const char*, QString> told[] = {
        {"headline", app.window->diagnosis().headline()},
        {"header", compare.column().summary(WorldKind::modeled)},
        {"status", status},
        {"tab", tabs->tabText(0) + '\n' + tabs->tabToolTip(0)},
        {"exported header", result_summary(*result)},
        {"caption", provenance(*scenario, {result.get()}).section(QStringLiteral(" · Spawnpoint"), 0, 0)}};
    for (const auto& [where, words] : told) {
      const std::string said = words.toStdString();
      INFO(text << '\n' << to_json_line(*result) << '\n' << where << ": " << said);
      CHECK(tests::not_among(known, said) == std::vector<std::string>{});
      checked += tests::values_in(said).size();
    }
  }
  CHECK(checked > 4000);
}
