// SPDX-License-Identifier: GPL-3.0-or-later
// The app's manual page has the commands and options of `spawnpoint --help`, and no others.
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gui/app/command_line.hpp"
#include "tests/catch.hpp"
#include "tests/documents.hpp"

using namespace spawnpoint;
using namespace spawnpoint::tests;

namespace {

std::string help(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "spawnpoint");
  arguments.push_back("--help");
  std::ostringstream out, err;
  gui::parse_command_line(static_cast<int>(arguments.size()), arguments.data(), out, err);
  return out.str();
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += word + ' ';
  return text;
}

}  // namespace

TEST_CASE("the app's manual page has its commands and options, and no others") {
  const std::string page = document("gui/app/spawnpoint.1");
  const auto check = [&](const std::string& section, const std::set<std::string>& in_synopsis,
                         const std::string& told) {
    INFO(section);
    const std::set<std::string> in_help = help_options(told);
    CHECK(!in_help.empty());
    CHECK(joined(manual_options(manual_section(page, section))) == joined(in_help));
    // In the synopsis, of two names for one option the short one is enough.
    std::set<std::string> options = in_synopsis;
    if (options.contains("-o")) options.insert("--output");
    CHECK(joined(options) == joined(in_help));
  };
  const auto synopsis = manual_synopsis(page);
  REQUIRE(synopsis.size() == 3);
  check("DESCRIPTION", synopsis[0].second, help({}));
  CHECK(synopsis[1].first == "export");
  check("export", synopsis[1].second, help({"export"}));
  CHECK(joined(synopsis[2].second) == "--help --version ");
  CHECK(joined(help_commands(help({}))) == "export ");
  CHECK(joined(manual_subsections(page)) == "export ");
}
