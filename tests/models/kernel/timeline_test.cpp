// SPDX-License-Identifier: GPL-3.0-or-later
// The tree of waiting threads against a plain list of them.
#include "models/kernel/scheduler/timeline.hpp"

#include <algorithm>
#include <deque>
#include <vector>

#include "core/simulation/random_stream.hpp"
#include "models/kernel/scheduler/link_pool.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::kernel;

TEST_CASE("the timeline is in order, and finds the first eligible thread, whatever is put in and taken out") {
  RandomStream draws(7, "timeline");
  std::deque<Entity> threads;
  LinkPool links;
  for (std::uint32_t id = 0; id < 400; ++id) links.link(threads.emplace_back(id, kNormalWeight));
  Timeline timeline;
  std::vector<Entity*> list;  // In order.
  for (int step = 0; step < 20'000; ++step) {
    Entity& entity = threads[draws.below(threads.size())];
    const auto at = std::find(list.begin(), list.end(), &entity);
    if (at != list.end()) {
      timeline.remove(entity);
      list.erase(at);
    } else {
      // Few deadlines, so that many are equal: then who came first is first.
      entity.deadline = static_cast<Virtual>(draws.below(50));
      entity.vruntime = static_cast<Virtual>(draws.below(1000));
      timeline.insert(entity);
      const auto later = std::find_if(list.begin(), list.end(),
                                      [&](const Entity* other) { return other->deadline > entity.deadline; });
      list.insert(later, &entity);
    }
    CHECK(timeline.empty() == list.empty());
    CHECK(timeline.first() == (list.empty() ? nullptr : list.front()));
    const auto limit = static_cast<Virtual>(draws.below(1000));
    const auto eligible = [&](Virtual vruntime) { return vruntime <= limit; };
    const auto wanted =
        std::find_if(list.begin(), list.end(), [&](const Entity* entity_) { return eligible(entity_->vruntime); });
    CHECK(timeline.first_eligible(eligible) == (wanted == list.end() ? nullptr : *wanted));
    if (step % 500 == 0) {
      std::vector<Entity*> seen;
      timeline.for_each([&](Entity& each) { seen.push_back(&each); });
      CHECK(seen == list);
    }
  }
}

TEST_CASE("a timeline of a million threads is not deep") {
  std::deque<Entity> threads;
  LinkPool links;
  Timeline timeline;
  for (std::uint32_t id = 0; id < 1'000'000; ++id) {
    Entity& entity = threads.emplace_back(id, kNormalWeight);
    entity.deadline = id;  // The worst order for a tree without balance.
    links.link(entity);
    timeline.insert(entity);
  }
  std::size_t looks = 0;
  for (Virtual at = 0; at < 1'000'000; at += 1009) {
    CHECK(timeline.first_eligible([&](Virtual) { return ++looks > 0; })->deadline == 0);
  }
  CHECK(looks / 992 < 64);
}
