// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/kernel/scheduler/throttle.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/simulation/random_stream.hpp"

namespace spawnpoint::kernel {

namespace {

Instant drawn_below(std::uint64_t seed, std::uint64_t which, Duration limit) {
  const auto bound = static_cast<std::uint64_t>(std::int64_t{limit.count()}) + 1;
  return Instant(Duration(static_cast<std::int64_t>(sample_at(seed, "throttle", which) % bound)));
}

}  // namespace

Throttle::Throttle(const Rules& rules, Duration limit, std::uint64_t seed)
    : rules_(rules),
      first_tick_(drawn_below(seed, 0, rules.tick)),
      next_tick_(first_tick_),
      quota_(rules_, 1, limit, drawn_below(seed, 1, rules.quota_period)) {}

void Throttle::await_tick_after(Instant at) {
  next_tick_ = first_tick_ + (at < first_tick_ ? Saturating(0) : (at - first_tick_) / rules_.tick + 1) * rules_.tick;
}

/// Until the quota lets it run again.
Instant Throttle::stand_still(Instant at) {
  quota_.throttle(0, at);
  while (quota_.throttled(0)) {
    at = quota_.next();
    (void)quota_.renew(at);
  }
  return at;
}

Instant Throttle::run_with_ticks(Instant at, Duration cpu) {
  // What comes next follows from what is left of the quota at a tick: where that repeats, so does all between. Where it
  // has not done so for a thousand periods, the thread goes on at the pace that it has had.
  constexpr std::uint64_t kPace = 1024;
  struct Seen {
    std::vector<std::int64_t> shape;
    Instant at;
    Duration cpu;
    Duration throttled;
    std::int64_t throttled_periods;
  };
  std::optional<Seen> seen;
  std::uint64_t times = 0;
  Instant look_at = at;
  await_tick_after(at);
  while (at + cpu >= next_tick_) {
    ++ticks_;
    const Duration piece = next_tick_ - at;
    cpu -= piece;
    uncharged_ += piece;
    at = next_tick_;
    next_tick_ += rules_.tick;
    if (!quota_.charge(0, std::exchange(uncharged_, Duration{}), at)) {
      at = stand_still(at);
      await_tick_after(at);
    }
    if (at < look_at) continue;
    look_at = at + rules_.quota_period;
    ticks_ += kTicksOfPeriod;
    std::vector<std::int64_t> shape{std::int64_t{(next_tick_ - at).count()}};
    quota_.describe(at, shape);
    // Looked for anew each time that their number has doubled (Brent's algorithm).
    ++times;
    const bool looks_anew = (times & (times - 1)) == 0;
    if (seen && (seen->shape == shape || (looks_anew && times > kPace))) {
      const Duration period = at - seen->at;
      const Duration comes_on = seen->cpu - cpu;
      const std::int64_t periods = comes_on > Duration::zero() ? cpu / comes_on - 1 : Saturating(0);
      if (periods > 0) {
        at += period * periods;
        cpu -= comes_on * periods;
        next_tick_ += period * periods;
        look_at = at + rules_.quota_period;
        quota_.shift(period * periods, (quota_.throttled_time(at) - seen->throttled) * periods,
                     (quota_.throttled_periods() - seen->throttled_periods) * periods);
      }
      seen.reset();
      times = 0;
    } else if (looks_anew) {
      seen = Seen{std::move(shape), at, cpu, quota_.throttled_time(at), quota_.throttled_periods()};
    }
  }
  uncharged_ += cpu;
  return at + cpu;
}

void Throttle::sleep(Instant at) {
  (void)quota_.charge(0, std::exchange(uncharged_, Duration{}), at);
  quota_.give_back(0, at);
}

}  // namespace spawnpoint::kernel
