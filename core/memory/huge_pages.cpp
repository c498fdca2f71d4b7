// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/huge_pages.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <mutex>
#include <new>

#include "core/memory/spare_memory.hpp"

namespace spawnpoint {
namespace {

/// Blocks that were given back, in lists through themselves, up to a number of bytes.
class Spares {
 public:
  void allow(std::int64_t more) noexcept {
    const std::lock_guard lock(mutex_);
    most_ += more;
    while (kept_ > most_) {
      Block*& largest = of_largest();
      Block* const block = largest;
      largest = block->next;
      kept_ -= static_cast<std::int64_t>(block->bytes);
      ::munmap(block, block->bytes);
    }
  }

  std::int64_t kept() noexcept {
    const std::lock_guard lock(mutex_);
    return kept_;
  }

  /// Null: there is none of this size.
  void* take(std::size_t bytes) noexcept {
    const std::lock_guard lock(mutex_);
    for (Block** at = &first_[list_of(bytes)]; *at; at = &(*at)->next) {
      if ((*at)->bytes != bytes) continue;
      Block* const block = *at;
      *at = block->next;
      kept_ -= static_cast<std::int64_t>(bytes);
      return block;
    }
    return nullptr;
  }

  /// False: no more is wanted.
  bool keep(void* memory, std::size_t bytes) noexcept {
    const std::lock_guard lock(mutex_);
    if (kept_ + static_cast<std::int64_t>(bytes) > most_) return false;
    Block*& first = first_[list_of(bytes)];
    first = ::new (memory) Block{first, bytes};
    kept_ += static_cast<std::int64_t>(bytes);
    return true;
  }

 private:
  struct Block {
    Block* next;
    std::size_t bytes;
  };
  // A list each for one page, two, and so on; the last one has all that is larger, which is a few at most.
  static constexpr std::size_t kSizes = 16;

  static std::size_t list_of(std::size_t bytes) noexcept {
    const std::size_t pages = bytes / kHugePage;
    return pages < kSizes ? pages - 1 : kSizes - 1;
  }
  /// The list of the largest that there are.
  Block*& of_largest() noexcept {
    std::size_t i = kSizes - 1;
    while (i > 0 && !first_[i]) --i;
    return first_[i];
  }

  std::mutex mutex_;
  Block* first_[kSizes] = {};
  std::int64_t kept_ = 0;
  std::int64_t most_ = 0;  // of all that want some kept
};

constinit Spares spares;

/// Null where there is none.
void* map_just(void* at, std::size_t bytes, int flags) {
  void* const mapping = ::mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  return mapping == MAP_FAILED ? nullptr : mapping;
}

}  // namespace

SpareMemory::SpareMemory(Bytes most) : most_(most) {
  spares.allow(most_.count);
}

SpareMemory::~SpareMemory() {
  spares.allow(-most_.count);
}

Bytes SpareMemory::kept() {
  return {spares.kept()};
}

void* map_aligned_pages(std::size_t bytes) {
  // Mostly one of the right places below the one that the kernel takes is free. So no more is mapped than is needed: a
  // process's peak would tell of it.
  constexpr std::uintptr_t kTries = 16;
  if (void* const mapping = map_just(nullptr, bytes, 0); mapping != nullptr) {
    const auto begin = reinterpret_cast<std::uintptr_t>(mapping);
    if (begin % kHugePage == 0) return mapping;
    ::munmap(mapping, bytes);
    for (std::uintptr_t place = begin / kHugePage, i = 0; i < kTries && i < place; ++i) {
      void* const wanted = reinterpret_cast<void*>((place - i) * kHugePage);
      void* const aligned = map_just(wanted, bytes, MAP_FIXED_NOREPLACE);
      if (aligned == wanted) return aligned;
      if (aligned == nullptr) continue;
      // A kernel that does not know the flag.
      ::munmap(aligned, bytes);
      break;
    }
  }
  // More than needed, then the ends cut off: what is left begins at a multiple of kHugePage.
  const std::size_t mapped = bytes + kHugePage;
  if (mapped < bytes) throw std::bad_alloc();
  void* const mapping = map_just(nullptr, mapped, 0);
  if (mapping == nullptr) throw std::bad_alloc();
  const auto begin = reinterpret_cast<std::uintptr_t>(mapping);
  const std::uintptr_t start = (begin + kHugePage - 1) & ~(kHugePage - 1);
  if (start > begin) ::munmap(mapping, start - begin);
  if (begin + mapped > start + bytes) ::munmap(reinterpret_cast<void*>(start + bytes), begin + mapped - start - bytes);
  return reinterpret_cast<void*>(start);
}

void unmap_pages(void* memory, std::size_t bytes) noexcept {
  ::munmap(memory, bytes);
}

bool populate_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(MADV_POPULATE_WRITE)
  return ::madvise(memory, bytes, MADV_POPULATE_WRITE) == 0;
#else
  return false;
#endif
}

void* take_huge_pages(std::size_t bytes) {
  if (void* const spare = spares.take(bytes)) return spare;
  void* const memory = map_aligned_pages(bytes);
  // Before the first byte is written: where a small page is already, no huge one can be. Where huge pages are off,
  // small ones do: slower, but right.
  (void)::madvise(memory, bytes, MADV_HUGEPAGE);
  return memory;
}

void release_huge_pages(void* memory, std::size_t bytes) noexcept {
  if (!spares.keep(memory, bytes)) ::munmap(memory, bytes);
}

}  // namespace spawnpoint
