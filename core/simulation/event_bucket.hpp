// SPDX-License-Identifier: GPL-3.0-or-later
// An unsorted bag of event keys: a chain of 128-byte chunks, its state in one word, so that a key is added without
// touching anything cold but the chunk that it is written to.
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
  static constexpr std::size_t kChunk = 7;

  bool empty() const noexcept { return word_ == 0; }

  void add(EventKey key, FrameArena& arena) {
    const std::uintptr_t fill = word_ & kFillMask;
    if (fill == kChunk || word_ == 0) return add_to_new(key, arena);
    head()->keys[fill] = key;
    ++word_;
  }

  /// Empties the bucket: hands its chunks, in no particular order, to `take(keys, count)`, then back to the arena. All
  /// kChunk keys may be read, of which `count` are ones.
  template <typename Take>
  void drain(Take take) {
    std::size_t count = word_ & kFillMask;
    Chunk* chunk = head();
    word_ = 0;
    while (chunk) {
      Chunk* const older = chunk->older;
      if (older) __builtin_prefetch(older);
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

  void prefetch() const noexcept {
    const auto* const chunk = reinterpret_cast<const char*>(head());
    __builtin_prefetch(chunk);
    __builtin_prefetch(chunk + 64);
  }

 private:
  struct Chunk {
    EventKey keys[kChunk];
    Chunk* older;
  };

  // The newest chunk's address and, in the bits that its alignment leaves, how many keys it holds.
  static constexpr std::uintptr_t kFillMask = 7;

  [[gnu::noinline]] void add_to_new(EventKey key, FrameArena& arena) {
    auto* const chunk = ::new (arena.allocate(sizeof(Chunk))) Chunk;
    chunk->older = head();
    chunk->keys[0] = key;
    word_ = reinterpret_cast<std::uintptr_t>(chunk) + 1;
  }

  Chunk* head() const noexcept { return reinterpret_cast<Chunk*>(word_ & ~kFillMask); }

  std::uintptr_t word_ = 0;
};

}  // namespace spawnpoint
