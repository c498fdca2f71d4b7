// SPDX-License-Identifier: GPL-3.0-or-later
// What a scenario's document says of its runs, as settings that make them again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/scenario/parse.hpp"
#include "models/scenario/scenario.hpp"
#include "models/scenario/settings.hpp"

namespace spawnpoint {

/// What the document says of a run.
struct RunOfText {
  std::string model;
  std::string name;          ///< What it alone is called.
  std::vector<Setting> own;  ///< As `run.KEY`, but not its label, model and size.
  std::optional<std::int64_t> threads;
};

/// And of all of them.
struct RunsOfText {
  RunOfText run;                ///< The one that is to be bettered.
  std::vector<Setting> again;   ///< What makes that very run again: its own settings, unless the file has them.
  std::vector<RunOfText> file;  ///< Those that the file lists.
  std::string steps;            ///< `jobs.steps` with every blocking call replaced by a timer; empty: none blocks.
};

/// `run` is the label of one of them, `scenario` what the source gives. Empty where the text has mistakes.
RunsOfText runs_of_text(const ScenarioSource& source, const std::string& run, const Scenario& scenario);

}  // namespace spawnpoint
