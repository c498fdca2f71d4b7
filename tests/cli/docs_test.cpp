// SPDX-License-Identifier: GPL-3.0-or-later
// What the documents say is what the program does: keys, commands, options, names, links. Tables that the program knows
// are in the documents between `<!-- from the program: NAME -->` and `<!-- end -->`; the test of such a part prints
// the text that belongs there.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/simulation/distribution.hpp"
#include "models/concurrency/registry.hpp"
#include "models/document/distribution_text.hpp"
#include "models/document/units.hpp"
#include "models/lab/sweep/sweep_plan.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/edit/completion.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"
#include "tests/cli/program.hpp"
#include "tests/documents.hpp"

using namespace spawnpoint;
using namespace spawnpoint::tests;
namespace fs = std::filesystem;

namespace {

const std::string& reference() {
  static const std::string text = document("scenarios/README.md");
  return text;
}

const std::string& manual() {
  static const std::string text = document("models/command_line/spawnpoint-run.1");
  return text;
}

/// `text` as a table's cell can hold it.
std::string cell(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, 1, '\\');
  return text;
}

std::string key_table(const std::vector<KeyHelp>& keys) {
  std::string table = "| key | value | what it is |\n| --- | --- | --- |\n";
  for (const KeyHelp& key : keys) table += fmt::format("| `{}` | {} | {} |\n", key.key, cell(key.type), cell(key.help));
  return table;
}

/// Those of `keys` that are not fields of a profile, which have tables of their own.
std::vector<KeyHelp> keys_of_the_scenario_alone() {
  std::set<std::string> of_profiles;
  for (const KeyHelp& key : machine_keys("machine.")) of_profiles.insert(key.key);
  for (const KeyHelp& key : runtime_keys("run.")) of_profiles.insert(key.key);
  std::vector<KeyHelp> keys;
  for (const KeyHelp& key : scenario_keys())
    if (!of_profiles.contains(key.key)) keys.push_back(key);
  return keys;
}

std::string concurrency_table() {
  std::string table = "| name | what it is | runs | order of start and end |\n| --- | --- | --- | --- |\n";
  for (const ConcurrencyModel& model : concurrency_models())
    table +=
        fmt::format("| `{}` | {} | {} | {} |\n", model.name, cell(std::string(model.summary)),
                    model.async ? "in an executor, on one thread" : "on threads", cell(std::string(model.order_words)));
  return table;
}

/// The comment that a profile's file begins with.
std::string head_comment(const fs::path& file) {
  std::string comment;
  for (const std::string& line : lines_of(read_file(file))) {
    if (!line.starts_with("# ")) break;
    comment += (comment.empty() ? "" : " ") + line.substr(2);
  }
  return comment;
}

std::vector<fs::path> profiles_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string machine_table() {
  std::string table = "| name | what it is |\n| --- | --- |\n";
  for (const fs::path& file : profiles_in(shipped_scenarios() / "machines"))
    table += fmt::format("| `{}` | {} |\n", file.stem().string(), cell(head_comment(file)));
  return table;
}

std::string runtime_table() {
  std::string table = "| name | what it is | what a program says when a thread is refused |\n| --- | --- | --- |\n";
  for (const fs::path& file : profiles_in(shipped_scenarios() / "runtimes")) {
    const auto runtime = load_runtime(file.stem().string());
    REQUIRE(runtime);
    table +=
        fmt::format("| `{}` | {} | `{}` |\n", file.stem().string(), cell(head_comment(file)), cell(runtime->message));
  }
  return table;
}

/// What `spawnpoint-run` knows of a result's fields, by asking for one that there is not.
std::vector<std::string> expectation_fields() {
  const ParseResult parsed = parse_scenario("[expect]\nnothing_like_it = 1\n", "docs.toml", {});
  REQUIRE(parsed.diagnostics.size() == 1);
  return code_words(parsed.diagnostics.front().hint);
}

std::string field_list() {
  std::string list;
  for (const std::string& field : expectation_fields()) list += (list.empty() ? "`" : ", `") + field + '`';
  return list + '\n';
}

