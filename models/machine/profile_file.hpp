// SPDX-License-Identifier: GPL-3.0-or-later
// Profile files: machines and runtimes by name or path, what they inherit, and what the kernel fills in by itself.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/machine/profile.hpp"
#include "models/scenario/diagnostics.hpp"
#include "models/scenario/document.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint {

/// A machine on its way: which fields were written is known, so that the kernel's own defaults come last.
struct MachineDraft {
  Machine machine;
  std::vector<std::string> present;  ///< As "limits.pids_max".
};

/// Where profile names are looked up, and the folder that a relative path starts from.
struct ProfilePlaces {
  std::vector<std::filesystem::path> roots;  ///< Each with machines/ and runtimes/.
  std::filesystem::path beside;
};
ProfilePlaces profile_places(const ParseOptions& options, const std::filesystem::path& beside);

/// Reads the profile; a mistake is told in `out`: of the name at `where`, of the file in the file.
std::optional<MachineDraft> read_machine(const std::string& name_or_path, const ProfilePlaces& places,
                                         const Place& where, Diagnostics& out);
std::optional<Runtime> read_runtime(const std::string& name_or_path, const ProfilePlaces& places, const Place& where,
                                    Diagnostics& out);

/// Applies a table with a profile's fields; `present` gets those that the table has.
void apply_machine_fields(class TableReader& table, MachineDraft& draft, std::vector<std::string>& present);

/// Fills in what no file has said, as the kernel does when it boots: threads-max from the memory, RLIMIT_NPROC from
/// threads-max, pid_max from the cpus …
Machine finish_machine(MachineDraft draft);

/// Every field of a machine, and of a runtime as a [[run]] may set it.
std::vector<KeyHelp> machine_keys(const std::string& prefix);
std::vector<KeyHelp> runtime_keys(const std::string& prefix);

}  // namespace spawnpoint
