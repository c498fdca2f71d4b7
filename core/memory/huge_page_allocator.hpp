// SPDX-License-Identifier: GPL-3.0-or-later
// HugePageAllocator: for arrays that may get large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "core/memory/address_sanitizer.hpp"
#include "core/memory/huge_pages.hpp"

namespace spawnpoint {

/// Like std::allocator; blocks from 2 MiB on are on huge pages. Where the system has none, they are ordinary memory.
template <class T>
struct HugePageAllocator {
  using value_type = T;

  HugePageAllocator() = default;
  template <class U>
  HugePageAllocator(const HugePageAllocator<U>&) {}

  T* allocate(std::size_t n) {
    if (n > std::size_t(-1) / 2 / sizeof(T)) throw std::bad_array_new_length();
    const std::size_t bytes = n * sizeof(T);
    if (is_large(bytes)) return static_cast<T*>(take_huge_pages(rounded(bytes)));
    void* const memory = alignof(T) > alignof(std::max_align_t)
                             ? std::aligned_alloc(alignof(T), (bytes + alignof(T) - 1) / alignof(T) * alignof(T))
                             : std::malloc(bytes);
    if (!memory) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t n) {
    const std::size_t bytes = n * sizeof(T);
    if (is_large(bytes)) return release_huge_pages(memory, rounded(bytes));
    std::free(memory);
  }

  friend bool operator==(HugePageAllocator, HugePageAllocator) { return true; }

 private:
  static bool is_large(std::size_t bytes) {
#if defined(SPAWNPOINT_ADDRESS_SANITIZER)
    return bytes == SIZE_MAX;  // never: all of it stays under the sanitizer's eyes
#else
    return bytes >= kHugePage;
#endif
  }
  static std::size_t rounded(std::size_t bytes) { return (bytes + kHugePage - 1) / kHugePage * kHugePage; }
};

}  // namespace spawnpoint
