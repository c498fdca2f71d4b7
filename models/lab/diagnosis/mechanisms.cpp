// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/mechanisms.hpp"

#include <algorithm>
#include <iterator>

namespace spawnpoint {

namespace {

constexpr Mechanism kMechanisms[] = {
    {"blocked executor", "Why does one blocking call stop all jobs?",
     "An executor has one thread and many jobs. It gives the thread to a job, and gets it back only when the job "
     "awaits something. Nothing takes it away after a time slice, as the kernel does with threads.\n\n"
     "A blocking call (a sleep of the thread, a read from a file, a long computation) does not await. While it lasts "
     "nothing else runs on that thread: timers that are due fire late, and jobs that are ready stay where they are. "
     "Ten such jobs take ten times as long, as if they had been called one after the other.\n\n"
     "What waits should be awaited (a timer, an async read); what computes or blocks belongs on another thread."},
};

}  // namespace

Mechanism mechanism_of(const Limit& limit) {
  return {limit.name, limit.words.question, limit.words.answer};
}

const Mechanism* find_mechanism(std::string_view name) {
  const auto* const found = std::ranges::find(kMechanisms, name, &Mechanism::name);
  return found == std::end(kMechanisms) ? nullptr : found;
}

}  // namespace spawnpoint
