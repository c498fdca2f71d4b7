// SPDX-License-Identifier: GPL-3.0-or-later
// A failure map computed from a scenario's text, for tests.
#pragma once

#include <QString>
#include <utility>

#include "gui/map/map_content.hpp"
#include "models/lab/sweep/sweep.hpp"
#include "tests/catch.hpp"

namespace spawnpoint::gui {

inline MapResult computed_map(const QString& text) {
  SweepSource source;
  source.text = text.toStdString();
  source.file = "refused.toml";
  auto plan = SweepPlan::make(std::move(source));
  REQUIRE(plan);
  MapResult result(*std::move(plan));
  SweepOutcome outcome = run_sweep(result.plan, {});
  result.cells = std::move(outcome.cells);
  result.edges = std::move(outcome.edges);
  result.complete = !outcome.stopped;
  return result;
}

}  // namespace spawnpoint::gui
