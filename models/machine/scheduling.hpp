// SPDX-License-Identifier: GPL-3.0-or-later
// Scheduling: what a program asks of the kernel's scheduler for its threads.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/document/reader.hpp"

namespace spawnpoint {

/// SCHED_OTHER, SCHED_FIFO, SCHED_RR. Threads of the last two run before all that have the first.
enum class Policy : std::uint8_t { other, fifo, rr };
inline constexpr std::array<std::string_view, 3> kPolicyWords{"other", "fifo", "rr"};

struct Scheduling {
  Policy policy = Policy::other;
  /// Of the threads in the order in which they are created, again from the first when they run out; the main thread
  /// has the first too. Empty: 0 for all.
  std::vector<std::int64_t> nice;

  friend bool operator==(const Scheduling&, const Scheduling&) = default;
};

inline constexpr CountRange kNice{-20, 19};

template <class Visitor>
void describe(Visitor& visit, Scheduling& scheduling) {
  visit.choice("policy", scheduling.policy, kPolicyWords,
               "the scheduling policy of the program's threads: SCHED_OTHER, SCHED_FIFO or SCHED_RR");
  visit.counts("nice", scheduling.nice, kNice,
               "the nice value of its threads, or a list of which each thread has the next one");
}

/// The nice value of a thread: 0 is the main thread, n the n-th one that was created.
inline int nice_of(const Scheduling& scheduling, std::uint64_t thread) {
  if (scheduling.nice.empty()) return 0;
  return static_cast<int>(thread == 0 ? scheduling.nice.front()
                                      : scheduling.nice[(thread - 1) % scheduling.nice.size()]);
}

}  // namespace spawnpoint
