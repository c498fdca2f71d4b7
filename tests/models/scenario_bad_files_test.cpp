// SPDX-License-Identifier: GPL-3.0-or-later
// Files with mistakes: each says in its first lines which mistakes must be reported, where, and that there are no more.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;

namespace {

struct Mistake {
  int line = 0;
  int column = 0;
  std::string message;
};

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// `# expect: LINE:COLUMN: part of the message`, one per line.
std::vector<Mistake> wanted_of(const std::string& text) {
  std::vector<Mistake> wanted;
  std::istringstream lines(text);
  const std::string prefix = "# expect: ";
  for (std::string line; std::getline(lines, line) && line.starts_with(prefix);) {
    Mistake mistake;
    const char* end = line.data() + line.size();
    const auto after_line = std::from_chars(line.data() + prefix.size(), end, mistake.line);
    const auto after_column = std::from_chars(after_line.ptr + 1, end, mistake.column);
    mistake.message = std::string(after_column.ptr + 2, end);
    wanted.push_back(mistake);
  }
  return wanted;
}

std::vector<std::filesystem::path> bad_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(SPAWNPOINT_TEST_DATA) + "/scenarios/bad"))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("Every mistake in a bad file is reported at its place, in order, and nothing else") {
  const auto files = bad_files();
  REQUIRE(files.size() >= 60);
  for (const auto& file : files) {
    INFO(file.filename().string());
    const auto wanted = wanted_of(read(file));
    CHECK_FALSE(wanted.empty());
    ParseResult result = load_scenario(file, {});
    // What is said of a heading is no mistake.
    std::erase_if(result.diagnostics, [](const Diagnostic& said) {
      return said.severity == Severity::note && said.message.find("heading") != std::string::npos;
    });
    INFO(format(result.diagnostics));
    CHECK_FALSE(result.scenario.has_value());
    CHECK(result.diagnostics.size() == wanted.size());
    for (std::size_t i = 0; i < std::min(wanted.size(), result.diagnostics.size()); ++i) {
      const Diagnostic& got = result.diagnostics[i];
      CHECK(got.file == file.string());
      CHECK(got.line == wanted[i].line);
      CHECK(got.column == wanted[i].column);
      CHECK_THAT(got.message, Catch::Matchers::ContainsSubstring(wanted[i].message));
    }
  }
}

TEST_CASE("A diagnostic shows its line, a caret under the mistake, and what was probably meant") {
  const ParseResult result = parse_scenario("title = \"Größe\"\n[jobs]\n\tcuont = 3\n", "a.toml", {});
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(format(result.diagnostics[0]) ==
        "a.toml:3:2: error: unknown key `jobs.cuont`\n"
        "    3 | \tcuont = 3\n"
        "      | \t^~~~~\n"
        "        did you mean `jobs.count`?\n");
}

TEST_CASE("Carets count characters, not bytes") {
  const ParseResult result =
      parse_scenario("[jobs]\nsteps = [{ sleep = \"3 µµ\" }, { slep = \"1s\" }]\n", "a.toml", {});
  REQUIRE(result.diagnostics.size() == 2);
  CHECK(result.diagnostics[1].column == 32);
}

TEST_CASE("What was probably meant is said in the hint") {
  const auto hint_of = [](const std::string& text) {
    const ParseResult result = parse_scenario(text, "a.toml", {});
    return result.diagnostics.empty() ? std::string("(no mistake)") : result.diagnostics[0].hint;
  };
  CHECK(hint_of("[machine]\npids_max = 3") == "did you mean `machine.limits.pids_max`?");
  CHECK(hint_of("[machine]\nprofile = \"laptop-8\"") == "did you mean `laptop-8g`?");
  CHECK(hint_of("[machine]\nprofile = \"hots\"") == "did you mean `host`?");
  CHECK(hint_of("[[run]]\nconcurrency = \"joinall\"") == "did you mean `join_all`?");
  CHECK(hint_of("[[run]]\nconcurrency = \"join_all\"\nruntime = \"rust\"") == "did you mean `rust-std`?");
  CHECK(hint_of("[jobs]\nsteps = [{ sleep = 5 }]") == "write \"5s\", \"5ms\" or \"5us\"");
  CHECK(hint_of("[jobs]\narrivals = { rate = 200 }") == "write \"200/s\", \"200/ms\" or \"200/min\"");
  CHECK(hint_of("[machine]\nmemory = 8") == "write \"8MiB\", \"8KiB\" or \"8B\"");
  CHECK(hint_of("[jobs]\nsteps = [{ sleep = 1s }]") == "text and values with a unit need quotes: \"1s\"");
  CHECK(hint_of("threads = 20") == "did you mean `run.threads`?");
  CHECK(hint_of("machine = \"docker-default\"") == "did you mean `machine.profile`?");
  CHECK(hint_of("[machine]\nlimits.pids_max = \"300\"") == "numbers take no quotes");
  CHECK(hint_of("[jobs]\narrivals = { rate = \"200/s\" }") == "say how many, such as count = 1000");
  CHECK(hint_of("[[run]]\nconcurrency = \"join_all\"\n[[run]]\nconcurrency = \"join_all\"\n"
                "[expect]\n\"nope.failure\" = false") == "the runs are `join_all`, `join_all 1` or `join_all 2`");
  CHECK(hint_of("[expect]\n\"join_all.failure.limit\" = \"pidsmax\"") == "did you mean `pids.max`?");
}

TEST_CASE("Texts that are too large, or no text at all, give a diagnostic") {
  SECTION("a file beyond 4 MiB") {
    const ParseResult result = parse_scenario(std::string((4 << 20) + 1, '\n'), "large.toml", {});
    REQUIRE(result.diagnostics.size() == 1);
    CHECK_THAT(result.diagnostics[0].message, Catch::Matchers::ContainsSubstring("too large"));
  }
  SECTION("a folder") {
    const ParseResult result = load_scenario(SPAWNPOINT_TEST_DATA, {});
    REQUIRE(result.diagnostics.size() == 1);
    CHECK_THAT(result.diagnostics[0].message, Catch::Matchers::ContainsSubstring("folder"));
  }
  SECTION("a device that never ends") {
    const ParseResult result = load_scenario("/dev/zero", {});
    REQUIRE(result.diagnostics.size() == 1);
    CHECK_THAT(result.diagnostics[0].message, Catch::Matchers::ContainsSubstring("not an ordinary file"));
  }
  SECTION("a file that is not there") {
    const ParseResult result = load_scenario("nothing-here.toml", {});
    REQUIRE(result.diagnostics.size() == 1);
    CHECK(format(result.diagnostics[0]) == "nothing-here.toml: error: there is no such file\n");
  }
  SECTION("a million values") {
    std::string text = "seed = [0";
    for (int i = 0; i < 1'000'000; ++i) text += ",0";
    const ParseResult result = parse_scenario(text + "]\n", "many.toml", {});
    REQUIRE(result.diagnostics.size() == 1);
    CHECK_THAT(result.diagnostics[0].message, Catch::Matchers::ContainsSubstring("too many values"));
  }
  SECTION("a hundred thousand brackets") {
    const ParseResult result = parse_scenario("seed = " + std::string(100'000, '['), "deep.toml", {});
    REQUIRE(result.diagnostics.size() == 1);
    CHECK_THAT(result.diagnostics[0].message, Catch::Matchers::ContainsSubstring("nested too deeply"));
  }
  SECTION("nothing at all is a scenario of defaults") {
    CHECK(parse_scenario("", "", {}).scenario.has_value());
  }
}
