// SPDX-License-Identifier: GPL-3.0-or-later
// FrameArena: where coroutine frames live. Page faults are the cost of a million coroutines, so frames are bumped out
// of huge pages and recycled through one free list per size; a frame needs no header of its own.
//
// Frames that are freed in any order lie anywhere, and a list that leads from one to the next would be a cache miss at
// each step. So one free frame lists as many others as it has room for, which can be fetched together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "core/memory/address_sanitizer.hpp"
#include "core/memory/huge_pages.hpp"
#include "core/units.hpp"

namespace spawnpoint {

class FrameArena {
 public:
  /// `locked` where several threads make or free frames of one arena.
  enum class Sharing : bool { one_thread, locked };
  /// `frugal` takes no huge page for a few thousand frames, which would fill half of one. `quick` does, as the
  /// system gives one sooner than small ones of a tenth of its size (measured on a virtual machine).
  enum class Growth : bool { frugal, quick };

  explicit FrameArena(Sharing sharing = Sharing::one_thread, Growth growth = Growth::frugal) noexcept
      : sharing_(sharing), last_small_block_(growth == Growth::quick ? kFirstBlock : kLastSmallBlock) {}
  explicit FrameArena(Growth growth) noexcept : FrameArena(Sharing::one_thread, growth) {}
  /// Gives all memory back, that of frames which still exist too: their destructors don't run.
  ~FrameArena();
  FrameArena(const FrameArena&) = delete;
  FrameArena& operator=(const FrameArena&) = delete;

  /// `size` bytes, aligned to 16 where that is a multiple of 16, else to 8: an object that has to be aligned to 16 is
  /// as large as a multiple of it. Throws std::bad_alloc when the system has no more.
  [[nodiscard]] void* allocate(std::size_t size) {
    if (sharing_ == Sharing::locked) [[unlikely]]
      return allocate_locked(size);
    return allocate_unlocked(size);
  }
  /// Gives back to the arena that `memory` came from, whichever that is. `size` is that of the allocation.
  static void deallocate(void* memory, std::size_t size) noexcept {
    FrameArena& owner = *block_of(memory)->owner;
    if (owner.sharing_ == Sharing::locked) [[unlikely]]
      return owner.deallocate_locked(memory, size);
    owner.deallocate_unlocked(memory, size);
  }

  /// What the existing frames take, and what was taken from the system for them.
  [[nodiscard]] Bytes in_use() const;
  [[nodiscard]] Bytes reserved() const;

  /// The arena that new frames of this thread go to: the innermost Scope's, else one that the whole process shares.
  static FrameArena& current() noexcept { return current_ != nullptr ? *current_ : process_arena(); }

  /// New frames of this thread go to `arena` while the scope exists.
  class Scope {
   public:
    explicit Scope(FrameArena& arena) noexcept : outer_(current_) { current_ = &arena; }
    ~Scope() { current_ = outer_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    FrameArena* outer_;
  };

 private:
  enum class Pages : bool { small, huge };
  // A block begins at a multiple of kBlock, so any frame in it leads to this header.
  struct alignas(64) Block {
    FrameArena* owner;
    Block* next;
    Block* previous;
    std::size_t size;
    Pages pages;
  };
  /// A free frame that lists others of its size. All but the top one of a list are full.
  struct FreeFrames {
    FreeFrames* next;

    void** frames() noexcept { return reinterpret_cast<void**>(this + 1); }
    static std::size_t room(std::size_t size) noexcept { return size / sizeof(void*) - 1; }
  };
  struct FreeList {
    FreeFrames* top = nullptr;
    std::size_t listed = 0;  // by the top one

