// SPDX-License-Identifier: GPL-3.0-or-later
// Reading scenario files: text in, a Scenario or all of its mistakes out. The file is untrusted.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/data_file.hpp"
#include "models/document/diagnostics.hpp"
#include "models/document/reader.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// One `--set KEY=VALUE`.
struct Setting {
  std::string key;
  std::string value;
  friend bool operator==(const Setting&, const Setting&) = default;
};
/// Splits "jobs.count=100". Error: what is wrong with it.
std::expected<Setting, std::string> parse_setting(std::string_view text);

struct ParseOptions {
  std::vector<Setting> settings;  ///< Applied over the file; those of `run.KEY` to the wanted runs.
  /// Only the runs that are called so, by label or concurrency model. A model that the file does not list is added,
  /// with its defaults. Empty: the file's runs.
  std::vector<std::string> concurrency;
  /// Models of which there is a run with its defaults beside those of the file, where that has none.
  std::vector<std::string> added;
  std::optional<std::uint64_t> seed;  ///< --seed
  std::function<Machine()> host;      ///< Reads this machine; called at most once, when "host" is wanted.
  std::vector<std::filesystem::path> profile_roots;  ///< As ProfilePlaces has them.
  std::shared_ptr<InputFiles> files;                 ///< Those that the text names, read once for all that share them.
  bool one_point = false;                            ///< Leaves [sweep] and [expect] out: for one point of a sweep.
};

/// All that a scenario is read from, to read it again with other settings.
struct ScenarioSource {
  std::string text;
  std::string file;  ///< Its name; what it reads lies beside it.
  ParseOptions options;
};

/// All mistakes in one pass; warnings may come with a good scenario.
struct ParseResult {
  std::optional<Scenario> scenario;
  std::vector<Diagnostic> diagnostics;
};

ParseResult parse_scenario(std::string_view text, const std::string& file_name, const ParseOptions& options);
/// Reads and parses a file; a file that cannot be read is a diagnostic too. At most 4 MiB are read.
ParseResult load_scenario(const std::filesystem::path& file, const ParseOptions& options);

/// The gallery: every scenario file of `root` (not of its folders), sorted by name.
std::vector<std::filesystem::path> list_scenarios(const std::filesystem::path& root);

/// The folder of the texts that new scenarios begin with; a file's name says what it is for.
std::filesystem::path scenario_templates();

/// Every key that a scenario file may have.
const std::vector<KeyHelp>& scenario_keys();
/// The tables that they are in.
const std::vector<KeyHelp>& scenario_tables();

}  // namespace spawnpoint
