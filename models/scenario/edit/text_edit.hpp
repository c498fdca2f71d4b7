// SPDX-License-Identifier: GPL-3.0-or-later
// Writing a setting into a scenario's text, where a person would: the rest of the text, its comments too, stays as it
// is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/scenario/parse.hpp"

namespace spawnpoint {

/// The text with `value` (as --set writes it) for `key`: "jobs.count", "machine.limits.pids_max", "run[2].stack". It is
/// put in its place where the text has the key, in whatever form; else on a line of its own in the table that it
/// belongs to, or in a new table at the end. A text without runs gets those that it stands for when one of them is set.
/// Nothing where the text is not TOML, or where the key cannot be written without changing anything else.
std::optional<std::string> with_value(const std::string& text, const std::string& key, const std::string& value);

/// Whether a setting is of a [[run]], such as `run.threads`.
bool is_run_setting(std::string_view key);

/// The text with one more [[run]], placed after those that it has: of this model, or of that of the run that is called
/// so. `settings` are that run's own. `implied` are the runs that a file without any stands for: they are written out
/// too, or the new run would take their place.
std::string with_run(const std::string& text, const std::string& concurrency, const std::vector<Setting>& settings,
                     const std::vector<std::string>& implied);

}  // namespace spawnpoint
