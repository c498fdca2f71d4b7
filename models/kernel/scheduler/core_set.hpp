// SPDX-License-Identifier: GPL-3.0-or-later
// CoreSet: a set of cores: whether one is in it, and which is the next one, in a few instructions.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/kernel/scheduler/entity.hpp"

namespace spawnpoint::kernel {

class CoreSet {
 public:
  explicit CoreSet(std::size_t cores) : words_((cores + 63) / 64) {}

  bool has(CoreId core) const { return (words_[core / 64] >> core % 64 & 1) != 0; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  void set(CoreId core, bool in) {
    if (has(core) == in) return;
    words_[core / 64] ^= std::uint64_t{1} << core % 64;
    size_ += in ? 1 : std::size_t(-1);
  }
  /// The first one from `core` on; kNoCore if there is none.
  CoreId from(CoreId core) const {
    std::size_t word = core / 64;
    if (word >= words_.size()) return kNoCore;
    std::uint64_t bits = words_[word] >> core % 64 << core % 64;
    while (bits == 0) {
      if (++word == words_.size()) return kNoCore;
      bits = words_[word];
    }
    return static_cast<CoreId>(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
  }
  /// The same, beginning again with the first core.
  CoreId around(CoreId core) const {
    const CoreId next = from(core);
    return next == kNoCore ? from(0) : next;
  }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t size_ = 0;
};

}  // namespace spawnpoint::kernel
