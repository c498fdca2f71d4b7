// SPDX-License-Identifier: GPL-3.0-or-later
// Timeline: the waiting threads of a core in the order of their deadlines (CFS: of their virtual runtimes), each
// subtree with the least virtual runtime in it, so that the first one with a virtual runtime of at most x is found in
// O(log n). The kernel keeps a red-black tree with the same augmentation (kernel/sched/fair.c, tasks_timeline); this is
// a treap whose priorities are the hashed numbers of the threads: it has one shape, whatever was done before.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "models/kernel/scheduler/entity.hpp"

namespace spawnpoint::kernel {

/// Of threads that have links.
class Timeline {
 public:
  void insert(Entity& entity) {
    entity.links->order = next_order_++;
    root_ = insert_below(root_, entity);
  }
  void remove(Entity& entity) { root_ = remove_below(root_, entity); }

  bool empty() const { return root_ == nullptr; }
  Entity* first() const {
    Entity* entity = root_;
    while (entity != nullptr && entity->links->left != nullptr) entity = entity->links->left;
    return entity;
  }
  /// The least virtual runtime. Not of an empty one.
  Virtual earliest() const { return root_->links->earliest; }

  /// The first one whose virtual runtime is eligible. Who has less of it than an eligible one must be eligible too.
  template <class Eligible>
  Entity* first_eligible(const Eligible& eligible) const {
    Entity* entity = root_;
    while (entity != nullptr) {
      if (entity->links->left != nullptr && eligible(entity->links->left->links->earliest)) {
        entity = entity->links->left;
      } else if (eligible(entity->vruntime)) {
        return entity;
      } else {
        entity = entity->links->right;
      }
    }
    return nullptr;
  }

  /// In order.
  template <class Visit>
  void for_each(const Visit& visit) const {
    visit_below(root_, visit);
  }

 private:
  /// Finalizer of MurmurHash3: every bit of the number decides.
  static std::uint32_t priority(const Entity& entity) {
    std::uint32_t x = entity.id;
    x = (x ^ x >> 16) * 0x85EBCA6B;
    x = (x ^ x >> 13) * 0xC2B2AE35;
    return x ^ x >> 16;
  }
  static bool before(const Entity& a, const Entity& b) {
    if (a.deadline != b.deadline) return a.deadline < b.deadline;
    return static_cast<std::int32_t>(a.links->order - b.links->order) < 0;
  }
  static void refresh(Entity& entity) {
    Links& links = *entity.links;
    links.earliest = entity.vruntime;
    if (links.left != nullptr) links.earliest = std::min(links.earliest, links.left->links->earliest);
    if (links.right != nullptr) links.earliest = std::min(links.earliest, links.right->links->earliest);
  }
  static Entity* insert_below(Entity* tree, Entity& entity);
  static Entity* remove_below(Entity* tree, Entity& entity);
  static void split(Entity* tree, const Entity& at, Entity*& low, Entity*& high);
  static Entity* merge(Entity* low, Entity* high);
  template <class Visit>
  static void visit_below(Entity* tree, const Visit& visit) {
    if (tree == nullptr) return;
    visit_below(tree->links->left, visit);
    visit(*tree);
    visit_below(tree->links->right, visit);
  }

  Entity* root_ = nullptr;
  std::uint32_t next_order_ = 0;
};

}  // namespace spawnpoint::kernel