/// Runs `command` in the repository's root; its output.
std::string shell(const std::string& command) {
  std::string output;
  FILE* pipe = popen(("cd '" SPAWNPOINT_SOURCE "' && " + command).c_str(), "r");
  REQUIRE(pipe != nullptr);
  char block[4096];
  for (std::size_t got = 0; (got = std::fread(block, 1, sizeof block, pipe)) > 0;) output.append(block, got);
  CHECK(pclose(pipe) == 0);
  return output;
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += word + ' ';
  return text;
}

}  // namespace

TEST_CASE("the parts of the scenario reference that come from the program are up to date") {
  const std::map<std::string, std::string> parts{
      {"scenario keys", key_table(keys_of_the_scenario_alone())},
      {"concurrency models", concurrency_table()},
      {"expectation fields", field_list()},
      {"machines", machine_table()},
      {"machine fields", key_table(machine_keys(""))},
      {"runtimes", runtime_table()},
      {"runtime fields", key_table(runtime_keys(""))},
  };
  std::string right = reference();
  for (const auto& [name, text] : parts) {
    INFO(name);
    CHECK(generated_names(right).contains(name));
    right = with_generated_part(right, name, '\n' + text + '\n');
  }
  CHECK(generated_names(right).size() == parts.size());
  if (right == reference()) return;
  const fs::path file = fs::path(SPAWNPOINT_PROGRAMS).parent_path() / "scenarios-README.md";
  write_file(file, right);
  FAIL("scenarios/README.md is not up to date. With its tables as the program has them it is " << file.string());
}

TEST_CASE("every key of a scenario is in the reference") {
  std::set<std::string> written;
  for (const auto& row : table_rows(reference())) written.insert(row.front());
  int found = 0;
  for (const KeyHelp& key : scenario_keys()) {
    INFO(key.key);
    const auto dot = key.key.find('.');
    const bool alone = written.contains('`' + key.key + '`');
    const bool as_field = written.contains('`' + key.key.substr(dot + 1) + '`');
    CHECK((alone || (dot != std::string::npos && as_field)));
    ++found;
  }
  CHECK(found > 80);
}

TEST_CASE("the reference has every distribution, and its examples are read as they are") {
  std::set<std::string> shown;
  for (const auto& row : table_rows(reference())) {
    const auto words = code_words(row.front());
    if (words.empty() || words.front().find('(') == std::string::npos) continue;
    const std::string& text = words.front();
    const std::string name = text.substr(0, text.find('('));
    shown.insert(name);
    if (name == "empirical") continue;  // Its file is not there.
    INFO(text);
    const auto distribution = parse_distribution(text);
    REQUIRE(distribution);
    CHECK(parse_distribution(distribution->to_string()) == *distribution);
  }
  for (const std::string_view name : Distribution::names()) {
    INFO(name);
    CHECK(shown.erase(std::string(name)) == 1);
  }
  CHECK(joined(shown) == "");
}

TEST_CASE("the reference has every unit, and no other") {
  const auto units_in = [](std::string_view what) {
    for (const auto& row : table_rows(reference()))
      if (row.front() == what) return code_words(row.at(1));
    return std::vector<std::string>{};
  };
  const auto none = [](const auto& parsed) {
    REQUIRE_FALSE(parsed);
    return code_words(parsed.error().substr(parsed.error().find(": use ")));
  };
  auto durations = units_in("durations");
  for (const std::string& unit : durations) CHECK(parse_duration("1" + unit));
  std::erase(durations, "µs");
  CHECK(durations == none(parse_duration("1 fortnight")));
  CHECK(units_in("sizes") == none(parse_bytes("1 bushel")));
}

TEST_CASE("documents tell of the default sweep as it is") {
  for (const char* file : {"models/command_line/spawnpoint-run.1", "gui/app/spawnpoint.1", "scenarios/README.md"}) {
    INFO(file);
    std::string text = document(file);
    std::ranges::replace(text, '\n', ' ');
    CHECK(text.find(SweepPlan::default_words()) != std::string::npos);
  }
  CHECK(manual().find(fmt::format("in {} points", SweepPlan::kDefaultPoints)) != std::string::npos);
}

