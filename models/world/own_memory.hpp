// SPDX-License-Identifier: GPL-3.0-or-later
// What this process takes now, and which limit it has hit where it got no more. Nothing here allocates: it is called
// when there may be no memory left.
#pragma once

#include <cstdint>
#include "core/units.hpp"
#include "models/machine/limit_table.hpp"

namespace spawnpoint {

/// A page of this machine.
Bytes own_page_size();

struct OwnMemory {
  std::int64_t maps = 0;  ///< Lines of /proc/self/maps less [vsyscall]: what vm.max_map_count counts.
  Bytes virtual_size{};   ///< What RLIMIT_AS holds.
  Bytes data{};           ///< What RLIMIT_DATA holds.
  Bytes resident{};
  Bytes shared{};  ///< The part of it that is shared memory: the run's record.
  Bytes page_tables{};
  Bytes peak_virtual{};
  Bytes peak_resident{};
};
std::int64_t count_own_maps();
OwnMemory own_memory();
/// Resets the peaks; where the kernel does not allow that, they stay.
void forget_peak_memory();
/// vm.max_map_count.
std::int64_t machine_map_limit();
/// The kernel's unreclaimable slab, of the whole machine.
Bytes machine_slab();

/// A limit that was met.
struct MetLimit {
  const Limit* limit = nullptr;  ///< Null: which one is not known.
  std::int64_t value = 0;
};
/// Why a mapping of `address_space` with `data` writable bytes in it cannot be made, and the heap's next step after it.
MetLimit why_no_memory(Bytes address_space, Bytes data);

}  // namespace spawnpoint
