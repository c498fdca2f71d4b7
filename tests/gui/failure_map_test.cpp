// SPDX-License-Identifier: GPL-3.0-or-later
// The failure map of the workspace: when it is computed, what is kept, and how a point is tried and dropped, with no
// window and no widget.
#include "gui/workspace/failure_map.hpp"

#include <QSignalSpy>

#include "tests/gui/desk.hpp"

namespace spawnpoint::gui {
namespace {

/// Jobs that are all there at once: a thread for each breaks at 508.
QString swept() {
  return QString(kTwoRuns).replace("1ms", "1s") + "[sweep]\n\"jobs.count\" = [10, 1000]\n";
}

bool is_complete(const FailureMap& map) {
  return map.result() && map.result()->complete && !map.sweep().is_running();
}

}  // namespace

TEST_CASE("the failure map is computed only while somebody looks, and a map that was is there again", "[workspace]") {
  Desk desk;
  desk.open(swept());
  Workspace& workspace = *desk.workspace;
  FailureMap& map = workspace.failure_map();
  CHECK_FALSE(map.sweep().is_running());
  QSignalSpy changes(&map, &FailureMap::changed);
  map.look(true);
  CHECK(map.sweep().is_running());
  REQUIRE(eventually([&] { return is_complete(map); }));
  CHECK(changes.count() > 0);
  const auto first = map.result();
  REQUIRE(first->edges.size() == 1);
  CHECK(first->edges.front().failing == 508);
  // Of another machine it is another one; nobody looks, so it is not computed.
  map.look(false);
  workspace.turn("machine.limits.pids_max", "300", Workspace::kNoGesture);
  REQUIRE(eventually([&] { return workspace.document().scenario()->machine.limits.pids_max.front() == 300; }));
  CHECK_FALSE(map.result());
  CHECK_FALSE(map.sweep().is_running());
  workspace.document().edit(swept());
  REQUIRE(eventually([&] { return map.result() == first; }));
}

TEST_CASE("a failure map that was stopped stays so until it is asked for, or of another scenario", "[workspace]") {
  Desk desk;
  desk.open(kTwoRuns);
  FailureMap& map = desk.workspace->failure_map();
  map.look(true);
  REQUIRE(map.sweep().is_running());
  map.stop_or_go_on();
  REQUIRE(eventually([&] { return !map.sweep().is_running(); }));
  map.look(true);
  CHECK_FALSE(map.sweep().is_running());
  map.stop_or_go_on();
  CHECK((map.sweep().is_running() || is_complete(map)));
}

TEST_CASE("a point of the failure map is tried over the text, and dropped leads back to the run before",
          "[workspace]") {
  Desk desk;
  desk.open(swept());
  Workspace& workspace = *desk.workspace;
  FailureMap& map = workspace.failure_map();
  map.look(true);
  REQUIRE(eventually([&] { return is_complete(map); }));
  workspace.selection().select_run(1);
  map.open_run({{"jobs.count", "508"}}, 0);
  REQUIRE(eventually([&] { return desk.is_modeled(0) && workspace.result(WorldKind::modeled)->jobs == 508; }));
  CHECK(workspace.document().text() == swept());
  CHECK(workspace.selection().run() == 0);
  workspace.document().clear_settings();
  REQUIRE(eventually([&] { return workspace.selection().run() == 1; }));
  CHECK(workspace.document().scenario()->jobs.count == 20);
}

}  // namespace spawnpoint::gui
