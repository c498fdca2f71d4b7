// SPDX-License-Identifier: GPL-3.0-or-later
// IdleOrder: the idle cores in the order in which they became idle. Most of them are taken out of turn, by threads that
// wake where they were.
#pragma once

#include <cstddef>
#include <vector>

#include "models/kernel/scheduler/entity.hpp"

namespace spawnpoint::kernel {

class IdleOrder {
 public:
  explicit IdleOrder(std::size_t cores) : places_(cores + 1), end_(static_cast<CoreId>(cores)) {
    places_[end_] = {end_, end_};
  }

  void becomes_idle(CoreId core) {
    const CoreId last = places_[end_].before;
    places_[core] = {last, end_};
    places_[last].after = core;
    places_[end_].before = core;
  }
  /// Of a core that is idle.
  void becomes_busy(CoreId core) {
    const auto [before, after] = places_[core];
    places_[before].after = after;
    places_[after].before = before;
  }
  /// The one that has been idle for longest. There is one.
  CoreId first() const { return places_[end_].after; }

 private:
  struct Place {
    CoreId before;
    CoreId after;
  };

  std::vector<Place> places_;
  CoreId end_;  ///< The place before the first one and after the last.
};

}  // namespace spawnpoint::kernel
