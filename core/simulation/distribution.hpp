// SPDX-License-Identifier: GPL-3.0-or-later
// Random durations: the same sample for the same stream on every machine and compiler.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/simulation/random_stream.hpp"
#include "core/units.hpp"

namespace spawnpoint {

/// An argument of a distribution as a scenario file writes it: `mean=1s`, or only `1s` (then `name` is empty).
struct DistributionArgument {
  std::string name;
  std::variant<Duration, double> value;
};

/// A value: cheap to copy, immutable, its samples drawn from a stream that the caller brings.
/// No sample is negative and none is above kLongest. The factories throw std::invalid_argument for parameters that
/// make no sense; make() reports them as a value.
class Distribution {
 public:
  /// 100 years: far beyond what anyone simulates, and a sum of two still fits.
  static constexpr Duration kLongest = std::chrono::hours{36525 * 24};

  /// Always zero.
  Distribution() = default;

  static Distribution constant(Duration value);
  static Distribution exponential(Duration mean);
  /// Every nanosecond from `low` to `high`, both included, is equally likely.
  static Distribution uniform(Duration low, Duration high);
  /// `mean` and `cv` (standard deviation over mean) of the duration itself, not of its logarithm.
  static Distribution lognormal(Duration mean, double cv);
  /// `mean` and `sd` of the normal distribution, truncated below zero: see mean().
  static Distribution normal(Duration mean, Duration sd);
  /// The sum of `k` exponential phases, `mean` in all.
  static Distribution erlang(int k, Duration mean);
  static Distribution gamma(double shape, Duration mean);
  static Distribution weibull(double shape, Duration scale);
  static Distribution pareto(double shape, Duration minimum);
  /// Each of the values is equally likely; one that appears twice is twice as likely.
  static Distribution empirical(std::vector<Duration> values);

  /// By the name and parameters of the scenario format, e.g. `lognormal(mean=50us, cv=2)`. Positional arguments come
  /// in the order of the factories. The error is a sentence for the user. `empirical` takes its values as arguments.
  static std::expected<Distribution, std::string> make(std::string_view name,
                                                       std::span<const DistributionArgument> arguments);
  /// The names that make() knows.
  static std::span<const std::string_view> names();

  Duration sample(RandomStream& random) const;
  /// The expectation of sample(): of the truncated normal, and of the Pareto distribution capped at kLongest.
  Duration mean() const;
  bool is_constant() const;
  /// As a scenario file writes it: `exp(mean=1s)`; a constant is only its duration.
  std::string to_string() const;

  friend bool operator==(const Distribution& a, const Distribution& b);

 private:
  enum class Kind : std::uint8_t {
    constant,
    exponential,
    uniform,
    lognormal,
    normal,
    erlang,
    gamma,
    weibull,
    pareto,
    empirical,
  };
  Distribution(Kind kind, Duration first, Duration second, double shape);

  double sample_nanoseconds(RandomStream& random) const;

  Kind kind_ = Kind::constant;
  Duration first_{};     // the mean, scale, minimum, lower end
  Duration second_{};    // the upper end, standard deviation
  double shape_ = 0.0;   // cv, k, shape
  double factor_ = 0.0;  // what sampling needs of them, computed once
  double exponent_ = 0.0;
  std::shared_ptr<const std::vector<Duration>> values_;
};

}  // namespace spawnpoint
