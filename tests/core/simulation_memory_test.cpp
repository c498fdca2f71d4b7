// SPDX-License-Identifier: GPL-3.0-or-later
// A simulation on a machine that has no memory left: the run ends, and what is scheduled stays whole.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <new>
#include <vector>

#include "core/simulation/simulation.hpp"
#include "tests/catch.hpp"
#include "tests/sanitizers.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

/// While it exists, the system gives this process nothing more.
class NoMoreMemory {
 public:
  NoMoreMemory() {
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    REQUIRE(getrlimit(RLIMIT_AS, &before_) == 0);
    const rlimit none{pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)), before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_AS, &none) == 0);
  }
  ~NoMoreMemory() { setrlimit(RLIMIT_AS, &before_); }
  NoMoreMemory(const NoMoreMemory&) = delete;
  NoMoreMemory& operator=(const NoMoreMemory&) = delete;

 private:
  rlimit before_{};
};

struct Note : Timer {
  explicit Note(std::vector<int>& list, int name) : Timer{&Note::write}, notes{list}, number{name} {}
  static void write(Timer& timer) {
    auto& self = static_cast<Note&>(timer);
    self.notes.push_back(self.number);
  }
  std::vector<int>& notes;
  int number;
};

std::vector<std::unique_ptr<Note>> many(std::vector<int>& notes, int count) {
  std::vector<std::unique_ptr<Note>> timers;
  timers.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) timers.push_back(std::make_unique<Note>(notes, i));
  return timers;
}

Instant after(std::size_t milliseconds) {
  return Instant(1ms * static_cast<std::int64_t>(milliseconds));
}

}  // namespace

TEST_CASE("cancelled events that cannot be sorted out for lack of memory end the run, and no more", "[simulation]") {
  if (kSanitized) SKIP("a sanitizer's own memory does not fit");
  std::vector<int> notes;
  Simulation simulation;
  const auto timers = many(notes, 600'000);
  for (std::size_t i = 0; i < timers.size(); ++i) simulation.schedule(*timers[i], after(i));
  {
    const NoMoreMemory now;
    for (std::size_t i = 0; i < timers.size(); ++i)
      if (i % 3 != 0) simulation.cancel(*timers[i]);
  }
  CHECK_THROWS_AS(simulation.run(), std::bad_alloc);
  CHECK(notes.empty());
  // All that is left is there.
  CHECK(simulation.run());
  CHECK(notes.size() == timers.size() / 3);
  CHECK(std::ranges::is_sorted(notes));
}

TEST_CASE("a timer that cannot be scheduled for lack of memory is not, and may go", "[simulation]") {
  if (kSanitized) SKIP("a sanitizer's own memory does not fit");
  std::vector<int> notes;
  Simulation simulation;
  auto timers = many(notes, 1'000'000);
  std::size_t scheduled = 0;
  const auto schedule_all = [&] {
    const NoMoreMemory now;
    for (; scheduled < timers.size(); ++scheduled) simulation.schedule(*timers[scheduled], after(scheduled));
  };
  REQUIRE_THROWS_AS(schedule_all(), std::bad_alloc);
  CHECK(simulation.pending() == scheduled);
  CHECK_FALSE(timers[scheduled]->armed());
  timers[scheduled].reset();
  CHECK(simulation.run());
  CHECK(notes.size() == scheduled);
}
