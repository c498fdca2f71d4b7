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

/// When the system gives the pages of smaller blocks.
enum class SmallPages : std::uint8_t {
  when_written,  ///< Each as it is first written: none that is not needed is taken.
  at_once        ///< All together, for what will be filled: one by one they cost several times as much.
};

/// Like std::allocator; blocks from 2 MiB on are on huge pages. Where the system has none, they are ordinary memory.
template <class T, SmallPages kSmall = SmallPages::when_written>
struct HugePageAllocator {
  using value_type = T;
  template <class U>
  struct rebind {
    using other = HugePageAllocator<U, kSmall>;
  };

  HugePageAllocator() = default;
  template <class U>
  HugePageAllocator(const HugePageAllocator<U, kSmall>&) {}

  T* allocate(std::size_t n) {
    if (n > std::size_t(-1) / 2 / sizeof(T)) throw std::bad_array_new_length();
    const std::size_t bytes = n * sizeof(T);
    if (is_large(bytes)) return static_cast<T*>(take_huge_pages(rounded(bytes)));
    void* const memory = alignof(T) > alignof(std::max_align_t)
                             ? std::aligned_alloc(alignof(T), (bytes + alignof(T) - 1) / alignof(T) * alignof(T))
                             : std::malloc(bytes);
    if (!memory) throw std::bad_alloc();
    if constexpr (kSmall == SmallPages::at_once) populate(memory, bytes);
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t n) {
    const std::size_t bytes = n * sizeof(T);
    if (is_large(bytes)) return release_huge_pages(memory, rounded(bytes));
    std::free(memory);
  }

  friend bool operator==(HugePageAllocator, HugePageAllocator) { return true; }

 private:
  /// The whole pages of what is so large that malloc takes it from the system.
  static void populate(void* memory, std::size_t bytes) {
    constexpr std::size_t kFewest = std::size_t{128} << 10;
    constexpr std::size_t kPage = 4096;
    if (bytes < kFewest) return;
    const auto begin = reinterpret_cast<std::uintptr_t>(memory);
    const std::uintptr_t first = (begin + kPage - 1) & ~(kPage - 1);
    const std::uintptr_t last = (begin + bytes) & ~(kPage - 1);
    (void)populate_pages(reinterpret_cast<void*>(first), last - first);  // else each comes when it is written
  }
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
