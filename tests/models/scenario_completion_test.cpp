// SPDX-License-Identifier: GPL-3.0-or-later
// What an editor offers at a place of a scenario.
#include <algorithm>
#include <string>

#include "models/machine/profile_file.hpp"
#include "models/scenario/edit/completion.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;

namespace {

const ProfileNames kProfiles{{"laptop-8g", "rust-playground"}, {"glibc", "rust-std"}};

/// `|` is the cursor.
WordChoices at_cursor(std::string text) {
  const auto cursor = text.find('|');
  REQUIRE(cursor != std::string::npos);
  text.erase(cursor, 1);
  return complete(text, cursor, kProfiles);
}
std::vector<std::string> names_at(const std::string& text) {
  std::vector<std::string> names;
  for (const WordChoice& choice : at_cursor(text).choices) names.push_back(choice.shown);
  return names;
}
bool offers(const std::string& text, const std::string& name) {
  const auto names = names_at(text);
  return std::ranges::find(names, name) != names.end();
}
/// The text after the first choice that is shown as `name` has been taken.
std::string taken(std::string text, const std::string& name) {
  const WordChoices completions = at_cursor(text);
  const auto cursor = text.find('|');
  text.erase(cursor, 1);
  const auto choice = std::ranges::find(completions.choices, name, &WordChoice::shown);
  REQUIRE(choice != completions.choices.end());
  return text.replace(completions.from, cursor - completions.from, choice->insert);
}

}  // namespace

TEST_CASE("Keys are offered by the table that they belong to") {
  CHECK(offers("|", "title"));
  CHECK(offers("|", "[jobs]"));
  CHECK_FALSE(offers("|", "count"));
  CHECK(offers("[jobs]\n|", "count"));
  CHECK_FALSE(offers("[jobs]\ncount = 3\nx|\n", "arrivals"));
  CHECK_FALSE(offers("[jobs]\n|", "title"));
  CHECK(offers("[machine]\n|", "limits.pids_max"));
  CHECK(offers("[machine.limits]\n|", "pids_max"));
  CHECK(offers("[[run]]\nconcurrency = \"join_all\"\n|", "runtime"));
  CHECK(offers("[sweep]\n\"|", "jobs.count"));
  CHECK(offers("[sweep]\n|", "repeat"));
}

TEST_CASE("Each table that has keys is offered") {
  std::vector<std::string> offered;
  for (const std::string& name : names_at("[|")) offered.push_back(name + '.');
  for (const std::string& name : names_at("[[|")) offered.push_back(name + '.');
  for (const KeyHelp& key : scenario_keys()) {
    INFO(key.key);
    const auto of_table = [&](const std::string& table) { return key.key.starts_with(table); };
    CHECK((key.key.find('.') == std::string::npos || std::ranges::any_of(offered, of_table)));
  }
  CHECK(offers("[machine.|", "machine.executor"));
}

TEST_CASE("What was typed may stand anywhere in a key") {
  CHECK(names_at("[machine]\npids_m|") == std::vector<std::string>{"limits.pids_max"});
  CHECK(taken("[machine]\npids_m|", "limits.pids_max") == "[machine]\nlimits.pids_max = ");
  CHECK(taken("[jobs]\nco|", "count") == "[jobs]\ncount = ");
}

TEST_CASE("Values with few choices are offered, with their quotes") {
  CHECK(taken("[[run]]\nconcurrency = |", "thread_pool") == "[[run]]\nconcurrency = \"thread_pool\"");
  CHECK(taken("[[run]]\nconcurrency = \"thread_po|", "thread_pool") == "[[run]]\nconcurrency = \"thread_pool\"");
  CHECK(names_at("[machine]\nprofile = \"|") == std::vector<std::string>{"host", "laptop-8g", "rust-playground"});
  CHECK(names_at("[[run]]\nruntime = \"rust|") == std::vector<std::string>{"rust-std"});
  CHECK(names_at("[machine]\nlimits.overcommit = \"n|").front() == "never");
  CHECK(names_at("[machine]\nlimits.cgroups = \"|") ==
        std::vector<std::string>(kCgroupWords.begin(), kCgroupWords.end()));
  CHECK(names_at("[jobs]\narrivals = \"|") == std::vector<std::string>{"at once"});
  CHECK(names_at("[[run]]\nguard_mode = \"ma|") == std::vector<std::string>{"madvise"});
}

TEST_CASE("Inline tables offer their own keys, over several lines too") {
  CHECK(names_at("[jobs]\nsteps = [ { |") == std::vector<std::string>{"sleep", "block", "cpu"});
  CHECK(names_at("[jobs]\nsteps = [\n  { sleep = \"1s\" },\n  { b|") == std::vector<std::string>{"block"});
  CHECK(offers("[jobs]\narrivals = { |", "rate"));
  // After the list has ended, [jobs] continues.
  CHECK(offers("[jobs]\nsteps = [\n  { sleep = \"1s\" },\n]\n|", "count"));
}

TEST_CASE("Headers are completed with their brackets") {
  CHECK(taken("[jo|", "jobs") == "[jobs]");
  CHECK(taken("[[|", "run") == "[[run]]");
  CHECK_FALSE(offers("[|", "run"));
  CHECK(taken("ru|", "[[run]]") == "[[run]]");
}

TEST_CASE("Within comments and texts for people nothing is offered") {
  CHECK(names_at("# c|").empty());
  CHECK(names_at("about = \"\"\"\n[jobs]\nco|").empty());
  CHECK(names_at("[jobs]\ncount = 1 # co|").empty());
  CHECK(names_at("title = \"jobs.c|").empty());
}

TEST_CASE("The key under the cursor is described in full") {
  const std::string text =
      "[machine]\nprofile = \"host\"\nlimits.pids_max = 512\n[jobs]\nsteps = [ { sleep = \"1s\" } ]\n";
  const auto pids = key_at(text, text.find("pids_max") + 2);
  REQUIRE(pids);
  CHECK(pids->key == "machine.limits.pids_max");
  CHECK_FALSE(pids->help.empty());
  const auto sleep = key_at(text, text.find("sleep"));
  REQUIRE(sleep);
  CHECK(sleep->key == "jobs.steps.sleep");
  CHECK_FALSE(key_at(text, text.find("512")));
  CHECK_FALSE(key_at(text, text.find("host")));
  CHECK_FALSE(key_at("", 0));
}

TEST_CASE("Any cut of any shipped scenario can be completed") {
  for (const auto& file : list_scenarios(shipped_scenarios())) {
    const ParseResult parsed = load_scenario(file, ParseOptions{});
    REQUIRE(parsed.scenario);
    const std::string& text = parsed.scenario->text;
    for (std::size_t at = 0; at <= text.size(); at += 7) {
      const WordChoices completions = complete(text, at, kProfiles);
      REQUIRE(completions.from <= at);
      (void)key_at(text, at);
    }
  }
}
