// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/run/budget.hpp"

#include <fmt/format.h>

#include <set>

#include "core/text/text.hpp"
#include "models/document/units.hpp"

namespace spawnpoint {

std::expected<Budget, std::string> parse_budget(std::string_view text) {
  Budget budget;
  std::set<std::string_view> seen;
  for (std::string_view rest = text;;) {
    const auto comma = rest.find(',');
    const std::string_view part = trimmed(rest.substr(0, comma));
    const auto equals = part.find('=');
    const std::string_view key = trimmed(part.substr(0, equals));
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : trimmed(part.substr(equals + 1));
    if (!seen.insert(key).second) return std::unexpected(fmt::format("{} is there twice", shown(key)));
    const auto wrong = [&](const std::string& why) { return std::unexpected(fmt::format("{}: {}", shown(key), why)); };
    if (key == "events") {
      const auto events = parse_number<std::uint64_t>(value);
      if (!events || *events == 0) return wrong("a whole number, 1 or more");
      budget.events = *events;
    } else if (key == "memory") {
      const auto memory = parse_bytes(value);
      if (!memory) return wrong(memory.error());
      budget.memory = *memory;
    } else if (key == "time") {
      const auto time = parse_duration(value);
      if (!time) return wrong(time.error());
      budget.real_time = *time;
    } else {
      return wrong("known are events=N, memory=SIZE and time=DURATION");
    }
    if (comma == std::string_view::npos) return budget;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace spawnpoint
