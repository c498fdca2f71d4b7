// SPDX-License-Identifier: GPL-3.0-or-later
// RealTimeQueue: the waiting threads of a core under SCHED_FIFO and SCHED_RR, all of one priority: first in, first out.
#pragma once

#include <cstdint>

#include "models/kernel/scheduler/entity.hpp"

namespace spawnpoint::kernel {

/// Of threads that have links.
class RealTimeQueue {
 public:
  void push(Entity& entity) {
    entity.links->older = newest_;
    entity.links->newer = nullptr;
    (newest_ != nullptr ? newest_->links->newer : oldest_) = &entity;
    newest_ = &entity;
    ++size_;
  }
  /// The one that has waited longest; null if none waits.
  Entity* pop() {
    Entity* const entity = oldest_;
    if (entity == nullptr) return nullptr;
    oldest_ = entity->links->newer;
    (oldest_ != nullptr ? oldest_->links->older : newest_) = nullptr;
    entity->links->newer = entity->links->older = nullptr;
    --size_;
    return entity;
  }
  std::int64_t size() const { return size_; }
  Entity* oldest() const { return oldest_; }

 private:
  Entity* oldest_ = nullptr;
  Entity* newest_ = nullptr;
  std::int64_t size_ = 0;
};

}  // namespace spawnpoint::kernel
