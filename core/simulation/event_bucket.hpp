// SPDX-License-Identifier: GPL-3.0-or-later
// An unsorted bag of event keys: a chain of 256-byte chunks, its state in one word, so that a key is added without
// touching anything cold but the chunk that it is written to. Longer chunks would leave more memory unused; in shorter
// ones, the way along the chain takes more of the time than the keys (measured: 7 keys per chunk, a tenth slower).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include "core/coroutine/frame_arena.hpp"
#include "core/simulation/event_key.hpp"
#include "core/simulation/key_buffer.hpp"

namespace spawnpoint {

class EventBucket {
 public:
  static constexpr std::size_t kChunk = 15;

  bool empty() const noexcept { return word_ == kEmpty; }

  void add(EventKey key, FrameArena& arena) {
    const std::uintptr_t fill = word_ & kFillMask;
    if (fill == kChunk) [[unlikely]]
      return add_to_new(key, arena);
    head()->keys[fill] = key;
    ++word_;
  }

  /// Empties the bucket: hands its chunks, in no particular order, to `take(keys, count)`, then back to the arena. All
  /// kChunk keys may be read, of which `count` are ones.
  template <typename Take>
  void drain(Take take) {
    std::size_t count = word_ & kFillMask;
    Chunk* chunk = head();
    word_ = kEmpty;
    while (chunk) {
      Chunk* const older = chunk->older;
      if (older) prefetch(older);
      take(static_cast<const EventKey*>(chunk->keys), count);
      count = kChunk;
      FrameArena::deallocate(chunk, sizeof(Chunk));
      chunk = older;
    }
  }
  /// The same, appending to `out`.
  void drain(KeyBuffer& out) {
    drain([&out](const EventKey* keys, std::size_t count) {
      // The whole chunk is copied, which takes no loop; what counts is where the next one goes.
      out.make_room(kChunk);
      std::memcpy(static_cast<void*>(out.end()), keys, kChunk * sizeof(EventKey));
      out.grow(count);
    });
  }

  void prefetch() const noexcept { prefetch(head()); }

 private:
  struct alignas(16) Chunk {
    EventKey keys[kChunk];
    Chunk* older;
  };

  // The newest chunk's address and, in the bits that its alignment leaves, how many keys it holds. Empty is as if a
  // chunk that is nowhere were full: then a new one is needed, which is all that add() has to know.
  static constexpr std::uintptr_t kFillMask = alignof(Chunk) - 1;
  static constexpr std::uintptr_t kEmpty = kChunk;
  static_assert(kChunk <= kFillMask);

  [[gnu::always_inline]] static void prefetch(const Chunk* chunk) noexcept {
    constexpr std::size_t kLine = 64;
    // Of an empty bucket there is no chunk: to fetch from nowhere does nothing, but no pointer may be counted up from
    // it.
    const auto begin = reinterpret_cast<std::uintptr_t>(chunk);
    for (std::size_t at = 0; at < sizeof(Chunk); at += kLine) {
      __builtin_prefetch(reinterpret_cast<const void*>(begin + at));
    }
  }

  [[gnu::noinline]] void add_to_new(EventKey key, FrameArena& arena) {
    auto* const chunk = ::new (arena.allocate(sizeof(Chunk))) Chunk;
    chunk->older = head();
    chunk->keys[0] = key;
    word_ = reinterpret_cast<std::uintptr_t>(chunk) + 1;
  }

  Chunk* head() const noexcept { return reinterpret_cast<Chunk*>(word_ & ~kFillMask); }

  std::uintptr_t word_ = kEmpty;
};

}  // namespace spawnpoint
