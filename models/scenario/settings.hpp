// SPDX-License-Identifier: GPL-3.0-or-later
// Settings (--set KEY=VALUE) laid over a document. Afterwards they are read like the file's own keys, so every mistake
// in one is reported the same way, at its place in the setting.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/diagnostics.hpp"
#include "models/document/document.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint {

/// `a.b.c`; list items count from 1: `run[1].threads`. `run.KEY` means every wanted run (see run_list.hpp: all, where
/// `wanted` is empty), `run.NAME.KEY` those that are called so.
void apply_setting(Node& root, const Setting& setting, std::span<const std::string> wanted, Diagnostics& out);

/// The key of one run's own field, by the run's index: list items count from 1. "run[1].threads" for index 0.
std::string key_of_run(std::size_t run, std::string_view field);

/// Those settings of the source that hold without the runs that its `concurrency` adds: with another run in place of
/// one that was added, nothing is called so any more.
std::vector<Setting> lasting_settings(const ScenarioSource& source);

/// "run.threads=500"
std::string to_text(const Setting& setting);

/// A node as the value of a setting: `100`, `512KiB`, `[1000, 300]`.
std::string setting_text(const Node& node);

}  // namespace spawnpoint
