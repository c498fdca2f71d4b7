// SPDX-License-Identifier: GPL-3.0-or-later
// The arena's blocks: aligned mappings, huge pages where the system gives them.
#include "core/coroutine/frame_arena.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <new>

#include "core/coroutine/spare_blocks.hpp"

#if defined(SPAWNPOINT_POISON_FRAMES)
#include <sanitizer/asan_interface.h>
#endif

namespace spawnpoint {

namespace {

constexpr std::size_t kSpareBlock = std::size_t{2} << 20;

/// A list through the blocks themselves.
struct Spare {
  Spare* next;
};
constinit std::mutex spare_mutex;
constinit Spare* spare_first = nullptr;
constinit std::size_t spare_count = 0;
constinit std::size_t spare_most = 0;  ///< Blocks, of all that want some kept.

/// Null: there is none.
void* take_spare() noexcept {
  const std::lock_guard lock(spare_mutex);
  if (spare_first == nullptr) return nullptr;
  Spare* const block = spare_first;
  spare_first = block->next;
  --spare_count;
  return block;
}

/// False: no more are wanted.
bool keep_spare(void* block) noexcept {
  const std::lock_guard lock(spare_mutex);
  if (spare_count >= spare_most) return false;
  spare_first = ::new (block) Spare{spare_first};
  ++spare_count;
  return true;
}

std::size_t blocks_in(Bytes bytes) {
  return static_cast<std::size_t>(bytes.count) / kSpareBlock;
}

}  // namespace

SpareBlocks::SpareBlocks(Bytes most) : most_(most) {
  const std::lock_guard lock(spare_mutex);
  spare_most += blocks_in(most_);
}

SpareBlocks::~SpareBlocks() {
  const std::lock_guard lock(spare_mutex);
  spare_most -= blocks_in(most_);
  while (spare_count > spare_most) {
    Spare* const block = spare_first;
    spare_first = block->next;
    --spare_count;
    ::munmap(block, kSpareBlock);
  }
}

Bytes SpareBlocks::kept() {
  const std::lock_guard lock(spare_mutex);
  return {static_cast<std::int64_t>(spare_count * kSpareBlock)};
}

constinit thread_local FrameArena* FrameArena::current_ = nullptr;

FrameArena::~FrameArena() {
  while (blocks_ != nullptr) unmap_block(blocks_);
}

Bytes FrameArena::in_use() const {
  const std::lock_guard lock(mutex_);
  return {static_cast<std::int64_t>(in_use_)};
}

Bytes FrameArena::reserved() const {
  const std::lock_guard lock(mutex_);
  return {static_cast<std::int64_t>(reserved_)};
}

void* FrameArena::allocate_locked(std::size_t size) {
  const std::lock_guard lock(mutex_);
  return allocate_unlocked(size);
}

void FrameArena::deallocate_locked(void* memory, std::size_t size) noexcept {
  const std::lock_guard lock(mutex_);
  deallocate_unlocked(memory, size);
}

void* FrameArena::allocate_large(std::size_t size) {
  constexpr std::size_t kPage = 4096;
  Block* block = map_block((sizeof(Block) + size + kPage - 1) & ~(kPage - 1), Pages::small);
  in_use_ += size;
  return block + 1;
}

void FrameArena::deallocate_large(void* memory, std::size_t size) noexcept {
  in_use_ -= size;
  unmap_block(block_of(memory));
}

void FrameArena::add_block() {
  const std::size_t size = next_block_;
  next_block_ = size < kLastSmallBlock ? size * 2 : kBlock;
  Block* block = map_block(size, size < kBlock ? Pages::small : Pages::huge);
  bump_ = reinterpret_cast<std::byte*>(block + 1);
  end_ = reinterpret_cast<std::byte*>(block) + size;
  poison(bump_, static_cast<std::size_t>(end_ - bump_));
}

FrameArena::Block* FrameArena::map_block(std::size_t size, Pages pages) {
  static_assert(kBlock == kSpareBlock);
  void* const spare = pages == Pages::huge && size == kBlock ? take_spare() : nullptr;
  auto start = reinterpret_cast<std::uintptr_t>(spare);
  if (spare == nullptr) {
    // More than needed, then the ends cut off: what is left begins at a multiple of kBlock.
    const std::size_t mapped = size + kBlock;
    void* mapping = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) throw std::bad_alloc();
    const auto begin = reinterpret_cast<std::uintptr_t>(mapping);
    start = (begin + kBlock - 1) & ~(kBlock - 1);
    if (start > begin) ::munmap(mapping, start - begin);
    if (begin + mapped > start + size) ::munmap(reinterpret_cast<void*>(start + size), begin + mapped - start - size);
    // Before the first byte is written: where a small page is already, no huge one can be. Where huge pages are off,
    // small ones do: slower, but right.
    if (pages == Pages::huge) (void)::madvise(reinterpret_cast<void*>(start), size, MADV_HUGEPAGE);
  }

  auto* block = ::new (reinterpret_cast<void*>(start)) Block{this, blocks_, nullptr, size};
  if (blocks_ != nullptr) blocks_->previous = block;
  blocks_ = block;
  reserved_ += size;
  return block;
}

void FrameArena::unmap_block(Block* block) noexcept {
  (block->previous != nullptr ? block->previous->next : blocks_) = block->next;
  if (block->next != nullptr) block->next->previous = block->previous;
  reserved_ -= block->size;
  unpoison(block, block->size);  // the sanitizer's marks would outlive the mapping
  const std::size_t size = block->size;
  if (size == kBlock && keep_spare(block)) return;
  ::munmap(block, size);
}

FrameArena& FrameArena::process_arena() noexcept {
  // Never destroyed: frames may be freed by destructors that run after main.
  alignas(FrameArena) static std::byte storage[sizeof(FrameArena)];
  static auto* arena = ::new (storage) FrameArena(Sharing::locked);
  return *arena;
}

#if defined(SPAWNPOINT_POISON_FRAMES)
void FrameArena::poison(void* memory, std::size_t size) noexcept {
  __asan_poison_memory_region(memory, size);
}
void FrameArena::unpoison(void* memory, std::size_t size) noexcept {
  __asan_unpoison_memory_region(memory, size);
}
#endif

}  // namespace spawnpoint
