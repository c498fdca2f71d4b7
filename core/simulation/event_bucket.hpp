// SPDX-License-Identifier: GPL-3.0-or-later
// An unsorted bag of event keys: a chain of 128-byte chunks, its state in one word, so that a key is added without
// touching anything cold but the chunk that it is written to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include "core/coroutine/frame_arena.hpp"
#include "core/simulation/event_key.hpp"

namespace spawnpoint {

class EventBucket {
 public:
  bool empty() const noexcept { return word_ == 0; }
  /// How many keys, or kMany if there are at least so many.
  std::size_t size() const noexcept { return word_ >> kFillBits & kMany; }
  static constexpr std::size_t kMany = (std::size_t{1} << 13) - 1;

  void add(const EventKey& key, FrameArena& arena) {
    std::uint64_t fill = word_ & kFillMask;
    if (fill == kKeys || word_ == 0) {
      auto* const chunk = ::new (arena.allocate(sizeof(Chunk))) Chunk;
      chunk->older = head();
      const auto address = reinterpret_cast<std::uint64_t>(chunk);
      word_ = address << kAddressShift | (word_ & (kMany << kFillBits));
      fill = 0;
    }
    head()->keys[fill] = key;
    word_ += size() < kMany ? kOneKey + 1 : 1;
  }

  /// Empties the bucket: hands each key to `take`, in no particular order, and its chunks back to the arena.
  template <typename Take>
  void drain(Take take) {
    std::uint64_t fill = word_ & kFillMask;
    Chunk* chunk = head();
    word_ = 0;
    while (chunk) {
      Chunk* const older = chunk->older;
      if (older) __builtin_prefetch(older);
      for (std::uint64_t i = 0; i < fill; ++i) take(chunk->keys[i]);
      fill = kKeys;
      FrameArena::deallocate(chunk, sizeof(Chunk));
      chunk = older;
    }
  }

  void prefetch() const noexcept {
    const auto* const chunk = reinterpret_cast<const char*>(head());
    __builtin_prefetch(chunk);
    __builtin_prefetch(chunk + 64);
  }

 private:
  static constexpr std::uint64_t kKeys = 7;
  struct Chunk {
    EventKey keys[kKeys];
    Chunk* older;
  };

  // From the top: 48 bits of address (all that user space has on the 64-bit systems that we run on), 13 bits of size,
  // 3 bits for how full the newest chunk is.
  static constexpr int kFillBits = 3;
  static constexpr std::uint64_t kFillMask = 7;
  static constexpr std::uint64_t kOneKey = std::uint64_t{1} << kFillBits;
  static constexpr int kAddressShift = 16;

  Chunk* head() const noexcept { return reinterpret_cast<Chunk*>(word_ >> kAddressShift); }

  std::uint64_t word_ = 0;
};

}  // namespace spawnpoint
