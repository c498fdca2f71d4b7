// SPDX-License-Identifier: GPL-3.0-or-later
// The rows that a program is linked with. Nothing else is in this file: the linker takes it out of the library only
// for a program that does not define concurrency_models() itself, as those do that test a model which is not shipped.
#include "models/concurrency/models.hpp"

namespace spawnpoint {

std::span<const ConcurrencyModel> concurrency_models() {
  static constexpr auto rows = concurrency::rows_of<concurrency::ConcurrencyModels>();
  return rows;
}

}  // namespace spawnpoint
