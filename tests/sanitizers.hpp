// SPDX-License-Identifier: GPL-3.0-or-later
// What tests have to know of the sanitizers that they are built with.
#pragma once

#include <cstdint>

#include "tests/catch.hpp"

namespace spawnpoint {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

#if defined(__SANITIZE_THREAD__)
inline constexpr std::int64_t kOwnThreads = 2;  // The thread sanitizer has a thread of its own in every process.
#else
inline constexpr std::int64_t kOwnThreads = 1;
#endif

/// Skips the test where a live run's numbers of threads, and how soon they are there, say nothing.
inline void need_exact_counts() {
  if (kOwnThreads > 1) SKIP("the thread sanitizer's own thread counts, and it is slow to start others");
}

}  // namespace spawnpoint