TEST_CASE("examples of scenarios in the READMEs are scenarios") {
  int found = 0;
  for (const char* file : {"README.md", "scenarios/README.md"}) {
    static const std::regex block("```toml\n([^`]*)```");
    const std::string text = document(file);
    for (std::sregex_iterator match(text.begin(), text.end(), block), end; match != end; ++match) {
      std::string example = (*match)[1];
      // The section alone: what it varies is in the rest of a file.
      if (example.starts_with("[sweep]"))
        example += "[jobs]\nsteps = [{ sleep = \"1s\" }]\n[[run]]\nconcurrency = \"thread_pool\"\n";
      INFO(example);
      const ParseResult parsed = parse_scenario(example, "example.toml", {});
      for (const Diagnostic& diagnostic : parsed.diagnostics) UNSCOPED_INFO(diagnostic.message);
      CHECK(parsed.scenario);
      CHECK(parsed.diagnostics.empty());
      ++found;
    }
  }
  CHECK(found == 5);
}

TEST_CASE("the manual page has the commands and options of spawnpoint-run, and no others") {
  const std::set<std::string> commands = help_commands(spawnpoint_run({"--help"}).out);
  CHECK(commands.size() >= 5);
  const auto synopsis = manual_synopsis(manual());
  std::set<std::string> in_synopsis;
  for (const auto& [command, options] : synopsis) {
    if (command.empty()) {
      CHECK(joined(options) == "--help --version ");
      continue;
    }
    INFO(command);
    in_synopsis.insert(command);
    const std::set<std::string> in_help = help_options(spawnpoint_run({command, "--help"}).out);
    std::set<std::string> in_text = manual_options(manual_section(manual(), command));
    CHECK(!in_help.empty());
    CHECK(joined(in_text) == joined(in_help));
    // There, of two names for one option the short one is enough.
    in_text = options;
    if (in_text.contains("-o")) in_text.insert("--output");
    CHECK(joined(in_text) == joined(in_help));
  }
  CHECK(joined(in_synopsis) == joined(commands));
  CHECK(joined(manual_subsections(manual())) == joined(commands));
}

TEST_CASE("keys that the manual page names are keys of a scenario") {
  std::set<std::string> known;
  for (const KeyHelp& key : scenario_keys()) known.insert(key.key);
  static const std::regex setting(R"(\b((?:jobs|machine|run)\.[a-z_.]+)=)");
  int found = 0;
  for (const std::string& text : {manual(), document("gui/app/spawnpoint.1")}) {
    for (std::sregex_iterator match(text.begin(), text.end(), setting), end; match != end; ++match) {
      INFO((*match)[1]);
      CHECK(known.contains((*match)[1]));
      ++found;
    }
  }
  CHECK(found > 5);
}

TEST_CASE("the manual page has every field of the JSON output") {
  std::set<std::string> written;
  for (const std::string& line : lines_of(manual_section(manual(), "JSON"))) {
    std::string words = line;
    std::replace(words.begin(), words.end(), ',', ' ');
    std::istringstream in(words);
    for (std::string word; in >> word;) written.insert(word);
  }
  std::set<std::string> keys;
  const auto collect = [&](const auto& self, const nlohmann::json& value) -> void {
    if (value.is_object())
      for (const auto& [key, inner] : value.items()) {
        // The swept keys and their values are the sweep's own.
        keys.insert(key);
        if (key != "sweep") self(self, inner);
      }
    if (value.is_array())
      for (const auto& inner : value) self(self, inner);
  };
  const std::string failing = shipped("04-a-thousand-threads-playground.toml");
  const std::vector<std::vector<std::string>> all{
      {"run", failing, "--json"},
      {"limits", failing, "--json", "--threads", "100000"},
      {"sweep", failing, "--json", "--set", "sweep.\"jobs.count\"=[10, 1000]"},
  };
  for (const auto& arguments : all) {
    const Output output = spawnpoint_run(arguments);
    REQUIRE(output.status == 0);
    for (const std::string& line : lines_of(output.out)) collect(collect, nlohmann::json::parse(line));
  }
  CHECK(keys.size() > 30);
  for (const std::string& key : keys) {
    INFO(key);
    CHECK(written.contains(key));
  }
}

