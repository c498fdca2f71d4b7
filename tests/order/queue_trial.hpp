// SPDX-License-Identifier: GPL-3.0-or-later
// The event queue compared with a sorted list: the same keys pushed, popped and erased, whatever the shape of the
// delays.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>

#include "core/simulation/event_queue.hpp"
#include "core/simulation/random_stream.hpp"
#include "core/simulation/variates.hpp"

namespace spawnpoint::tests {

inline constexpr int kDelayLaws = 7;
/// From what the run alone holds to what reaches every tier: buckets that are split, a near heap that spills.
inline constexpr std::size_t kTrialKeys[] = {1, 2, 5, 10, 18, 33, 60, 700, 20'000};

/// One trial with about `keys` keys in the queue. `renumbered`: the sequence numbers run out meanwhile. Returns what
/// was wrong, or nothing.
inline std::string queue_trial(int law, std::size_t keys, bool renumbered) {
  RandomStream random{static_cast<std::uint64_t>(law), "queue", keys};
  const auto delay = [&]() -> std::uint64_t {
    const double u = random.uniform();
    switch (law) {
      case 0:
        return static_cast<std::uint64_t>(standard_exponential(random) * 1e9);
      case 1:
        return random.below(10) == 0 ? 9'000'000'000 + random.below(1000) : random.below(1'000'000);
      case 2:  // Pareto, shape 0.5: every scale at once
        return static_cast<std::uint64_t>(std::min(1e17, 1.0 / ((1 - u) * (1 - u))));
      case 3:
        return 1'000'000'000 + random.below(1000);
      case 4:  // ties
        return 1 + random.below(3);
      case 5:  // nearly everything at one time, then a burst before it
        return random.below(100) == 0 ? 1 + random.below(1000) : 1'000'000;
      default:
        return 1 + random.below(std::uint64_t{1} << random.below(56));
    }
  };
  EventQueue queue{renumbered ? EventKey::kMaxSequence - keys - 300 : 0};
  std::set<std::tuple<std::uint64_t, std::uint64_t, std::uint32_t>> reference;
  std::uint64_t order = 0;
  std::uint64_t now = 0;
  std::uint32_t slot = 0;
  std::string wrong;
  const auto push = [&] {
    const std::uint64_t time = now + delay();
    queue.push(time, slot);
    reference.emplace(time, order++, slot);
    slot = (slot + 1) % (1U << EventKey::kSlotBits);
  };
  const auto pop = [&] {
    const EventKey* const key = queue.peek();
    const auto [time, ignored, expected] = *reference.begin();
    if (!key)
      wrong = "the queue ended early";
    else if (key->time() != time || key->slot() != expected)
      wrong = "wrong order after " + std::to_string(order) + " keys";
    else if (queue.nothing_until(time))
      wrong = "the queue said that nothing was due";
    if (!wrong.empty()) return;
    now = time;
    queue.pop();
    reference.erase(reference.begin());
  };
  for (std::size_t i = 0; i < keys; ++i) push();
  for (std::size_t i = 0; i < 3 * keys + 500 && wrong.empty(); ++i) {
    pop();
    push();
    if (i % 97 == 0) {  // the number of keys changes too
      push();
    } else if (i % 89 == 0) {
      pop();
    }
  }
  if (!wrong.empty()) return wrong;
  const auto keep = [](std::uint32_t s) { return s % 3 != 0; };
  queue.erase_if([&](std::uint32_t s) { return !keep(s); });
  std::erase_if(reference, [&](const auto& entry) { return !keep(std::get<2>(entry)); });
  if (queue.size() != reference.size()) return "a wrong number of keys was erased";
  for (std::size_t i = 0; i < keys / 2; ++i) push();
  while (!reference.empty() && wrong.empty()) pop();
  if (!wrong.empty()) return wrong;
  return queue.size() == 0 && queue.peek() == nullptr ? "" : "keys are left over";
}

}  // namespace spawnpoint::tests
