// SPDX-License-Identifier: GPL-3.0-or-later
// Column: a std::vector whose memory, once it is large, lies on huge pages, and comes at once before that. A fresh 4
// KiB page costs microseconds, so filling a column of a million rows would cost more in page faults than in work.
#pragma once

#include <vector>

#include "core/memory/huge_page_allocator.hpp"

namespace spawnpoint {

template <class T>
using Column = std::vector<T, HugePageAllocator<T, SmallPages::at_once>>;

}  // namespace spawnpoint