TEST_CASE("the README is for a newcomer: at most 200 lines") {
  CHECK(lines_of(document("README.md")).size() <= 200);
}

TEST_CASE("links and paths in the READMEs lead to what is there") {
  static const std::regex link(R"(\]\(([^)#]+)(#[^)]*)?\))");
  static const std::regex path(R"((?:core|models|gui|scenarios|tests)/[A-Za-z0-9_./-]*)");
  int links = 0;
  int paths = 0;
  for (const fs::path& file : markdown_files()) {
    const std::string text = document(file);
    const fs::path beside = fs::path(SPAWNPOINT_SOURCE) / file.parent_path();
    for (std::sregex_iterator match(text.begin(), text.end(), link), end; match != end; ++match) {
      const std::string target = (*match)[1];
      if (target.find("://") != std::string::npos) continue;
      INFO(file.string() << " links to " << target);
      CHECK(fs::exists(beside / target));
      ++links;
    }
    for (const std::string& word : code_words(text)) {
      if (!std::regex_match(word, path)) continue;
      // The header that the README explains how to write.
      if (word == "models/concurrency/two_at_a_time.hpp") continue;
      INFO(file.string() << " names " << word);
      CHECK((fs::exists(beside / word) || fs::exists(fs::path(SPAWNPOINT_SOURCE) / word)));
      ++paths;
    }
  }
  CHECK(links > 15);
  CHECK(paths > 30);
}

TEST_CASE("every floor has a README that the first one links to") {
  const std::string text = document("README.md");
  for (const char* floor : {"core", "models", "gui", "scenarios", "tests", "tests/bench", "tests/fidelity"}) {
    INFO(floor);
    CHECK(text.find("](" + std::string(floor) + "/README.md)") != std::string::npos);
  }
}

TEST_CASE("commands in the READMEs are commands") {
  std::set<std::string> of_run;
  for (const std::string& line : lines_of(shell("./run --help"))) {
    static const std::regex command("^  ([a-z]+) .*");
    std::smatch match;
    if (std::regex_match(line, match, command)) of_run.insert(match[1]);
  }
  REQUIRE(of_run.contains("test"));
  const std::set<std::string> of_program = help_commands(spawnpoint_run({"--help"}).out);
  static const std::regex script(R"(\./run ([a-z]+))");
  static const std::regex program(R"(spawnpoint-run ([a-z]+)([^`\n#]*))");
  static const std::regex option("--[a-z-]+");
  int found = 0;
  for (const fs::path& file : markdown_files()) {
    const std::string text = document(file);
    for (std::sregex_iterator match(text.begin(), text.end(), script), end; match != end; ++match, ++found) {
      INFO(file.string() << ": " << match->str());
      CHECK(of_run.contains((*match)[1]));
    }
    for (std::sregex_iterator match(text.begin(), text.end(), program), end; match != end; ++match, ++found) {
      const std::string command = (*match)[1];
      INFO(file.string() << ": " << match->str());
      REQUIRE(of_program.contains(command));
      const std::set<std::string> known = help_options(spawnpoint_run({command, "--help"}).out);
      const std::string rest = (*match)[2];
      for (std::sregex_iterator word(rest.begin(), rest.end(), option); word != end; ++word)
        CHECK(known.contains(word->str()));
    }
  }
  CHECK(found > 20);
}

TEST_CASE("every command of run is in its help") {
  std::set<std::string> in_script;
  static const std::regex branch(R"(^  ([a-z|-]+)\) .*)");
  for (const std::string& line : lines_of(document("run"))) {
    std::smatch match;
    if (!std::regex_match(line, match, branch)) continue;
    std::istringstream names{match[1].str()};
    for (std::string name; std::getline(names, name, '|');)
      if (!name.starts_with('-')) in_script.insert(name);
  }
  CHECK(in_script.contains("test"));
  const std::string help = shell("./run --help");
  for (const std::string& name : in_script) {
    INFO(name);
    CHECK(help.find("\n  " + name + ' ') != std::string::npos);
  }
}
