// SPDX-License-Identifier: GPL-3.0-or-later
// What each limit is, in words: for the diagnosis of a run, and for the ladder of limits.
#pragma once

#include <string_view>

namespace spawnpoint {

struct LimitText {
  std::string_view limit;      ///< "pids.max"
  std::string_view what;       ///< Goes on after "Thread 508 was refused: "; a format string that takes the value.
  std::string_view mechanism;  ///< How it works, one or two sentences.
};

/// Null where the limit is not known.
const LimitText* limit_text(std::string_view limit);

}  // namespace spawnpoint
