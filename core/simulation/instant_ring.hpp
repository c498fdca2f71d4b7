// SPDX-License-Identifier: GPL-3.0-or-later
// What is due at the present instant, first in, first out: a ring of words that grows.
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
  std::uintptr_t front() const noexcept { return words_[head_ & mask_]; }

  void push(std::uintptr_t word) {
    if (size() > mask_) [[unlikely]]
      return push_growing(word);
    words_[tail_++ & mask_] = word;
  }
  void pop() noexcept { ++head_; }

  /// Gives the memory of a rush that is over back, such as that of all processes starting at once.
  void trim() {
    if (!empty() || mask_ < kMost) return;
    words_ = std::vector<std::uintptr_t>(kFew);
    mask_ = kFew - 1;
    head_ = tail_ = 0;
  }

  template <typename Predicate>
  void erase_if(Predicate drop) {
    std::size_t kept = head_;
    for (std::size_t i = head_; i != tail_; ++i) {
      const std::uintptr_t word = words_[i & mask_];
      if (!drop(word)) words_[kept++ & mask_] = word;
    }
    tail_ = kept;
  }

 private:
  [[gnu::noinline]] void push_growing(std::uintptr_t word) {
    std::vector<std::uintptr_t> larger(words_.size() * 2);
    const std::size_t count = size();
    for (std::size_t i = 0; i < count; ++i) larger[i] = words_[(head_ + i) & mask_];
    words_ = std::move(larger);
    mask_ = words_.size() - 1;
    head_ = 0;
    tail_ = count;
    push(word);
  }

  static constexpr std::size_t kFew = 64;
  static constexpr std::size_t kMost = 1024;

  std::vector<std::uintptr_t> words_ = std::vector<std::uintptr_t>(kFew);
  std::size_t mask_ = kFew - 1;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace spawnpoint
