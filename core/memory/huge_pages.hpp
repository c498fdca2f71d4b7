// SPDX-License-Identifier: GPL-3.0-or-later
// Memory straight from the system, on huge pages. A fresh 4 KiB page costs microseconds, so filling a large array on
// small pages costs more in page faults than in work.
#pragma once

#include <cstddef>

namespace spawnpoint {

inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// `bytes` (a multiple of 4 KiB) that begin at a multiple of kHugePage, on small pages: all 0. Give them back with
/// unmap_pages. Throws std::bad_alloc.
void* map_aligned_pages(std::size_t bytes);
void unmap_pages(void* memory, std::size_t bytes) noexcept;
/// Takes all pages of this memory (multiples of 4 KiB) from the system at once, which costs less than a fault for each
/// as it is first written. False, and nothing has happened, where the system cannot (Linux before 5.14).
bool populate_pages(void* memory, std::size_t bytes) noexcept;

/// The same on huge pages where the system has them: a multiple of kHugePage, whose contents are undefined, as
/// it may be memory that was kept (SpareMemory). Give it back with release_huge_pages.
void* take_huge_pages(std::size_t bytes);
void release_huge_pages(void* memory, std::size_t bytes) noexcept;

}  // namespace spawnpoint
