// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/documents.hpp"

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <utility>

namespace spawnpoint::tests {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in(line);
  for (std::string word; in >> word;) words.push_back(std::move(word));
  return words;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

constexpr std::string_view kBegin = "<!-- from the program: ";
constexpr std::string_view kEnd = "<!-- end -->";

/// The lines of a --help's section, such as "Options:", up to the next blank line.
std::vector<std::string> help_section(std::string_view help, std::string_view name) {
  std::vector<std::string> section;
  bool inside = false;
  for (const std::string& line : lines_of(help)) {
    if (inside && line.empty()) break;
    if (inside) section.push_back(line);
    if (line == name) inside = true;
  }
  return section;
}

}  // namespace

std::string document(const fs::path& path) {
  std::ifstream in(fs::path(SPAWNPOINT_SOURCE) / path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<fs::path> markdown_files() {
  std::vector<fs::path> files;
  for (const char* folder : {".", "core", "models", "gui", "scenarios", "tests"}) {
    const fs::path below = fs::path(SPAWNPOINT_SOURCE) / folder;
    const auto add = [&](const fs::path& file) {
      if (file.extension() == ".md") files.push_back(fs::relative(file, SPAWNPOINT_SOURCE));
    };
    // What was built lies below the root too.
    if (std::string_view(folder) == ".")
      for (const auto& entry : fs::directory_iterator(below)) add(entry.path());
    else
      for (const auto& entry : fs::recursive_directory_iterator(below)) add(entry.path());
  }
  return files;
}

std::vector<std::vector<std::string>> table_rows(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : lines_of(text)) {
    if (!line.starts_with("| ") || line.starts_with("| ---")) continue;
    std::vector<std::string> cells;
    std::size_t from = 1;
    for (std::size_t at = 1; at < line.size(); ++at) {
      // Within a cell it is written \|.
      if (line[at] != '|' || line[at - 1] == '\\') continue;
      cells.push_back(trimmed(line.substr(from, at - from)));
      from = at + 1;
    }
    rows.push_back(std::move(cells));
  }
  return rows;
}

std::vector<std::string> code_words(std::string_view text) {
  static const std::regex pattern("`([^`\n]+)`");
  std::vector<std::string> words;
  bool block = false;
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with("```")) block = !block;
    if (block || line.starts_with("    ")) continue;
    for (std::sregex_iterator match(line.begin(), line.end(), pattern), end; match != end; ++match)
      words.push_back((*match)[1]);
  }
  return words;
}

std::set<std::string> generated_names(std::string_view text) {
  std::set<std::string> names;
  for (const std::string& line : lines_of(text))
    if (line.starts_with(kBegin) && line.ends_with(" -->"))
      names.insert(line.substr(kBegin.size(), line.size() - kBegin.size() - 4));
  return names;
}

std::string with_generated_part(const std::string& text, std::string_view name, std::string_view part) {
  const std::string begin = std::string(kBegin) + std::string(name) + " -->\n";
  const auto from = text.find(begin);
  const auto end = text.find(kEnd, from);
  if (from == std::string::npos || end == std::string::npos) return text;
  return text.substr(0, from + begin.size()) + std::string(part) + text.substr(end);
}

std::string manual_section(std::string_view page, std::string_view name) {
  std::string section;
  bool inside = false;
  for (const std::string& line : lines_of(page)) {
    if (line.starts_with(".Sh ") || line.starts_with(".Ss "))
      inside = line.substr(4) == name;
    else if (inside)
      section += line + '\n';
  }
  return section;
}

std::set<std::string> manual_subsections(std::string_view page) {
  std::set<std::string> names;
  for (const std::string& line : lines_of(page))
    if (line.starts_with(".Ss ")) names.insert(line.substr(4));
  return names;
}

std::set<std::string> manual_options(std::string_view part) {
  std::set<std::string> options;
  for (const std::string& line : lines_of(part)) {
    if (!line.starts_with('.')) continue;
    bool flags = false;
    for (std::string word : words_of(line)) {
      if (word.starts_with('.')) word.erase(0, 1);
      // A macro's arguments end at the next macro, all of which are written so: "Ar", "Cm".
      const bool macro = word.size() == 2 && word[0] >= 'A' && word[0] <= 'Z' && word[1] >= 'a' && word[1] <= 'z';
      if (macro)
        flags = word == "Fl";
      else if (flags && (word[0] == '-' || (word[0] >= 'a' && word[0] <= 'z')))
        options.insert('-' + word);
    }
  }
  return options;
}

std::vector<std::pair<std::string, std::set<std::string>>> manual_synopsis(std::string_view page) {
  std::vector<std::pair<std::string, std::string>> forms;
  for (const std::string& line : lines_of(manual_section(page, "SYNOPSIS"))) {
    if (line == ".Nm")
      forms.emplace_back();
    else if (line.starts_with(".Cm ") && forms.back().second.empty())
      forms.back().first = line.substr(4);
    else
      forms.back().second += line + '\n';
  }
  std::vector<std::pair<std::string, std::set<std::string>>> synopsis;
  for (const auto& [command, lines] : forms) synopsis.emplace_back(command, manual_options(lines));
  return synopsis;
}

std::set<std::string> help_options(std::string_view help) {
  std::set<std::string> options;
  for (const std::string& line : help_section(help, "Options:")) {
    // "  -o,--output FILE    …"; a longer explanation continues in lines that do not begin like that.
    std::string names = words_of(line).front();
    if (!names.starts_with('-')) continue;
    std::replace(names.begin(), names.end(), ',', ' ');
    for (const std::string& name : words_of(names)) options.insert(name);
  }
  for (const char* common : {"-h", "--help", "--version"}) options.erase(common);
  return options;
}

std::set<std::string> help_commands(std::string_view help) {
  std::set<std::string> commands;
  for (const std::string& line : help_section(help, "Subcommands:")) commands.insert(words_of(line).front());
  return commands;
}

}  // namespace spawnpoint::tests
