// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/cause.hpp"

#include <csignal>
#include <cstring>

namespace spawnpoint {
namespace {

constexpr std::string_view kException = "exception";
constexpr int kMostErrnos = 200;  ///< More than Linux has.

struct NameOf {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(Errno error) const {
    const char* name = ::strerrorname_np(error.number);
    return error.number != 0 && name != nullptr ? name : "";
  }
  std::string operator()(Signal signal) const {
    const char* name = ::sigabbrev_np(signal.number);
    return std::string("SIG") + (name != nullptr ? name : std::to_string(signal.number));
  }
  std::string operator()(Exception) const { return std::string(kException); }
};

}  // namespace

std::string name_of(const Cause& cause) {
  return std::visit(NameOf(), cause);
}

std::string message_of(Signal signal) {
  const char* words = ::sigdescr_np(signal.number);
  return words != nullptr ? words : name_of(signal);
}

Cause cause_named(std::string_view name) {
  if (name == kException) return Exception{};
  for (int number = 1; number < kMostErrnos; ++number) {
    if (name_of(Errno{number}) == name) return Errno{number};
  }
  for (int number = 1; number < NSIG; ++number) {
    if (name_of(Signal{number}) == name) return Signal{number};
  }
  return {};
}

}  // namespace spawnpoint
