// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/command_line/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <memory>
#include <set>

#include "core/files/streams.hpp"
#include "models/concurrency/thread_per_job.hpp"
#include "models/document/document.hpp"
#include "models/lab/calibration/this_host.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint::command_line {
namespace {

/// Nothing where it cannot be read; that is reported.
std::optional<std::string> read_standard_input() {
  std::string text;
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, stdin)) > 0 && text.size() <= kLargestFile;) {
    text.append(buffer, n);
  }
  if (std::ferror(stdin) == 0) return text;
  print_error(fmt::format("standard input cannot be read: {}", std::strerror(errno)));
  return std::nullopt;
}

/// A scenario by its name on the command line.
ParseResult load(const std::string& file, const ParseOptions& options) {
  if (file != "-") return load_scenario(file, options);
  const auto text = read_standard_input();
  return text ? parse_scenario(*text, "<stdin>", options) : ParseResult{};
}

/// Nothing where a setting is not KEY=VALUE; that is reported.
std::optional<ParseOptions> parse_options(const ScenarioArguments& arguments) {
  ParseOptions options;
  options.seed = arguments.seed;
  options.concurrency = arguments.concurrency;
  bool good = true;
  for (const std::string& text : arguments.settings) {
    if (auto setting = parse_setting(text)) {
      options.settings.push_back(*std::move(setting));
    } else {
      print_error(fmt::format("--set {}: {}", text, setting.error()));
      good = false;
    }
  }
  // However many scenarios there are, and however often each is read, the host and the files are read once.
  static const auto files = std::make_shared<InputFiles>();
  static const auto host = std::make_shared<std::optional<Machine>>();
  options.files = files;
  options.host = [] {
    if (!*host) *host = this_host().machine;
    return **host;
  };
  if (!good) return std::nullopt;
  return options;
}

/// A mistake in --set would be reported again for each file.
void print_once(const std::vector<Diagnostic>& diagnostics, std::set<std::string>& told) {
  for (const Diagnostic& diagnostic : diagnostics) {
    std::string text = format(diagnostic);
    if (text.empty() || text.back() != '\n') text += '\n';
    if (told.insert(text).second) write_to(stderr, {text.data(), text.size()});
  }
}

}  // namespace

std::optional<std::vector<Scenario>> load_scenarios(const ScenarioArguments& arguments) {
  const auto options = parse_options(arguments);
  if (!options) return std::nullopt;
  if (std::ranges::count(arguments.files, "-") > 1) {
    print_error("standard input, -, can be read only once");
    return std::nullopt;
  }
  std::vector<Scenario> scenarios;
  std::set<std::string> told;
  for (const std::string& file : arguments.files) {
    ParseResult parsed = load(file, *options);
    print_once(parsed.diagnostics, told);
    if (parsed.scenario) scenarios.push_back(*std::move(parsed.scenario));
  }
  if (scenarios.size() != arguments.files.size()) return std::nullopt;
  return scenarios;
}

std::optional<SweepSource> sweep_source(const ScenarioArguments& arguments) {
  const auto options = parse_options(arguments);
  if (!options) return std::nullopt;
  const std::string& file = arguments.files.front();
  ParseResult parsed = load(file, *options);
  std::set<std::string> told;
  print_once(parsed.diagnostics, told);
  if (!parsed.scenario) return std::nullopt;
  return SweepSource{parsed.scenario->text, parsed.scenario->file, *options};
}

ScenarioSource source_of(const Scenario& scenario, const ScenarioArguments& arguments) {
  // They were read once already: nothing is wrong with them.
  return {scenario.text, scenario.file, parse_options(arguments).value_or(ParseOptions{})};
}

std::optional<Scenario> default_scenario(const ScenarioArguments& arguments) {
  const auto options = parse_options(arguments);
  if (!options) return std::nullopt;
  const auto text =
      fmt::format("spawnpoint = 1\n\n[[run]]\nconcurrency = \"{}\"\n", concurrency::ThreadPerJob::traits.name);
  ParseResult parsed = parse_scenario(text, "", *options);
  std::set<std::string> told;
  print_once(parsed.diagnostics, told);
  return std::move(parsed.scenario);
}

void print_error(const std::string& message) {
  // Nothing here allocates: it may be what is said of memory that is at its end.
  for (const std::string_view part :
       {std::string_view("spawnpoint-run: error: "), std::string_view(message), std::string_view("\n")})
    write_to(stderr, part);
}

}  // namespace spawnpoint::command_line
