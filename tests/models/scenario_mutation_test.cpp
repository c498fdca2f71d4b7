// SPDX-License-Identifier: GPL-3.0-or-later
// Files are untrusted: whatever bytes come in, the parser gives a scenario or diagnostics, and comes to an end.
#include <rapidcheck.h>

#include "models/document/distribution_text.hpp"
#include "models/document/units.hpp"
#include "models/scenario/parse.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;

namespace {

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
