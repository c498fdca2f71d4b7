// SPDX-License-Identifier: GPL-3.0-or-later
// Time and size as types: no bare number carries a unit in its name.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace spawnpoint {

using Duration = std::chrono::nanoseconds;

/// The clock of one run, live or modeled. Its epoch is the moment when the run began.
struct RunClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<RunClock, duration>;
  static constexpr bool is_steady = true;
};
using Instant = RunClock::time_point;

/// Later than everything that happens.
inline constexpr Instant kNever = Instant::max();
/// 146 years. Times that come from a file, or from memory that others write, are no farther from zero, so that the
/// difference of two of them fits.
inline constexpr Duration kFarthest{std::int64_t{1} << 62};
constexpr bool is_sensible(Duration d) {
  return d >= -kFarthest && d <= kFarthest;
}

/// Divided, not multiplied by 1e-9: 43 ms is then 0.043 and not 0.043000000000000003.
constexpr double to_seconds(Duration d) {
  return static_cast<double>(d.count()) / 1e9;
}
constexpr double to_seconds(Instant t) {
  return to_seconds(t.time_since_epoch());
}

/// An amount of memory. Signed, so that differences are amounts too.
struct Bytes {
  std::int64_t count = 0;

  friend constexpr auto operator<=>(Bytes, Bytes) = default;
  friend constexpr Bytes operator+(Bytes a, Bytes b) { return {a.count + b.count}; }
  friend constexpr Bytes operator-(Bytes a, Bytes b) { return {a.count - b.count}; }
  friend constexpr Bytes operator*(Bytes a, std::int64_t n) { return {a.count * n}; }
  friend constexpr Bytes operator*(std::int64_t n, Bytes a) { return {a.count * n}; }
  friend constexpr Bytes operator/(Bytes a, std::int64_t n) { return {a.count / n}; }
  friend constexpr std::int64_t operator/(Bytes a, Bytes b) { return a.count / b.count; }
  constexpr Bytes& operator+=(Bytes b) {
    count += b.count;
    return *this;
  }
  constexpr Bytes& operator-=(Bytes b) {
    count -= b.count;
    return *this;
  }
};

/// The smallest multiple of `step` that holds `size`.
constexpr Bytes round_up(Bytes size, Bytes step) {
  return {(size.count + step.count - 1) / step.count * step.count};
}

namespace literals {
constexpr Bytes operator""_B(unsigned long long n) {
  return {static_cast<std::int64_t>(n)};
}
constexpr Bytes operator""_KiB(unsigned long long n) {
  return {static_cast<std::int64_t>(n) << 10};
}
constexpr Bytes operator""_MiB(unsigned long long n) {
  return {static_cast<std::int64_t>(n) << 20};
}
constexpr Bytes operator""_GiB(unsigned long long n) {
  return {static_cast<std::int64_t>(n) << 30};
}
}  // namespace literals

}  // namespace spawnpoint
