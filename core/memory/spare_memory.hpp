// SPDX-License-Identifier: GPL-3.0-or-later
// SpareMemory: huge pages that were given back, kept for the next caller. The system clears a fresh page before it
// gives it, which takes longer than filling it; simulated runs one after the other can use the same pages again.
#pragma once

#include "core/units.hpp"

namespace spawnpoint {

/// While one exists, up to `most` is kept of what frame arenas and large arrays give back; the last one to go gives
/// all of it to the system. May be made and ended on any thread.
class SpareMemory {
 public:
  explicit SpareMemory(Bytes most);
  ~SpareMemory();
  SpareMemory(const SpareMemory&) = delete;
  SpareMemory& operator=(const SpareMemory&) = delete;

  /// What is kept now.
  static Bytes kept();

 private:
  Bytes most_;
};

}  // namespace spawnpoint
