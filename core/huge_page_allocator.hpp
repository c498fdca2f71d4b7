// SPDX-License-Identifier: GPL-3.0-or-later
// HugePageAllocator: for arrays that may get large. A fresh 4 KiB page costs microseconds, so an array of a million
// elements on small pages costs more in page faults than in work.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace spawnpoint {

/// Like std::allocator; blocks from 2 MiB on are mapped, aligned to and advised for huge pages. Where the system has
/// none, they are ordinary memory.
template <class T>
struct HugePageAllocator {
  using value_type = T;
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;

  HugePageAllocator() = default;
  template <class U>
  HugePageAllocator(const HugePageAllocator<U>&) {}

  T* allocate(std::size_t n) {
    if (n > std::size_t(-1) / 2 / sizeof(T)) throw std::bad_array_new_length();
    const std::size_t bytes = n * sizeof(T);
    void* memory = nullptr;
    if (bytes < kHugePage) {
      memory = std::malloc(bytes);
    } else if ((memory = std::aligned_alloc(kHugePage, rounded(bytes)))) {
      // Only advice, and only about pages of our own block: an error changes nothing but the speed.
      (void)::madvise(memory, rounded(bytes), MADV_HUGEPAGE);
    }
    if (!memory) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) { std::free(memory); }

  friend bool operator==(HugePageAllocator, HugePageAllocator) { return true; }

 private:
  static std::size_t rounded(std::size_t bytes) { return (bytes + kHugePage - 1) / kHugePage * kHugePage; }
};

}  // namespace spawnpoint
