// SPDX-License-Identifier: GPL-3.0-or-later
// Where the shipped scenarios lie, and which there are.
#include <algorithm>
#include <system_error>

#include "models/scenario/data_file.hpp"
#include "models/scenario/document.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint {

std::filesystem::path shipped_scenarios() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const auto installed = program.parent_path().parent_path() / SPAWNPOINT_INSTALLED_SCENARIOS;
    if (std::filesystem::is_directory(installed, error)) return installed;
  }
  return SPAWNPOINT_SOURCE_SCENARIOS;
}

std::vector<std::filesystem::path> list_scenarios(const std::filesystem::path& root) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(root, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    if (entry->path().extension() == ".toml" && entry->is_regular_file(error)) files.push_back(entry->path());
  std::sort(files.begin(), files.end());
  return files;
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
