// SPDX-License-Identifier: GPL-3.0-or-later
// What small allocations are given from once the system gives nothing more. Libraries of others allocate where nothing
// may fail, in destructors above all: with nothing in reserve, the first failure would end the program on the spot.
// A program that links core/memory/reserve_new.cpp has it behind its operator new.
#pragma once

#include <cstddef>

namespace spawnpoint {

/// May be called on any thread. Nothing is given back. Modeled runs, and the search for advice, end where they find
/// that more is taken than when they began, and say why.
class MemoryReserve {
 public:
  /// Large ones fail at once: callers that ask for a lot can handle that.
  static constexpr std::size_t kLargest = std::size_t{16} << 10;
  static constexpr std::size_t kSize = std::size_t{1} << 20;

  /// nullptr: too many bytes, or the reserve is used up. Aligned for any object without an alignment of its own.
  static void* take(std::size_t bytes) noexcept;
  /// The memory is the reserve's, and must not be freed.
  static bool owns(const void* memory) noexcept;
  /// It gives nothing from here on: for a process that is there to meet its limits.
  static void close() noexcept;
  /// Bytes; 0 where the system has always given what was asked for.
  static std::size_t taken() noexcept;
};

}  // namespace spawnpoint
