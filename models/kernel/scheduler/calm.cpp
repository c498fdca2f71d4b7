// SPDX-License-Identifier: GPL-3.0-or-later
// Calm: while no thread has to wait for a core, the only thing that decides anything is which cores are idle. Until one
// has to wait, and again when none has had to for some time, queues and averages are left alone: most of a million
// threads that sleep never need them. Whoever then comes to a busy core finds them as if each core had been used evenly
// all that time.
#include <algorithm>
#include <utility>

#include "models/kernel/scheduler/scheduler.hpp"

namespace spawnpoint::kernel {

namespace {

__extension__ using Wide = __int128;

/// What was before that counts for less than a fifteenth.
constexpr Duration kCalmAfter = std::chrono::milliseconds(135);

}  // namespace

/// Which part of the time the core has been used, of 1024, since it is calm.
std::int64_t Scheduler::calm_use(const Core& core, Instant now) const {
  const std::int64_t all = (now - calm_since_).count();
  if (all <= 0) return 0;
  Duration used = core.calm_use;
  if (core.running != nullptr) used += now - core.running->since;
  return static_cast<std::int64_t>(Wide{std::int64_t{used.count()}} * 1024 / all);
}

std::int64_t Scheduler::use_of(Core& core, Instant now) const {
  if (!calm_) return core.use.advance(now, core.busy ? 1024 : 0);
  Average use = core.use;
  return use.advance(now, calm_use(core, now));
}

void Scheduler::end_calm(Instant now) {
  calm_ = false;
  crowded_at_ = waited_at_ = now;
  for (Core& core : cores_) {
    const std::int64_t use = calm_use(core, now);
    core.use.advance(now, use);
    core.load.advance(now, use);
    core.calm_use = {};
    if (core.comes != nullptr)
      core.fair.run_alone(*std::exchange(core.comes, nullptr), Comes::woken, now);
    else if (core.running != nullptr)
      core.fair.run_alone(*core.running, Comes::woken, core.running->since);
  }
}

void Scheduler::begin_calm_if_due(Instant now) {
  if (!crowded_.empty()) {
    crowded_at_ = now;
  } else if (now - crowded_at_ > kCalmAfter && !is_real_time() && !quota_) {
    begin_calm(now);
  }
}

void Scheduler::begin_calm(Instant now) {
  // Who sleeps in debt is waited for.
  if (!std::ranges::all_of(cores_, [](const Core& core) { return core.fair.is_simple(); })) return;
  for (Core& core : cores_) {
    hold_load(core, now);
    core.use.advance(now, core.busy ? 1024 : 0);
    if (Entity* const entity = core.running) {
      core.fair.leave(*entity, now, true);
      entity->runnable.advance(now, 1024);
      entity->standing = Standing::running;
      entity->since = now;
    }
  }
  overloaded_ = false;
  calm_ = true;
  calm_since_ = now;
}

}  // namespace spawnpoint::kernel
