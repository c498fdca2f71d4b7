// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/kernel/scheduler/timeline.hpp"

namespace spawnpoint::kernel {

Entity* Timeline::insert_below(Entity* tree, Entity& entity) {
  if (tree == nullptr || priority(entity) > priority(*tree)) {
    split(tree, entity, entity.left, entity.right);
    refresh(entity);
    return &entity;
  }
  Entity*& side = before(entity, *tree) ? tree->left : tree->right;
  side = insert_below(side, entity);
  if (entity.vruntime < tree->earliest) tree->earliest = entity.vruntime;
  return tree;
}

Entity* Timeline::remove_below(Entity* tree, Entity& entity) {
  if (tree == &entity) return merge(entity.left, entity.right);
  Entity*& side = before(entity, *tree) ? tree->left : tree->right;
  side = remove_below(side, entity);
  refresh(*tree);
  return tree;
}

void Timeline::split(Entity* tree, const Entity& at, Entity*& low, Entity*& high) {
  if (tree == nullptr) {
    low = high = nullptr;
  } else if (before(*tree, at)) {
    split(tree->right, at, tree->right, high);
    low = tree;
    refresh(*tree);
  } else {
    split(tree->left, at, low, tree->left);
    high = tree;
    refresh(*tree);
  }
}

Entity* Timeline::merge(Entity* low, Entity* high) {
  if (low == nullptr) return high;
  if (high == nullptr) return low;
  Entity* const top = priority(*low) > priority(*high) ? low : high;
  if (top == low) {
    low->right = merge(low->right, high);
  } else {
    high->left = merge(low, high->left);
  }
  refresh(*top);
  return top;
}

}  // namespace spawnpoint::kernel
