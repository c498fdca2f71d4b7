// SPDX-License-Identifier: GPL-3.0-or-later
// LinkPool: Links for the threads that are in queues just now. They are few, where there are a million threads: one
// that has a core to itself needs none.
#pragma once

#include <vector>

#include "core/memory/stable_vector.hpp"
#include "models/kernel/scheduler/entity.hpp"

namespace spawnpoint::kernel {

class LinkPool {
 public:
  /// Of a thread that comes to a queue; one that comes from another queue has its links already.
  void link(Entity& entity) {
    if (entity.links != nullptr) return;
    if (free_.empty()) {
      entity.links = &links_.emplace_back();
    } else {
      entity.links = free_.back();
      free_.pop_back();
      *entity.links = Links();
    }
  }
  /// Of one that is in no queue any more.
  void unlink(Entity& entity) {
    free_.push_back(entity.links);
    entity.links = nullptr;
  }

 private:
  StableVector<Links> links_;
  std::vector<Links*> free_;
};

}  // namespace spawnpoint::kernel
