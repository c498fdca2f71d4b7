// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdint>
#include <cstring>

#include "core/memory/reserve.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;

TEST_CASE("a reserve gives small pieces, apart from each other, until it is used up") {
  const std::size_t before = MemoryReserve::taken();
  CHECK(MemoryReserve::take(MemoryReserve::kLargest + 1) == nullptr);
  CHECK(MemoryReserve::taken() == before);
  auto* const one = static_cast<char*>(MemoryReserve::take(1));
  auto* const other = static_cast<char*>(MemoryReserve::take(100));
  REQUIRE(one != nullptr);
  CHECK(MemoryReserve::take(0) != MemoryReserve::take(0));
  REQUIRE(other != nullptr);
  std::memset(one, 1, 1);
  std::memset(other, 2, 100);
  CHECK(*one == 1);
  CHECK(reinterpret_cast<std::uintptr_t>(other) % alignof(std::max_align_t) == 0);
  CHECK(MemoryReserve::owns(one));
  CHECK(MemoryReserve::owns(other + 99));
  int elsewhere = 0;
  CHECK_FALSE(MemoryReserve::owns(&elsewhere));
  CHECK_FALSE(MemoryReserve::owns(nullptr));
  CHECK(MemoryReserve::taken() >= before + 101);
  std::size_t given = 0;
  while (MemoryReserve::take(MemoryReserve::kLargest) != nullptr) given += MemoryReserve::kLargest;
  CHECK(given > MemoryReserve::kSize / 2);
  CHECK(given <= MemoryReserve::kSize - before);
  // The smallest may still fit, and then nothing.
  CHECK(MemoryReserve::take(1) != nullptr);
  MemoryReserve::close();
  CHECK(MemoryReserve::take(1) == nullptr);
  CHECK(MemoryReserve::owns(one));
}
