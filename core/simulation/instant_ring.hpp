// SPDX-License-Identifier: GPL-3.0-or-later
// What is due at the present instant, first in, first out: a ring that grows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace spawnpoint {

class InstantRing {
 public:
  bool empty() const noexcept { return head_ == tail_; }
  std::size_t size() const noexcept { return tail_ - head_; }
  std::uint32_t front() const noexcept { return slots_[head_ & mask_]; }

  void push(std::uint32_t slot) {
    if (size() == slots_.size()) grow();
    slots_[tail_++ & mask_] = slot;
  }
  void pop() noexcept { ++head_; }

  template <typename Predicate>
  void erase_if(Predicate drop) {
    std::size_t kept = head_;
    for (std::size_t i = head_; i != tail_; ++i) {
      const std::uint32_t slot = slots_[i & mask_];
      if (!drop(slot)) slots_[kept++ & mask_] = slot;
    }
    tail_ = kept;
  }

 private:
  [[gnu::noinline]] void grow() {
    std::vector<std::uint32_t> larger(slots_.empty() ? 64 : slots_.size() * 2);
    const std::size_t count = size();
    for (std::size_t i = 0; i < count; ++i) larger[i] = slots_[(head_ + i) & mask_];
    slots_ = std::move(larger);
    mask_ = slots_.size() - 1;
    head_ = 0;
    tail_ = count;
  }

  std::vector<std::uint32_t> slots_;
  std::size_t mask_ = 0;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace spawnpoint
