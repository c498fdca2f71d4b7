// SPDX-License-Identifier: GPL-3.0-or-later
// Files are untrusted: whatever bytes come in, the parser gives a scenario or diagnostics, and comes to an end.
#include <rapidcheck.h>

#include <fstream>
#include <random>
#include <sstream>

#include "models/document/distribution_text.hpp"
#include "models/document/units.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;

namespace {

std::vector<std::string> good_texts() {
  std::vector<std::string> texts;
  const std::string root = SPAWNPOINT_SOURCE;
  std::vector<std::filesystem::path> files = list_scenarios(root + "/scenarios");
  for (const auto& file : list_scenarios(root + "/tests/scenarios/bad")) files.push_back(file);
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (text.str().size() < 8192) texts.push_back(text.str());
  }
  return texts;
}

void check_outcome(const std::string& text, const ParseOptions& options = {}) {
  const ParseResult result = parse_scenario(text, "mutated.toml", options);
  bool error = false;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    error = error || diagnostic.severity == Severity::error;
    // A place in the text exists in the text.
    RC_ASSERT(diagnostic.line >= 0);
    RC_ASSERT(diagnostic.column >= 0);
    RC_ASSERT(!diagnostic.message.empty());
    RC_ASSERT(!format(diagnostic).empty());
  }
  RC_ASSERT(result.scenario.has_value() != error);
}

}  // namespace

TEST_CASE("Files with bytes changed, dropped, doubled or swapped never break the parser") {
  const std::vector<std::string> texts = good_texts();
  REQUIRE(texts.size() > 60);
  static constexpr std::string_view kPieces[] = {
      "[", "]", "{",   "}",   "\"",    "\"\"\"", "'",    "=",       ".",    ",", "\n",        "#",           "\\",
      "-", "9", "nan", "inf", "1e308", "0x",     "true", "[[run]]", "\xFF", "µ", "unlimited", "999999999999"};
  std::mt19937_64 random(20240601);
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
  for (int round = 0; round < 6000; ++round) {
    std::string text = texts[below(texts.size())];
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
      const std::size_t at = below(text.size() + 1);
      switch (below(6)) {
        case 0:
          if (at < text.size()) text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, 1 + below(20));
          break;
        case 2:
          text.insert(at, kPieces[below(std::size(kPieces))]);
          break;
        case 3:
          text.insert(below(text.size() + 1), text.substr(at, 1 + below(60)));
          break;
        case 4:
          text.resize(at);
          break;
        default: {
          const std::string& other = texts[below(texts.size())];
          text = text.substr(0, at) + other.substr(below(other.size() + 1));
        }
      }
    }
    INFO("round " << round << ":\n" << text);
    const ParseResult result = parse_scenario(text, "mutated.toml", {});
    bool error = false;
    for (const Diagnostic& diagnostic : result.diagnostics) {
      error = error || diagnostic.severity == Severity::error;
      if (diagnostic.message.empty() || format(diagnostic).empty()) FAIL("a diagnostic says nothing");
    }
    if (result.scenario.has_value() == error) FAIL("neither a scenario nor a mistake, or both");
  }
}

TEST_CASE("Bytes of any kind are a scenario or a mistake") {
  REQUIRE(rc::check("as a file", [](const std::string& text) { check_outcome(text); }));
  REQUIRE(rc::check("as a value", [] {
    const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    check_outcome("[jobs]\nsteps = [{ sleep = \"" + bytes + "\" }]\n");
  }));
  REQUIRE(rc::check("as a setting", [](const std::string& key, const std::string& value) {
    ParseOptions options;
    options.settings.push_back({key, value});
    options.settings.push_back({"jobs." + key, value});
    options.settings.push_back({"run." + key, value});
    options.settings.push_back({"title", value});
    check_outcome("title = \"x\"\n", options);
  }));
}

TEST_CASE("Units and distributions take any text") {
  REQUIRE(rc::check("never crash", [] {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789._-+() ,=expunilogmaskMGiBµ\"")));
    (void)parse_duration(text);
    (void)parse_bytes(text);
    (void)parse_rate(text);
    (void)parse_distribution(text);
    (void)parse_distribution("exp(" + text + ")");
    (void)parse_distribution("uniform(" + text + ")");
    (void)parse_distribution("gamma(shape=" + text + ", mean=1s)");
  }));
}
