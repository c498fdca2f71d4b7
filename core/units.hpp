// SPDX-License-Identifier: GPL-3.0-or-later
// Time and size as types: no bare number carries a unit in its name.
#pragma once

#include <chrono>
#include <compare>
#include <concepts>
#include <cstdint>
#include <limits>
#include <ratio>
#include <type_traits>
#include <utility>

namespace spawnpoint {

/// A whole number whose arithmetic ends at the largest and the smallest of 64 bits instead of wrapping around. It
/// turns into a plain number, and a plain whole number into it, wherever one is wanted.
class Saturating {
 public:
  constexpr Saturating() noexcept = default;
  template <std::integral T>
  constexpr Saturating(T number) noexcept
      : number_(std::in_range<std::int64_t>(number) ? static_cast<std::int64_t>(number) : kMost) {}
  template <std::floating_point T>
  constexpr explicit Saturating(T number) noexcept
      : number_(number >= static_cast<T>(kMost)    ? kMost
                : number <= static_cast<T>(kLeast) ? kLeast
                                                   : static_cast<std::int64_t>(number)) {}
  constexpr operator std::int64_t() const noexcept { return number_; }

  constexpr Saturating operator-() const noexcept { return number_ == kLeast ? kMost : -number_; }
  friend constexpr Saturating operator+(Saturating a, Saturating b) noexcept {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a.number_, b.number_, &sum)) [[unlikely]]
      return b.number_ < 0 ? kLeast : kMost;
    return sum;
  }
  friend constexpr Saturating operator-(Saturating a, Saturating b) noexcept {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(a.number_, b.number_, &difference)) [[unlikely]]
      return b.number_ < 0 ? kMost : kLeast;
    return difference;
  }
  friend constexpr Saturating operator*(Saturating a, Saturating b) noexcept {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(a.number_, b.number_, &product)) [[unlikely]]
      return (a.number_ < 0) == (b.number_ < 0) ? kMost : kLeast;
    return product;
  }
  /// Of the smallest number and -1 there is no quotient either.
  friend constexpr Saturating operator/(Saturating a, Saturating b) noexcept {
    return b.number_ == -1 ? -a : Saturating(a.number_ / b.number_);
  }
  friend constexpr Saturating operator%(Saturating a, Saturating b) noexcept {
    return b.number_ == -1 ? 0 : a.number_ % b.number_;
  }
  // With plain numbers, which would otherwise count as much as a Saturating that has become plain.
  template <std::integral T>
  friend constexpr Saturating operator+(Saturating a, T b) noexcept {
    return a + Saturating(b);
  }
  template <std::integral T>
  friend constexpr Saturating operator+(T a, Saturating b) noexcept {
    return Saturating(a) + b;
  }
  template <std::integral T>
  friend constexpr Saturating operator-(Saturating a, T b) noexcept {
    return a - Saturating(b);
  }
  template <std::integral T>
  friend constexpr Saturating operator-(T a, Saturating b) noexcept {
    return Saturating(a) - b;
  }
  template <std::integral T>
  friend constexpr Saturating operator*(Saturating a, T b) noexcept {
    return a * Saturating(b);
  }
  template <std::integral T>
  friend constexpr Saturating operator*(T a, Saturating b) noexcept {
    return Saturating(a) * b;
  }
  template <std::integral T>
  friend constexpr Saturating operator/(Saturating a, T b) noexcept {
    return a / Saturating(b);
  }
  template <std::integral T>
  friend constexpr Saturating operator/(T a, Saturating b) noexcept {
    return Saturating(a) / b;
  }
  template <std::integral T>
  friend constexpr Saturating operator%(Saturating a, T b) noexcept {
    return a % Saturating(b);
  }
  template <std::integral T>
  friend constexpr Saturating operator%(T a, Saturating b) noexcept {
    return Saturating(a) % b;
  }
  constexpr Saturating& operator+=(Saturating b) noexcept { return *this = *this + b; }
  constexpr Saturating& operator-=(Saturating b) noexcept { return *this = *this - b; }
  constexpr Saturating& operator*=(Saturating b) noexcept { return *this = *this * b; }
  constexpr Saturating& operator/=(Saturating b) noexcept { return *this = *this / b; }
  constexpr Saturating& operator%=(Saturating b) noexcept { return *this = *this % b; }
  constexpr Saturating& operator++() noexcept { return *this += 1; }
  constexpr Saturating& operator--() noexcept { return *this -= 1; }

 private:
  static constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

  std::int64_t number_ = 0;
};

}  // namespace spawnpoint

// What std::chrono asks of a number that counts.
template <>
struct std::numeric_limits<spawnpoint::Saturating> : std::numeric_limits<std::int64_t> {
  static constexpr spawnpoint::Saturating min() noexcept { return std::numeric_limits<std::int64_t>::min(); }
  static constexpr spawnpoint::Saturating lowest() noexcept { return min(); }
  static constexpr spawnpoint::Saturating max() noexcept { return std::numeric_limits<std::int64_t>::max(); }
};
template <std::integral T>
struct std::common_type<spawnpoint::Saturating, T> {
  using type = spawnpoint::Saturating;
};
template <std::integral T>
struct std::common_type<T, spawnpoint::Saturating> {
  using type = spawnpoint::Saturating;
};
template <std::floating_point T>
struct std::common_type<spawnpoint::Saturating, T> {
  using type = T;
};
template <std::floating_point T>
struct std::common_type<T, spawnpoint::Saturating> {
  using type = T;
};

namespace spawnpoint {

/// Nanoseconds: 292 years to either side. What would be more stays there.
using Duration = std::chrono::duration<Saturating, std::nano>;

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

/// An amount of memory. Signed, so that differences are amounts too; its arithmetic saturates as that of time.
struct Bytes {
  std::int64_t count = 0;

  friend constexpr auto operator<=>(Bytes, Bytes) = default;
  friend constexpr Bytes operator+(Bytes a, Bytes b) { return {Saturating(a.count) + Saturating(b.count)}; }
  friend constexpr Bytes operator-(Bytes a, Bytes b) { return {Saturating(a.count) - Saturating(b.count)}; }
  friend constexpr Bytes operator*(Bytes a, std::int64_t n) { return {Saturating(a.count) * Saturating(n)}; }
  friend constexpr Bytes operator*(std::int64_t n, Bytes a) { return a * n; }
  friend constexpr Bytes operator/(Bytes a, std::int64_t n) { return {Saturating(a.count) / Saturating(n)}; }
  friend constexpr std::int64_t operator/(Bytes a, Bytes b) { return Saturating(a.count) / Saturating(b.count); }
  constexpr Bytes& operator+=(Bytes b) { return *this = *this + b; }
  constexpr Bytes& operator-=(Bytes b) { return *this = *this - b; }
};

/// The smallest multiple of `step` that holds `size`.
constexpr Bytes round_up(Bytes size, Bytes step) {
  return (size + step - Bytes{1}) / step * step;
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
