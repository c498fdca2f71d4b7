// SPDX-License-Identifier: GPL-3.0-or-later
// How a program learns that it has met a limit or broke otherwise.
#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace spawnpoint {

/// A call returned it.
struct Errno {
  int number = 0;
  bool operator==(const Errno&) const = default;
};
/// It ended the process.
struct Signal {
  int number = 0;
  bool operator==(const Signal&) const = default;
};
/// It ended the program, and was none of the above.
struct Exception {
  bool operator==(const Exception&) const = default;
};

/// None of them: not known.
using Cause = std::variant<std::monostate, Errno, Signal, Exception>;

/// "EAGAIN", "SIGKILL", "exception"; empty: not known.
std::string name_of(const Cause& cause);
/// What a shell says of a process that this ended: "Killed", "Segmentation fault". The same in every language.
std::string message_of(Signal signal);
/// The one of this name; the one that is not known for any other.
Cause cause_named(std::string_view name);

inline bool ends_process(const Cause& cause) {
  return std::holds_alternative<Signal>(cause);
}

}  // namespace spawnpoint
