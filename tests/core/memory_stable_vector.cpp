// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/stable_vector.hpp"

#include <memory>
#include <vector>

#include "tests/catch.hpp"

using namespace spawnpoint;

TEST_CASE("elements of a StableVector are where they were made, however many follow") {
  StableVector<int> numbers;
  CHECK(numbers.size() == 0);
  std::vector<const int*> places;
  for (int i = 0; i < 100'000; ++i) places.push_back(&numbers.emplace_back(i));
  REQUIRE(numbers.size() == 100'000);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    REQUIRE(numbers[i] == static_cast<int>(i));
    REQUIRE(&numbers[i] == places[i]);
  }
}

TEST_CASE("a StableVector ends each of its elements once") {
  const auto shared = std::make_shared<int>(1);
  {
    StableVector<std::shared_ptr<int>> owners;
    for (int i = 0; i < 1000; ++i) owners.emplace_back(shared);
    CHECK(shared.use_count() == 1001);
  }
  CHECK(shared.use_count() == 1);
}
