// SPDX-License-Identifier: GPL-3.0-or-later
// StableVector: a growing sequence whose elements never move. Like std::deque, but each chunk is twice as large as the
// previous one, so that a hundred thousand elements lie on a few huge pages and not on thousands of small ones.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

#include "core/memory/huge_page_allocator.hpp"

namespace spawnpoint {

template <class T>
class StableVector {
 public:
  StableVector() = default;
  StableVector(const StableVector&) = delete;
  StableVector& operator=(const StableVector&) = delete;
  ~StableVector() {
    for (std::size_t i = 0; i < size_; ++i) std::destroy_at(&(*this)[i]);
    for (std::size_t chunk = 0; chunk < kChunks && chunks_[chunk] != nullptr; ++chunk)
      Allocator().deallocate(chunks_[chunk], kFirst << chunk);
  }

  template <class... Arguments>
  T& emplace_back(Arguments&&... arguments) {
    const auto [chunk, at] = place(size_);
    if (chunks_[chunk] == nullptr) chunks_[chunk] = Allocator().allocate(kFirst << chunk);
    T* made = std::construct_at(chunks_[chunk] + at, std::forward<Arguments>(arguments)...);
    ++size_;
    return *made;
  }

  T& operator[](std::size_t i) {
    const auto [chunk, at] = place(i);
    return chunks_[chunk][at];
  }
  const T& operator[](std::size_t i) const {
    const auto [chunk, at] = place(i);
    return chunks_[chunk][at];
  }
  std::size_t size() const { return size_; }

 private:
  using Allocator = HugePageAllocator<T, SmallPages::at_once>;
  static constexpr std::size_t kFirst = 64;
  static constexpr std::size_t kChunks = 40;

  struct Place {
    std::size_t chunk;
    std::size_t at;
  };
  static Place place(std::size_t i) {
    const std::size_t shifted = i + kFirst;
    const auto chunk = static_cast<std::size_t>(std::bit_width(shifted) - std::bit_width(kFirst));
    return {chunk, shifted - (kFirst << chunk)};
  }

  std::array<T*, kChunks> chunks_{};
  std::size_t size_ = 0;
};

}  // namespace spawnpoint
