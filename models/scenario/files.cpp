// SPDX-License-Identifier: GPL-3.0-or-later
// Scenario files: which there are, and their texts.
#include <algorithm>
#include <system_error>

#include "models/document/data_file.hpp"
#include "models/document/document.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint {

std::vector<std::filesystem::path> list_scenarios(const std::filesystem::path& root) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(root, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    if (entry->path().extension() == ".toml" && entry->is_regular_file(error)) files.push_back(entry->path());
  // Without the ending: "a thousand threads" comes before "a thousand threads, on a laptop".
  std::ranges::sort(files, {}, [](const std::filesystem::path& file) { return file.stem(); });
  return files;
}

std::filesystem::path scenario_templates() {
  return shipped_scenarios() / "templates";
}

ParseResult load_scenario(const std::filesystem::path& file, const ParseOptions& options) {
  const auto text = read_file(file, kLargestFile);
  if (text) return parse_scenario(*text, file.string(), options);
  Diagnostic diagnostic;
  diagnostic.file = file.string();
  diagnostic.message = text.error();
  return {std::nullopt, {diagnostic}};
}

}  // namespace spawnpoint
