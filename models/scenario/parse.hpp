// SPDX-License-Identifier: GPL-3.0-or-later
// Reading scenario files: text in, a Scenario or all of its mistakes out. The file is untrusted.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "models/scenario/scenario.hpp"

namespace spawnpoint {

enum class Severity : std::uint8_t { error, warning, note };

/// One mistake of a file. Lines and columns count from 1; columns count characters (code points). Line 0: not in the
/// file's text.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string file;
  int line = 0;
  int column = 0;
  int length = 1;  ///< Characters to underline.
  std::string message;
  std::string hint;  ///< "did you mean `jobs.count`?"; may be empty.
  std::string source_line;
};
/// `file:line:column: error: …`, the source line, a caret under it, the hint.
std::string format(const Diagnostic& diagnostic);
std::string format(const std::vector<Diagnostic>& diagnostics);

/// One `--set KEY=VALUE`.
struct Setting {
  std::string key;
  std::string value;
};
/// Splits "jobs.count=100". Error: what is wrong with it.
std::expected<Setting, std::string> parse_setting(std::string_view text);

struct ParseOptions {
  std::vector<Setting> settings;      ///< Applied over the file.
  std::optional<std::uint64_t> seed;  ///< --seed
  std::function<Machine()> host;      ///< Reads this machine; called at most once, when "host" is wanted.
  /// Where machines/ and runtimes/ lie; default: the shipped scenarios.
  std::vector<std::filesystem::path> profile_roots;
  bool one_point = false;  ///< Leaves [sweep] and [expect] out: for one point of a sweep.
};

/// All mistakes in one pass; warnings may come with a good scenario.
struct ParseResult {
  std::optional<Scenario> scenario;
  std::vector<Diagnostic> diagnostics;
};

ParseResult parse_scenario(std::string_view text, const std::string& file_name, const ParseOptions& options);
/// Reads and parses a file; a file that cannot be read is a diagnostic too. At most 4 MiB are read.
ParseResult load_scenario(const std::filesystem::path& file, const ParseOptions& options);

/// Machine and runtime profiles by name (a shipped one) or path.
std::expected<Machine, std::vector<Diagnostic>> load_machine(const std::string& name_or_path,
                                                             const ParseOptions& options);
std::expected<Runtime, std::vector<Diagnostic>> load_runtime(const std::string& name_or_path,
                                                             const ParseOptions& options);
/// A profile as the text of its file: load_machine gives the same values back.
std::string to_toml(const Machine& machine);

/// The shipped scenarios: beside the program when installed, in the source tree when run from the build.
std::filesystem::path shipped_scenarios();
/// The gallery: every scenario file of `root` (not of its folders), sorted by name.
std::vector<std::filesystem::path> list_scenarios(const std::filesystem::path& root);

/// Every key that a scenario file may have, with a word of help: completion, "did you mean", the reference.
struct KeyHelp {
  std::string key;   ///< As "jobs.count".
  std::string type;  ///< As "number", "duration", "size".
  std::string help;
};
const std::vector<KeyHelp>& scenario_keys();

// Values with units, as the file writes them. Errors say what is wrong, in words.
std::expected<Duration, std::string> parse_duration(std::string_view text);
std::expected<Bytes, std::string> parse_bytes(std::string_view text);
std::expected<double, std::string> parse_rate(std::string_view text);  ///< Per second.
std::expected<Distribution, std::string> parse_distribution(std::string_view text, const std::filesystem::path& beside);

}  // namespace spawnpoint
