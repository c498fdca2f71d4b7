// SPDX-License-Identifier: GPL-3.0-or-later
// cpu.max: the pool, the slices, who is throttled and when it may run again.
#include "models/kernel/scheduler/quota.hpp"

#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::kernel;
using namespace std::chrono_literals;

TEST_CASE("a core takes 5 ms of runtime at a time") {
  const Rules rules;
  Quota quota(rules, 2, 50ms, Instant(100ms));
  CHECK(quota.charge(0, Duration(1), Instant(1ms)));
  CHECK(quota.left(0) == 5ms);
  CHECK(quota.charge(0, 4ms, Instant(5ms)));
  CHECK(quota.left(0) == 1ms);
  // 3 ms more than it has: it gets out of that debt, and a slice.
  CHECK(quota.charge(0, 4ms, Instant(9ms)));
  CHECK(quota.left(0) == 5ms);
}

TEST_CASE("a core that finds the pool empty is throttled until the period ends, and pays its debt then") {
  const Rules rules;
  Quota quota(rules, 2, 20ms, Instant(100ms));
  for (int tick = 1; tick <= 5; ++tick) CHECK(quota.charge(0, 4ms - Duration(1), Instant(tick * 4ms)));
  CHECK_FALSE(quota.charge(0, 4ms, Instant(24ms)));
  CHECK(quota.left(0) == 20ms - 24ms + Duration(5));
  quota.throttle(0, Instant(24ms));
  CHECK(quota.throttled(0));
  CHECK(quota.next() == Instant(100ms));
  CHECK(quota.renew(Instant(100ms)) == std::vector<CoreId>{0});
  CHECK_FALSE(quota.throttled(0));
  CHECK(quota.left(0) == Duration(1));
  CHECK(quota.throttled_time(Instant(200ms)) == 76ms);
  CHECK(quota.throttled_periods() == 1);
  CHECK(quota.next() == kNever);
}

TEST_CASE("a core with nothing to do gives back all but a millisecond, for those that are throttled") {
  const Rules rules;
  Quota quota(rules, 2, 10ms, Instant(100ms));
  CHECK(quota.charge(0, Duration(1), Instant(1ms)));
  CHECK(quota.charge(1, Duration(1), Instant(1ms)));
  CHECK_FALSE(quota.charge(1, 5ms, Instant(6ms)));
  quota.throttle(1, Instant(6ms));
  quota.give_back(0, Instant(7ms));
  CHECK(quota.left(0) == 1ms);
  // 4 ms in the pool are less than a slice: nobody is woken for that before the period ends.
  CHECK(quota.next() == Instant(100ms));
}

TEST_CASE("what was not used in one period is not there in the next") {
  const Rules rules;
  Quota quota(rules, 1, 10ms, Instant(100ms));
  CHECK(quota.charge(0, Duration(1), Instant(1050ms)));
  CHECK(quota.charge(0, 5ms, Instant(1055ms)));
  CHECK_FALSE(quota.charge(0, 6ms, Instant(1061ms)));
  quota.throttle(0, Instant(1061ms));
  CHECK(quota.next() == Instant(1100ms));
}
