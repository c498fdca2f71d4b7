// SPDX-License-Identifier: GPL-3.0-or-later
// Entity: what the scheduler knows of a thread. A thread has it in itself: queueing one allocates nothing.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/units.hpp"
#include "models/kernel/scheduler/average.hpp"
#include "models/kernel/scheduler/weight.hpp"

namespace spawnpoint::kernel {

using CoreId = std::uint32_t;
inline constexpr CoreId kNoCore = UINT32_MAX;

/// Where a thread is, to the scheduler.
enum class Standing : std::uint8_t {
  away,     ///< Sleeps, waits, or has not begun.
  queued,   ///< Waits for its core.
  running,  ///< Has its core.
  delayed   ///< Sleeps, and is queued until its debt is paid.
};

/// Long before anything: of a thread that has not run, or not on its core.
inline constexpr Instant kCold{std::chrono::hours(-1)};

struct Entity;

/// Where a thread stands in a queue, while it is in one.
struct Links {
  // In the timeline.
  Entity* left = nullptr;
  Entity* right = nullptr;
  Virtual earliest = 0;     ///< The least virtual runtime of this one and those below it.
  std::uint32_t order = 0;  ///< Among equal deadlines: who came first.
  // Among all of its core, the one that ran or came last first.
  Entity* newer = nullptr;
  Entity* older = nullptr;
  std::int32_t turn_left = 0;  ///< SCHED_RR: ticks.
};

/// Fits one line of the processor's cache. Of a million threads each sleeps for long, and its line is cold when it
/// wakes.
struct alignas(64) Entity {
  Entity(std::uint32_t number, Weight its_weight)
      : id(number), weight(static_cast<std::uint32_t>(its_weight & 0xFF'FFFF)) {}
  Entity(const Entity&) = delete;
  Entity& operator=(const Entity&) = delete;

  Virtual vruntime = 0;
  Virtual deadline = 0;
  /// EEVDF: away, what it is owed (of virtual time); running, up to where its turn is protected.
  /// CFS: running, how long it has run in this turn.
  Virtual lag = 0;
  Instant since = kCold;   ///< Up to here its runtime is accounted for.
  Links* links = nullptr;  ///< While it is in a queue: LinkPool.
  /// How much of the time it was runnable, of 1024. A new one: always.
  [[no_unique_address]] AverageOf<std::int32_t> runnable{1024};
  std::uint32_t id;
  std::uint16_t on = 0;      ///< The core where it is, or was last.
  std::uint16_t recent = 0;  ///< The core where it was when it was last placed by looking for an idle one.
  std::uint32_t weight : 24;
  Standing standing : 2 = Standing::away;
  bool keeps : 1 = false;  ///< EEVDF: deadline, CFS: vruntime, is relative, as it comes from another core.

  CoreId core() const { return on; }
  void put_on(CoreId core) { on = static_cast<std::uint16_t>(core); }
  bool on_queue() const { return standing != Standing::away; }
  /// What it adds to its core's load.
  std::int64_t load() const { return runnable.value() * weight / 1024; }
};
static_assert(sizeof(Entity) == 64 && std::is_trivially_destructible_v<Entity>);

}  // namespace spawnpoint::kernel
