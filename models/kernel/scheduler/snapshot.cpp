// SPDX-License-Identifier: GPL-3.0-or-later
// What lets threads that only take turns be computed in leaps.
#include <algorithm>

#include "models/kernel/scheduler/scheduler.hpp"

namespace spawnpoint::kernel {

Scheduler::Snapshot Scheduler::snapshot(Instant now) {
  Snapshot taken;
  std::vector<std::int64_t>& shape = taken.shape;
  const auto add = [&shape](std::int64_t number) { shape.push_back(number); };
  // They are left as they are: a sum of parts would be rounded otherwise. One that has arrived stays for good.
  const auto add_average = [&](const auto& average, std::int64_t held) {
    auto later = average;
    later.advance(now, held);
    const bool arrived = later.raw() == held << Average::kUnitBits;
    add(arrived ? later.raw() : average.raw());
    add(arrived ? 0 : std::int64_t{(now - average.at()).count()});
  };
  const auto add_thread = [&](Entity& entity, Virtual origin) {
    taken.threads.push_back(&entity);
    add(entity.id);
    add(static_cast<std::int64_t>(entity.standing));
    add(entity.recent);
    add(entity.vruntime - origin);
    add(entity.deadline - origin);
    // How long ago matters up to a point.
    add(std::int64_t{std::min(now - entity.since, rules_->cache_hot).count()});
    add_average(entity.runnable, entity.standing == Standing::delayed ? 0 : 1024);
  };
  for (CoreId id = 0; id < cores_.size(); ++id) {
    Core& core = cores_[id];
    account(id, now);
    const Virtual origin = core.fair.average();
    taken.origins.push_back(origin);
    add(core.fair.queued());
    add_average(core.load, core.fair.weight());
    add_average(core.use, core.busy ? 1024 : 0);
    add(core.look ? 1 : 0);
    add(core.failed);
    add(core.interval);
    add(core.newly_idle.calls());
    add(core.newly_idle.finds());
    if (cores_.size() > 1) add(tick_number(now) - core.last_balance);
    if (Entity* const running = core.running) {
      add_thread(*running, origin);
      // A turn that is no longer protected is not the more so the longer it lasts.
      add(rules_->eevdf ? std::max<Virtual>(running->lag - running->vruntime, 0) : running->lag);
      if (is_real_time()) add(running->links->turn_left);
    }
    core.fair.timeline().for_each([&](Entity& entity) { add_thread(entity, origin); });
    for (Entity* entity = core.fair.newest(); entity != nullptr; entity = entity->links->older) add(entity->id);
    for (Entity* entity = core.real_time.oldest(); entity != nullptr; entity = entity->links->newer) {
      taken.threads.push_back(entity);
      add(entity->id);
      add(entity->links->turn_left);
    }
  }
  taken.migrations = migrations_;
  taken.waited = waited(now);
  if (quota_) {
    quota_->describe(now, shape);
    taken.throttled = quota_->throttled_time(now);
    taken.throttled_periods = quota_->throttled_periods();
  }
  return taken;
}

std::uint64_t Scheduler::outline(Instant now) {
  std::uint64_t hash = 0xCBF29CE484222325;
  const auto add = [&hash](std::int64_t number) { hash = (hash ^ static_cast<std::uint64_t>(number)) * 0x100000001B3; };
  for (CoreId id = 0; id < cores_.size(); ++id) {
    Core& core = cores_[id];
    add(core.fair.queued());
    add(core.failed);
    if (core.running == nullptr) continue;
    account(id, now);
    add(core.running->id);
    if (!is_real_time()) add(core.running->vruntime - core.fair.average());
  }
  return hash;
}

void Scheduler::pass_periods(const Snapshot& before, const Snapshot& now, Duration period, std::int64_t periods) {
  const Duration by = period * periods;
  for (std::size_t i = 0; i < cores_.size(); ++i) {
    Core& core = cores_[i];
    core.fair.shift(by, (now.origins[i] - before.origins[i]) * periods);
    core.load.shift(by);
    core.use.shift(by);
    core.last_balance += by / rules_->tick;
  }
  migrations_ += (now.migrations - before.migrations) * periods;
  waited_ += (now.waited - before.waited) * periods;
  waited_at_ += by;
  if (quota_)
    quota_->shift(by, (now.throttled - before.throttled) * periods,
                  (now.throttled_periods - before.throttled_periods) * periods);
}

}  // namespace spawnpoint::kernel
