// SPDX-License-Identifier: GPL-3.0-or-later
// SharedFailure: how a live worker reports what stopped it. Of fixed size and without pointers, so that it can be
// written into shared memory by a process that is short of everything.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/trace/trace.hpp"

namespace spawnpoint {

/// Text of at most N bytes; what is longer is cut.
template <std::size_t N>
class FixedText {
 public:
  FixedText() = default;
  FixedText(std::string_view text) : size_(static_cast<std::uint32_t>(std::min(text.size(), N))) {
    std::copy_n(text.begin(), size_, bytes_.data());
  }
  /// Never longer than N, whatever the memory holds: a reader may not trust it.
  std::string_view view() const { return {bytes_.data(), std::min<std::size_t>(size_, N)}; }
  bool empty() const { return size_ == 0; }

 private:
  std::uint32_t size_ = 0;
  std::array<char, N> bytes_{};
};

struct SharedFailure {
  std::uint32_t kind = 0;     ///< The writer's own numbering of failures.
  JobId job = kNoJob;         ///< The job that could not go on.
  std::uint64_t threads = 0;  ///< Threads that were created before it.
  std::int32_t error = 0;     ///< errno.
  Instant at{};
  std::int32_t limit = -1;  ///< What refused it, in the writer's own numbering; -1: unknown.
  std::int64_t value = 0;   ///< The value of that limit.
  FixedText<60> call;       ///< The call that failed, e.g. "clone3".
  FixedText<508> message;   ///< In words.
};

}  // namespace spawnpoint
