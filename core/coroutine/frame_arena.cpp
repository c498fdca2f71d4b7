// SPDX-License-Identifier: GPL-3.0-or-later
// The arena's blocks: aligned mappings, huge pages where the system gives them.
#include "core/coroutine/frame_arena.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <new>

#if defined(SPAWNPOINT_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#endif

namespace spawnpoint {

constinit thread_local FrameArena* FrameArena::current_ = nullptr;

// noipa: the compiler deletes calls of functions that it sees to do nothing but prefetch.
void FrameArena::FreeList::fetch(std::size_t size) const noexcept {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kMost = 16;
  const auto fetch_frame = [size](const void* frame) {
    __builtin_prefetch(frame, /*rw=*/1);
    if (size > kLine) __builtin_prefetch(static_cast<const char*>(frame) + kLine, /*rw=*/1);
  };
  fetch_frame(top->next);
  const std::size_t room = FreeFrames::room(size);
  for (std::size_t i = 0; i < room && i < kMost; ++i) fetch_frame(top->frames()[room - 1 - i]);
}

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

// `memory`, or what takes its place, has `size` bytes then: at most kLargestSmall.
std::byte* FrameArena::make_room(std::byte* memory, std::size_t size) {
  if (static_cast<std::size_t>(block_end_ - memory) < size) {
    add_block();
    memory = bump_;
  }
  while (static_cast<std::size_t>(end_ - memory) < size) {
    const std::size_t pages = std::min(std::clamp(std::bit_floor(populated_), kFewestPages, kMostPages),
                                       static_cast<std::size_t>(block_end_ - end_));
    (void)populate_pages(end_, pages);  // else each comes when it is written
    populated_ += pages;
    end_ += pages;
  }
  return memory;
}

void FrameArena::add_block() {
  const std::size_t size = next_block_;
  next_block_ = size < last_small_block_ ? size * 2 : kBlock;
  Block* block = map_block(size, size < kBlock ? Pages::small : Pages::huge);
  bump_ = reinterpret_cast<std::byte*>(block + 1);
  block_end_ = reinterpret_cast<std::byte*>(block) + size;
  end_ = block->pages == Pages::small ? reinterpret_cast<std::byte*>(block) + kFewestPages : block_end_;
  poison(bump_, static_cast<std::size_t>(block_end_ - bump_));
}

FrameArena::Block* FrameArena::map_block(std::size_t size, Pages pages) {
  void* const memory = pages == Pages::huge ? take_huge_pages(size) : map_aligned_pages(size);
  auto* block = ::new (memory) Block{this, blocks_, nullptr, size, pages};
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
  block->pages == Pages::huge ? release_huge_pages(block, block->size) : unmap_pages(block, block->size);
}

FrameArena& FrameArena::process_arena() noexcept {
  // Never destroyed: frames may be freed by destructors that run after main.
  alignas(FrameArena) static std::byte storage[sizeof(FrameArena)];
  static auto* arena = ::new (storage) FrameArena(Sharing::locked);
  return *arena;
}

#if defined(SPAWNPOINT_ADDRESS_SANITIZER)
void FrameArena::poison(void* memory, std::size_t size) noexcept {
  __asan_poison_memory_region(memory, size);
}
void FrameArena::unpoison(void* memory, std::size_t size) noexcept {
  __asan_unpoison_memory_region(memory, size);
}
#endif

}  // namespace spawnpoint
