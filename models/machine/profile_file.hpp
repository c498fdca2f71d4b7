// SPDX-License-Identifier: GPL-3.0-or-later
// Profile files: machines and runtimes by name or path, what they inherit, and what the kernel fills in by itself.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/document/data_file.hpp"
#include "models/document/diagnostics.hpp"
#include "models/document/document.hpp"
#include "models/document/reader.hpp"
#include "models/machine/profile.hpp"

namespace spawnpoint {

/// A machine under construction: which fields were written is known, so that the kernel's own defaults come last.
struct MachineDraft {
  Machine machine;
  std::vector<std::string> present;    ///< As "limits.pids_max".
  std::vector<std::string> set_alone;  ///< Limits of several levels of which the first alone was set.
};

/// Where profile names are looked up, and the folder that a relative path starts from.
struct ProfilePlaces {
  std::vector<std::filesystem::path> roots;  ///< Each with machines/ and runtimes/; none: the shipped scenarios.
  InputPlace inputs{.beside = ".", .files = nullptr};
};

/// The shipped scenarios: beside the program when installed, in the source tree when run from the build.
std::filesystem::path shipped_scenarios();

/// The profiles that people may name, in order.
std::vector<std::string> machine_names(const ProfilePlaces& places = {});
std::vector<std::string> runtime_names(const ProfilePlaces& places = {});

/// Machine and runtime profiles by name (a shipped one) or path.
std::expected<Machine, std::vector<Diagnostic>> load_machine(const std::string& name_or_path,
                                                             const ProfilePlaces& places = {});
std::expected<Runtime, std::vector<Diagnostic>> load_runtime(const std::string& name_or_path,
                                                             const ProfilePlaces& places = {});
/// A profile as the text of its file: load_machine, and machine_from, give the same values back.
std::string to_toml(const Machine& machine);
std::expected<Machine, std::vector<Diagnostic>> machine_from(const std::string& toml);

/// Reads the profile; a mistake is reported in `out`: of the name at `where`, of the file in the file.
std::optional<MachineDraft> read_machine(const std::string& name_or_path, const ProfilePlaces& places,
                                         const Place& where, Diagnostics& out);
std::optional<Runtime> read_runtime(const std::string& name_or_path, const ProfilePlaces& places, const Place& where,
                                    Diagnostics& out);

/// Applies a table with a profile's fields; `present` gets those that the table has.
void apply_machine_fields(TableReader table, MachineDraft& draft, std::vector<std::string>& present);

/// Fills in what no file has said, as the kernel does when it boots: threads-max from the memory, RLIMIT_NPROC from
/// threads-max, pid_max from the cpus …
Machine finish_machine(MachineDraft draft);

/// Every field of a machine, and of a runtime and of its scheduling as a [[run]] may set them.
std::vector<KeyHelp> machine_keys(const std::string& prefix);
std::vector<KeyHelp> scheduling_keys(const std::string& prefix);
std::vector<KeyHelp> runtime_keys(const std::string& prefix);
/// The tables that a machine's fields are in.
std::vector<KeyHelp> machine_tables(const std::string& prefix);

}  // namespace spawnpoint
