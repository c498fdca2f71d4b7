// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/kernel/scheduler/timeline.hpp"

namespace spawnpoint::kernel {

Entity* Timeline::insert_below(Entity* tree, Entity& entity) {
  if (tree == nullptr || priority(entity) > priority(*tree)) {
    split(tree, entity, entity.links->left, entity.links->right);
    refresh(entity);
    return &entity;
  }
  Entity*& side = before(entity, *tree) ? tree->links->left : tree->links->right;
  side = insert_below(side, entity);
  if (entity.vruntime < tree->links->earliest) tree->links->earliest = entity.vruntime;
  return tree;
}

Entity* Timeline::remove_below(Entity* tree, Entity& entity) {
  if (tree == &entity) return merge(entity.links->left, entity.links->right);
  Entity*& side = before(entity, *tree) ? tree->links->left : tree->links->right;
  side = remove_below(side, entity);
  refresh(*tree);
  return tree;
}

void Timeline::split(Entity* tree, const Entity& at, Entity*& low, Entity*& high) {
  if (tree == nullptr) {
    low = high = nullptr;
  } else if (before(*tree, at)) {
    split(tree->links->right, at, tree->links->right, high);
    low = tree;
    refresh(*tree);
  } else {
    split(tree->links->left, at, low, tree->links->left);
    high = tree;
    refresh(*tree);
  }
}

Entity* Timeline::merge(Entity* low, Entity* high) {
  if (low == nullptr) return high;
  if (high == nullptr) return low;
  Entity* const top = priority(*low) > priority(*high) ? low : high;
  if (top == low) {
    low->links->right = merge(low->links->right, high);
  } else {
    high->links->left = merge(low, high->links->left);
  }
  refresh(*top);
  return top;
}

}  // namespace spawnpoint::kernel
