// SPDX-License-Identifier: GPL-3.0-or-later
// The limits that a program is linked with. Nothing else is in this file: the linker takes it out of the library only
// for a program that does not define limit_table() itself, as those do that test a limit which is not shipped.
#include "models/machine/limit_table.hpp"

namespace spawnpoint {

std::span<const Limit> limit_table() {
  return shipped_limits();
}

}  // namespace spawnpoint
