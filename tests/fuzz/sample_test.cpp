// SPDX-License-Identifier: GPL-3.0-or-later
// A sample of what ./run soak does for hours: every reader gets its seeds, and some thousand inputs made of them.
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/catch.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/sanitizers.hpp"

using namespace spawnpoint;

namespace {

using namespace std::literals;

constexpr std::string_view kPieces[] = {"[",
                                        "]",
                                        "{",
                                        "}",
                                        "\"",
                                        "\"\"\"",
                                        "'",
                                        "=",
                                        ".",
                                        ",",
                                        "\n",
                                        "#",
                                        "\\",
                                        "-",
                                        "9",
                                        "nan",
                                        "inf",
                                        "1e308",
                                        "0x",
                                        "true",
                                        "[[run]]",
                                        "\xFF",
                                        "µ",
                                        "unlimited",
                                        "999999999999",
                                        "0",
                                        "-1",
                                        "1e-9",
                                        "9223372036854775807",
                                        "800000h",
                                        "1ns",
                                        "16EiB",
                                        "0s",
                                        "\0"sv};

/// As changed as libFuzzer would, without knowing what it reaches.
std::string changed(const std::vector<std::string>& seeds, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
  std::string text = seeds[below(seeds.size())];
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
        const std::string& other = seeds[below(seeds.size())];
        text = text.substr(0, at) + other.substr(below(other.size() + 1));
      }
    }
  }
  return text;
}

}  // namespace

TEST_CASE("whatever is read from outside comes to an end, and contradicts itself nowhere") {
  // Other inputs with each version of the program would make a failure hard to find again: the seed is fixed, and what
  // ./run soak finds becomes a seed here.
  constexpr int kRounds = kSanitized ? 200 : 1500;
  for (const fuzz::Target& target : fuzz::targets()) {
    const std::vector<std::string> seeds = target.seeds();
    INFO(target.name);
    REQUIRE_FALSE(seeds.empty());
    for (const std::string& seed : seeds) {
      INFO(seed);
      CHECK_NOTHROW(target.feed(seed));
    }
    std::mt19937_64 random(17);
    // Scenario files are what people get from others.
    const int rounds = target.name == "scenario" ? 4 * kRounds : kRounds;
    for (int round = 0; round < rounds; ++round) {
      const std::string input = changed(seeds, random);
      INFO(round << ":\n" << input);
      CHECK_NOTHROW(target.feed(input));
    }
  }
}
