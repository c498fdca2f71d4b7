// SPDX-License-Identifier: GPL-3.0-or-later
// IdleOrder: the idle cores in the order in which they became idle. Most of them are taken out of turn, by threads that
// wake where they were: those stay in the line until it is looked at.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/kernel/scheduler/entity.hpp"

namespace spawnpoint::kernel {

class IdleOrder {
 public:
  explicit IdleOrder(std::size_t cores) : times_(cores), few_(4 * cores + 64) {}

  void becomes_idle(CoreId core) {
    if (line_.size() >= few_) tidy();
    line_.push_back({core, ++times_[core]});
  }
  void becomes_busy(CoreId core) { ++times_[core]; }
  /// The one that has been idle for longest. There is one.
  CoreId first() {
    while (!stands(line_[front_])) ++front_;
    return line_[front_].core;
  }

 private:
  struct Place {
    CoreId core;
    std::uint64_t time;
  };
  bool stands(const Place& place) const { return times_[place.core] == place.time; }
  void tidy() {
    line_.erase(line_.begin(), line_.begin() + static_cast<std::ptrdiff_t>(front_));
    std::erase_if(line_, [this](const Place& place) { return !stands(place); });
    front_ = 0;
  }

  std::vector<Place> line_;
  std::size_t front_ = 0;
  std::vector<std::uint64_t> times_;  ///< How often each core has changed.
  std::size_t few_;
};

}  // namespace spawnpoint::kernel
