// SPDX-License-Identifier: GPL-3.0-or-later
// SpareBlocks: frame arenas' large blocks, kept for the next arena. The system clears a fresh block before it gives it,
// which takes longer than filling it with frames; simulated runs one after the other can use the same again.
#pragma once

#include "core/units.hpp"

namespace spawnpoint {

/// While one exists, up to `most` is kept of what arenas give back; the last one to go gives all of it to the system.
/// May be made and ended on any thread.
class SpareBlocks {
 public:
  explicit SpareBlocks(Bytes most);
  ~SpareBlocks();
  SpareBlocks(const SpareBlocks&) = delete;
  SpareBlocks& operator=(const SpareBlocks&) = delete;

  /// What is kept now.
  static Bytes kept();

 private:
  Bytes most_;
};

}  // namespace spawnpoint