    void push(void* memory, std::size_t size) noexcept {
      if (top != nullptr && listed < FreeFrames::room(size)) {
        top->frames()[listed++] = memory;
        return poison(memory, size);
      }
      top = ::new (memory) FreeFrames{top};
      listed = 0;
    }
    /// Last in, first out. There is one.
    void* pop(std::size_t size) noexcept {
      if (listed > 0) {
        void* const memory = top->frames()[--listed];
        unpoison(memory, size);
        return memory;
      }
      void* const memory = top;
      top = top->next;
      if (top != nullptr) {
        listed = FreeFrames::room(size);
        fetch(size);
      }
      return memory;
    }
    /// Prefetches the frames that the top one lists.
    [[gnu::noipa]] void fetch(std::size_t size) const noexcept;
  };
  static constexpr std::size_t kBlock = kHugePage;
  static constexpr std::size_t kGranule = 8;
  static constexpr std::size_t kLargestSmall = 4096;  // larger ones have a block each
  // A few frames must not cost a huge page, nor a few thousand half of one: the first blocks are short, each
  // twice as long as the previous one, on small pages.
  static constexpr std::size_t kFirstBlock = std::size_t{128} << 10;
  static constexpr std::size_t kLastSmallBlock = std::size_t{1024} << 10;
  // They get their pages many at a time: as many as there are already, within these bounds. Beyond 32 KiB a larger
  // step hardly saves time, and what is ahead of the frames is memory that nobody uses.
  static constexpr std::size_t kFewestPages = std::size_t{4} << 10;
  static constexpr std::size_t kMostPages = std::size_t{32} << 10;

  static Block* block_of(void* memory) noexcept {
    return reinterpret_cast<Block*>(reinterpret_cast<std::uintptr_t>(memory) & ~(kBlock - 1));
  }
  static constexpr std::size_t rounded(std::size_t size) { return (size + kGranule - 1) & ~(kGranule - 1); }
  /// `at` is a multiple of kGranule, as all sizes are.
  static std::byte* aligned(std::byte* at, std::size_t size) noexcept {
    const bool is_odd = (size & kGranule) != 0;
    return is_odd ? at : at + (reinterpret_cast<std::uintptr_t>(at) & kGranule);
  }

#if defined(SPAWNPOINT_ADDRESS_SANITIZER)
  static void poison(void* memory, std::size_t size) noexcept;
  static void unpoison(void* memory, std::size_t size) noexcept;
#else
  static void poison(void*, std::size_t) noexcept {}
  static void unpoison(void*, std::size_t) noexcept {}
#endif

  void* allocate_unlocked(std::size_t size) {
    size = rounded(size);
    if (size > kLargestSmall) [[unlikely]]
      return allocate_large(size);
    FreeList& list = free_[size / kGranule];
    if (list.top != nullptr) {
      in_use_ += size;
      return list.pop(size);
    }
    std::byte* memory = aligned(bump_, size);
    if (static_cast<std::size_t>(end_ - memory) < size) [[unlikely]]
      memory = make_room(memory, size);
    bump_ = memory + size;
    in_use_ += size;
    unpoison(memory, size);
    return memory;
  }
  void deallocate_unlocked(void* memory, std::size_t size) noexcept {
    size = rounded(size);
    if (size > kLargestSmall) [[unlikely]]
      return deallocate_large(memory, size);
    free_[size / kGranule].push(memory, size);
    in_use_ -= size;
  }

  void* allocate_locked(std::size_t size);
  void deallocate_locked(void* memory, std::size_t size) noexcept;
  void* allocate_large(std::size_t size);
  void deallocate_large(void* memory, std::size_t size) noexcept;
  std::byte* make_room(std::byte* memory, std::size_t size);
  void add_block();
  Block* map_block(std::size_t size, Pages pages);
  void unmap_block(Block* block) noexcept;
  static FrameArena& process_arena() noexcept;

  std::byte* bump_ = nullptr;
  std::byte* end_ = nullptr;        // of what has pages
  std::byte* block_end_ = nullptr;  // the block may have more
  std::size_t next_block_ = kFirstBlock;
  std::size_t populated_ = 0;  // of the small pages
  std::size_t in_use_ = 0;
  std::size_t reserved_ = 0;
  Block* blocks_ = nullptr;
  Sharing sharing_;
  std::size_t last_small_block_;
  std::array<FreeList, kLargestSmall / kGranule + 1> free_{};
  mutable std::mutex mutex_;

  static constinit thread_local FrameArena* current_;
};

}  // namespace spawnpoint
