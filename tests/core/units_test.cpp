// SPDX-License-Identifier: GPL-3.0-or-later
// Times and sizes end at the ends of 64 bits: no arithmetic with them wraps around.
#include "core/units.hpp"

#include <rapidcheck.h>

#include <cstdint>
#include <limits>

#include "core/simulation/end_of_time.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

__extension__ using Wide = __int128;

std::int64_t held(Wide value) {
  if (value > kMost) return kMost;
  if (value < kLeast) return kLeast;
  return static_cast<std::int64_t>(value);
}

/// Small ones, those near the ends, and any.
rc::Gen<std::int64_t> any_number() {
  return rc::gen::oneOf(rc::gen::inRange<std::int64_t>(-3, 4), rc::gen::inRange<std::int64_t>(kMost - 3, kMost),
                        rc::gen::inRange<std::int64_t>(kLeast, kLeast + 3), rc::gen::arbitrary<std::int64_t>());
}

}  // namespace

TEST_CASE("arithmetic with times and sizes saturates where 64 bits end") {
  CHECK(rc::check([] {
    const std::int64_t a = *any_number(), b = *any_number();
    RC_ASSERT(std::int64_t{Saturating(a) + Saturating(b)} == held(Wide{a} + b));
    RC_ASSERT(std::int64_t{Saturating(a) - Saturating(b)} == held(Wide{a} - b));
    RC_ASSERT(std::int64_t{Saturating(a) * Saturating(b)} == held(Wide{a} * b));
    RC_ASSERT(std::int64_t{-Saturating(a)} == held(-Wide{a}));
    if (b != 0) RC_ASSERT(std::int64_t{Saturating(a) / Saturating(b)} == held(Wide{a} / b));
    RC_ASSERT((Duration(a) + Duration(b)).count() == held(Wide{a} + b));
    RC_ASSERT((Duration(a) - Duration(b)).count() == held(Wide{a} - b));
    RC_ASSERT((Duration(a) * b).count() == held(Wide{a} * b));
    RC_ASSERT((Instant(Duration(a)) + Duration(b)).time_since_epoch().count() == held(Wide{a} + b));
    RC_ASSERT((Instant(Duration(a)) - Instant(Duration(b))).count() == held(Wide{a} - b));
    RC_ASSERT((Bytes{a} + Bytes{b}).count == held(Wide{a} + b));
    RC_ASSERT((Bytes{a} - Bytes{b}).count == held(Wide{a} - b));
    RC_ASSERT((Bytes{a} * b).count == held(Wide{a} * b));
    RC_ASSERT((Duration(a) < Duration(b)) == (a < b));
  }));
}

TEST_CASE("times that are near are as exact as plain numbers") {
  constexpr Duration sum = 1h + 90s + Duration(5);
  static_assert(sum.count() == 3'690'000'000'005);
  static_assert(sum / 3 == Duration(1'230'000'000'001));
  static_assert(sum % 7s == Duration(1'000'000'005));
  static_assert(sum / 1s == 3690);
  static_assert(std::chrono::duration_cast<std::chrono::seconds>(sum) == 3690s);
  static_assert(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1.5)) == Duration(1'500'000'000));
  CHECK(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1e300)) == Duration::max());
  CHECK(to_seconds(Duration(43'000'000)) == 0.043);
  // A size's multiples too.
  CHECK(round_up(Bytes{kMost}, 4_KiB) <= Bytes{kMost});
  CHECK(round_up(5_KiB, 4_KiB) == 8_KiB);
}

TEST_CASE("what never comes is no instant to go on at") {
  CHECK(before_the_end(kNever - Duration(1)) == kNever - Duration(1));
  CHECK_THROWS_WITH(before_the_end(Instant(Duration::max() - 1s) + 2s), "the run would take more than 292 years");
}
