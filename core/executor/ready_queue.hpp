// SPDX-License-Identifier: GPL-3.0-or-later
// ReadyQueue: the coroutines that can run, first in, first out. Chunks from an arena, so that a million cost no
// page faults of small pages.
#pragma once

#include <array>
#include <cstddef>
#include <new>

#include "core/coroutine/frame_arena.hpp"
#include "core/executor/parked.hpp"

namespace spawnpoint {

class ReadyQueue {
 public:
  explicit ReadyQueue(FrameArena& arena) noexcept : arena_(&arena) {}
  ReadyQueue(const ReadyQueue&) = delete;
  ReadyQueue& operator=(const ReadyQueue&) = delete;
  ~ReadyQueue() {
    while (size_ > 0) pop();
    if (front_ != nullptr) arena_->deallocate(front_, sizeof(Chunk));
  }

  /// Counts cancelled ones too, until they are popped.
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  void push(Parked& parked) {
    if (front_ == nullptr) {
      front_ = back_ = add_chunk();
    } else if (end_ == kSlots) {
      back_->next = add_chunk();
      back_ = back_->next;
      end_ = 0;
    }
    parked.move_to(back_->slots[end_++]);
    ++size_;
  }
  /// Null for one that was cancelled.
  Parked* pop() noexcept {
    Parked* parked = front_->slots[begin_++];
    if (parked != nullptr) parked->unpark();
    --size_;
    if (size_ == 0) {
      begin_ = end_ = 0;  // the one chunk that is left is used again
    } else if (begin_ == kSlots) {
      Chunk* next = front_->next;
      arena_->deallocate(front_, sizeof(Chunk));
      front_ = next;
      begin_ = 0;
    }
    return parked;
  }

 private:
  static constexpr std::size_t kSlots = 63;
  struct Chunk {
    Chunk* next;
    std::array<Parked::Slot, kSlots> slots;
  };
  Chunk* add_chunk() { return ::new (arena_->allocate(sizeof(Chunk))) Chunk; }

  FrameArena* arena_;
  Chunk* front_ = nullptr;
  Chunk* back_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t size_ = 0;
};

}  // namespace spawnpoint
