// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/result/imposed_words.hpp"

#include <fmt/format.h>

#include <iterator>

#include "models/machine/limit_table.hpp"
#include "models/machine/scheduling.hpp"
#include "models/result/format.hpp"

namespace spawnpoint {
namespace {

bool has_other_value(const ImposedLimit& limit) {
  const Limit* row = find_limit(limit.limit);
  if (!limit.held() || row == nullptr || !row->is_shared()) return false;
  const auto says = [&](const std::string& value) {
    return (' ' + limit.means + ' ').find(' ' + value + ' ') != std::string::npos;
  };
  return !says(format_value(*row, limit.value)) && !says(fmt::format("{}", limit.value));
}

/// " (pids.max = 508 in a control group of its own)"
std::string other_value(const ImposedLimit& limit) {
  return has_other_value(limit) ? " (" + limit.means + ")" : "";
}

}  // namespace

std::string imposed_value(const ImposedLimit& limit) {
  const Limit* row = find_limit(limit.limit);
  if (limit.limit == "policy" && limit.value >= 0 && limit.value < std::ssize(kPolicyWords))
    return fmt::format("policy {}", kPolicyWords[static_cast<std::size_t>(limit.value)]);
  if (row == nullptr) return fmt::format("{} {}", limit.limit, format_count(limit.value));
  const bool is_mode = limit.value >= 0 && limit.value < std::ssize(row->modes);
  if (is_mode) return fmt::format("{} {}", limit.limit, row->modes[static_cast<std::size_t>(limit.value)]);
  return fmt::format("{} {}", limit.limit, format_value(*row, limit.value));
}

std::string imposed_words(const ImposedLimit& limit) {
  return fmt::format(
      "{} {} in the live run: {}{}", imposed_value(limit), limit.held() ? "held" : "did not hold", limit.means,
      has_other_value(limit) ? ", which leaves the same room: what else the modeled machine has in use is not there"
                             : "");
}

std::string imposed_caption(const ImposedLimit& limit) {
  return fmt::format("{} {}{}", imposed_value(limit), limit.held() ? "held" : "not held", other_value(limit));
}

std::string imposed_item(const ImposedLimit& limit) {
  return imposed_value(limit) + other_value(limit);
}

}  // namespace spawnpoint
