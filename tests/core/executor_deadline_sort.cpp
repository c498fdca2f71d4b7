// SPDX-License-Identifier: GPL-3.0-or-later
// The order of a timer wheel's bucket compared with std::stable_sort, whatever its size and how far its deadlines
// spread.
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "core/executor/deadline_sort.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;

TEST_CASE("deadlines are sorted as by std::stable_sort") {
  std::mt19937_64 random(1);
  DeadlineSort sort;  // its memory is used again and again
  const std::int64_t spreads[] = {0, 1, 3, 1000, 1 << 20, std::int64_t{1} << 33, INT64_MAX};
  for (const std::size_t count : {0, 1, 2, 24, 25, 60, 1000, 50'000}) {
    for (const std::int64_t spread : spreads) {
      INFO(count << " deadlines over " << spread << " ns");
      std::vector<Parked::Slot> slots(count);
      std::vector<Due> due;
      for (Parked::Slot& slot : slots) {
        const auto at = static_cast<std::int64_t>(random() % (static_cast<std::uint64_t>(spread) + 1));
        due.push_back({&slot, Instant(Duration(spread == INT64_MAX ? at : at + 5'000'000'000))});
      }
      std::vector<Due> sorted = due;
      std::ranges::stable_sort(sorted, {}, &Due::deadline);
      sort(due);
      CHECK(std::ranges::equal(
          due, sorted, [](const Due& a, const Due& b) { return a.slot == b.slot && a.deadline == b.deadline; }));
    }
  }
}
