// SPDX-License-Identifier: GPL-3.0-or-later
// What may be written at a place of a scenario's text, and what the key there means: for editors.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/reader.hpp"

namespace spawnpoint {

/// One thing that may be written.
struct WordChoice {
  std::string insert;  ///< Takes the place of what is there.
  std::string shown;   ///< The same for people, without quotes and "=".
  std::string help;
};

/// All of them, in the order of the reference. They replace the text from byte `from` up to the cursor.
struct WordChoices {
  std::size_t from = 0;
  std::vector<WordChoice> choices;
};

/// Names of profiles that a scenario may use.
struct ProfileNames {
  std::vector<std::string> machines;
  std::vector<std::string> runtimes;
};
/// Those that lie in `root`/machines and `root`/runtimes.
ProfileNames list_profiles(const std::filesystem::path& root);

/// `at` is the cursor's byte in `text`. Within comments and texts for people there is nothing to complete. What has
/// been typed may stand anywhere in a choice: "pids" finds "limits.pids_max".
WordChoices complete(std::string_view text, std::size_t at, const ProfileNames& profiles);

/// The key at byte `at`, where the file may have it: its name in full ("machine.limits.pids_max"), type and meaning.
std::optional<KeyHelp> key_at(std::string_view text, std::size_t at);

}  // namespace spawnpoint
