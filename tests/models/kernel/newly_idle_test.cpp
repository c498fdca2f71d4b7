// SPDX-License-Identifier: GPL-3.0-or-later
// How often a core that becomes idle looks for a thread: kernel/sched/fair.c, sched_balance_newidle with NI_RANDOM.
#include "models/kernel/scheduler/newly_idle.hpp"

#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::kernel;

namespace {

/// Of 100,000 times, in how many it looks, where every `of`-th look finds a thread; 0: none does.
int looks_when(int of) {
  RandomStream dice(7, "test");
  NewlyIdle core;
  int looks = 0;
  for (int i = 0; i < 100'000; ++i) {
    if (!core.looks(dice)) continue;
    ++looks;
    core.looked(of > 0 && looks % of == 0);
  }
  return looks;
}

}  // namespace

TEST_CASE("a core that becomes idle looks for a thread as often as that has paid") {
  CHECK(looks_when(1) > 95'000);
  const int half = looks_when(2);
  CHECK(half > 45'000);
  CHECK(half < 55'000);
  const int tenth = looks_when(10);
  CHECK(tenth > 6'000);
  CHECK(tenth < 14'000);
}

TEST_CASE("where it never pays a core looks twice in 1,024 times all the same") {
  // A third at first, until 512 times have passed, then less with each.
  const int never = looks_when(0);
  CHECK(never > 200);
  CHECK(never < 1'500);
}

TEST_CASE("a find counts for the times that it was not looked for") {
  NewlyIdle core;
  const std::int64_t before = core.finds();
  core.looked(true);
  // 1024 / (1 + 341), rounded.
  CHECK(core.finds() - before == 3);
  core.looked(false);
  CHECK(core.finds() - before == 3);
}
