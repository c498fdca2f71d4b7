// SPDX-License-Identifier: GPL-3.0-or-later
// The concurrency models of the programs in this folder: the shipped ones, and one more.
#include "models/concurrency/models.hpp"

#include <tuple>

#include "tests/toy/two_at_a_time.hpp"

namespace spawnpoint {

std::span<const ConcurrencyModel> concurrency_models() {
  using Models = decltype(std::tuple_cat(concurrency::ConcurrencyModels(), std::tuple<concurrency::TwoAtATime>()));
  static constexpr auto rows = concurrency::rows_of<Models>();
  return rows;
}

}  // namespace spawnpoint
