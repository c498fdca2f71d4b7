// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulation/distribution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <stdexcept>

#include "core/numeric/portable_math.hpp"
#include "core/simulation/variates.hpp"
#include "core/text/time_units.hpp"

namespace spawnpoint {
namespace {

constexpr int kPhasesToAddUp = 16;  // an Erlang variate of more phases is cheaper as a gamma variate

double nanoseconds(Duration d) {
  return static_cast<double>(d.count());
}

Duration rounded(double nanoseconds) {
  constexpr auto kMost = static_cast<double>(Distribution::kLongest.count());
  if (!(nanoseconds < kMost)) return Distribution::kLongest;
  return Duration{static_cast<Duration::rep>(nanoseconds + 0.5)};
}

void require(bool condition, std::string_view otherwise) {
  if (!condition) throw std::invalid_argument{std::string{otherwise}};
}

void require_duration(Duration d, std::string_view what) {
  require(d >= Duration::zero(), fmt::format("{} must not be negative", what));
  require(d <= Distribution::kLongest, fmt::format("{} must be at most 100 years", what));
}

void require_positive(double x, std::string_view what) {
  require(x > 0.0 && x < std::numeric_limits<double>::infinity(), fmt::format("{} must be positive", what));
}

struct Parameter {
  std::string_view name;
  bool is_duration;
};

struct Family {
  std::string_view name;
  std::vector<Parameter> parameters;
  Distribution (*make)(std::span<const std::variant<Duration, double>>);
};

Duration duration(const std::variant<Duration, double>& value) {
  return std::get<Duration>(value);
}
double number(const std::variant<Duration, double>& value) {
  return std::get<double>(value);
}

int phases(double k) {
  require(k >= 1.0 && k <= 1e6 && k == std::floor(k), "k must be a whole number from 1 to 1000000");
  return static_cast<int>(k);
}

// `empirical` takes any number of arguments and is not in the table.
const std::vector<Family>& families() {
  static const std::vector<Family> table{
      {"constant", {{"value", true}}, [](auto v) { return Distribution::constant(duration(v[0])); }},
      {"exp", {{"mean", true}}, [](auto v) { return Distribution::exponential(duration(v[0])); }},
      {"uniform",
       {{"low", true}, {"high", true}},
       [](auto v) { return Distribution::uniform(duration(v[0]), duration(v[1])); }},
      {"lognormal",
       {{"mean", true}, {"cv", false}},
       [](auto v) { return Distribution::lognormal(duration(v[0]), number(v[1])); }},
      {"normal",
       {{"mean", true}, {"sd", true}},
       [](auto v) { return Distribution::normal(duration(v[0]), duration(v[1])); }},
      {"erlang",
       {{"k", false}, {"mean", true}},
       [](auto v) { return Distribution::erlang(phases(number(v[0])), duration(v[1])); }},
      {"gamma",
       {{"shape", false}, {"mean", true}},
       [](auto v) { return Distribution::gamma(number(v[0]), duration(v[1])); }},
      {"weibull",
       {{"shape", false}, {"scale", true}},
       [](auto v) { return Distribution::weibull(number(v[0]), duration(v[1])); }},
      {"pareto",
       {{"shape", false}, {"minimum", true}},
       [](auto v) { return Distribution::pareto(number(v[0]), duration(v[1])); }},
  };
  return table;
}

std::string signature(const Family& family) {
  std::string text{family.name};
  std::string_view before = "(";
  for (const Parameter& p : family.parameters) {
    fmt::format_to(std::back_inserter(text), "{}{}", before, p.name);
    before = ", ";
  }
  return text + ")";
}

std::expected<std::vector<std::variant<Duration, double>>, std::string> match_arguments(
    const Family& family, std::span<const DistributionArgument> arguments) {
  const auto& parameters = family.parameters;
  std::vector<std::variant<Duration, double>> values(parameters.size());
  std::vector<bool> given(parameters.size());
  std::size_t position = 0;
  for (const DistributionArgument& argument : arguments) {
    std::size_t i = position;
    if (argument.name.empty()) {
      if (position++ >= parameters.size()) {
        return std::unexpected{fmt::format("too many arguments: it is {}", signature(family))};
      }
    } else {
      const auto found = std::find_if(parameters.begin(), parameters.end(),
                                      [&](const Parameter& p) { return p.name == argument.name; });
      if (found == parameters.end()) {
        return std::unexpected{fmt::format("no parameter '{}': it is {}", argument.name, signature(family))};
      }
      i = static_cast<std::size_t>(found - parameters.begin());
    }
    if (given[i]) return std::unexpected{fmt::format("'{}' is given twice", parameters[i].name)};
    if (std::holds_alternative<Duration>(argument.value) != parameters[i].is_duration) {
      return std::unexpected{
          fmt::format("'{}' must be {}", parameters[i].name,
                      parameters[i].is_duration ? "a duration, e.g. 10ms" : "a number with no unit")};
    }
    given[i] = true;
    values[i] = argument.value;
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!given[i])
      return std::unexpected{fmt::format("'{}' is missing: it is {}", parameters[i].name, signature(family))};
  }
  return values;
}

}  // namespace

Distribution::Distribution(Kind kind, Duration first, Duration second, double shape)
    : kind_{kind}, first_{first}, second_{second}, shape_{shape} {}

Distribution Distribution::constant(Duration value) {
  require_duration(value, "a duration");
  return {Kind::constant, value, {}, 0.0};
}

Distribution Distribution::exponential(Duration mean) {
  require_duration(mean, "the mean");
  return {Kind::exponential, mean, {}, 0.0};
}

Distribution Distribution::uniform(Duration low, Duration high) {
  require_duration(low, "the lower end");
  require_duration(high, "the upper end");
  require(low <= high, "the lower end must not be above the upper end");
  return {Kind::uniform, low, high, 0.0};
}

Distribution Distribution::lognormal(Duration mean, double cv) {
  require_duration(mean, "the mean");
  require(cv >= 0.0 && cv <= 1e6, "cv must be from 0 to 1000000");
  Distribution d{Kind::lognormal, mean, {}, cv};
  const double variance = portable::log(1.0 + cv * cv);
  d.factor_ = nanoseconds(mean) * portable::exp(-0.5 * variance);
  d.exponent_ = std::sqrt(variance);
  return d;
}

Distribution Distribution::normal(Duration mean, Duration sd) {
  require_duration(mean, "the mean");
  require_duration(sd, "sd");
  return {Kind::normal, mean, sd, 0.0};
}

Distribution Distribution::erlang(int k, Duration mean) {
  require_duration(mean, "the mean");
  require(k >= 1, "k must be at least 1");
  Distribution d{Kind::erlang, mean, {}, static_cast<double>(k)};
  d.factor_ = nanoseconds(mean) / k;
  return d;
}

Distribution Distribution::gamma(double shape, Duration mean) {
  require_duration(mean, "the mean");
  require_positive(shape, "the shape");
  Distribution d{Kind::gamma, mean, {}, shape};
  d.factor_ = nanoseconds(mean) / shape;
  return d;
}

Distribution Distribution::weibull(double shape, Duration scale) {
  require_duration(scale, "the scale");
  require_positive(shape, "the shape");
  Distribution d{Kind::weibull, scale, {}, shape};
  d.exponent_ = 1.0 / shape;
  return d;
}

Distribution Distribution::pareto(double shape, Duration minimum) {
  require_duration(minimum, "the minimum");
  require_positive(shape, "the shape");
  Distribution d{Kind::pareto, minimum, {}, shape};
  d.exponent_ = 1.0 / shape;
  return d;
}

Distribution Distribution::empirical(std::vector<Duration> values) {
  require(!values.empty(), "an empirical distribution needs at least one value");
  for (const Duration value : values) require_duration(value, "a value");
  Distribution d{Kind::empirical, {}, {}, 0.0};
  d.values_ = std::make_shared<const std::vector<Duration>>(std::move(values));
  return d;
}

std::expected<Distribution, std::string> Distribution::make(std::string_view name,
                                                            std::span<const DistributionArgument> arguments) {
  try {
    if (name == "empirical") {
      std::vector<Duration> values;
      for (const DistributionArgument& argument : arguments) {
        if (!argument.name.empty() || !std::holds_alternative<Duration>(argument.value)) {
          return std::unexpected{std::string{"empirical takes durations: empirical(10ms, 12ms, 30ms)"}};
        }
        values.push_back(duration(argument.value));
      }
      return empirical(std::move(values));
    }
    for (const Family& family : families()) {
      if (family.name != name) continue;
      const auto values = match_arguments(family, arguments);
      if (!values) return std::unexpected{fmt::format("{}: {}", name, values.error())};
      return family.make(*values);
    }
  } catch (const std::invalid_argument& error) {
    return std::unexpected{fmt::format("{}: {}", name, error.what())};
  }
  return std::unexpected{fmt::format("no distribution is called '{}'; there are {}", name, fmt::join(names(), ", "))};
}

std::span<const std::string_view> Distribution::names() {
  static const std::vector<std::string_view> all = [] {
    std::vector<std::string_view> list;
    for (const Family& family : families()) list.push_back(family.name);
    list.push_back("empirical");
    return list;
  }();
  return all;
}

Duration Distribution::sample(RandomStream& random) const {
  switch (kind_) {
    case Kind::constant:
      return first_;
    case Kind::uniform:
      return first_ + Duration{static_cast<Duration::rep>(
                          random.below(static_cast<std::uint64_t>((second_ - first_).count()) + 1))};
    case Kind::empirical:
      return (*values_)[random.below(values_->size())];
    case Kind::exponential:
    case Kind::lognormal:
    case Kind::normal:
    case Kind::erlang:
    case Kind::gamma:
    case Kind::weibull:
    case Kind::pareto:
      break;
  }
  return rounded(sample_nanoseconds(random));
}

double Distribution::sample_nanoseconds(RandomStream& random) const {
  const double first = nanoseconds(first_);
  switch (kind_) {
    case Kind::exponential:
      return first * standard_exponential(random);
    case Kind::lognormal:
      return factor_ * portable::exp(exponent_ * standard_normal(random));
    case Kind::normal:
      for (;;) {  // the mean is not negative, so at least every other try is a hit
        const double x = first + nanoseconds(second_) * standard_normal(random);
        if (x >= 0.0) return x;
      }
    case Kind::erlang: {
      if (shape_ > kPhasesToAddUp) return factor_ * standard_gamma(random, shape_);
      double sum = 0.0;
      for (int i = static_cast<int>(shape_); i > 0; --i) sum += standard_exponential(random);
      return factor_ * sum;
    }
    case Kind::gamma:
      return factor_ * standard_gamma(random, shape_);
    case Kind::weibull: {
      const double x = standard_exponential(random);
      return x > 0.0 ? first * portable::pow(x, exponent_) : 0.0;
    }
    case Kind::pareto:
      return first * portable::exp(exponent_ * standard_exponential(random));
    case Kind::constant:
    case Kind::uniform:
    case Kind::empirical:
      break;
  }
  return first;
}

Duration Distribution::mean() const {
  const double first = nanoseconds(first_);
  switch (kind_) {
    case Kind::constant:
    case Kind::exponential:
    case Kind::lognormal:
    case Kind::erlang:
    case Kind::gamma:
      return first_;
    case Kind::uniform:
      return first_ + (second_ - first_) / 2;
    case Kind::normal: {
      if (second_ == Duration::zero()) return first_;
      const double cut = first / nanoseconds(second_);  // how many standard deviations lie between mean and zero
      constexpr double kInverseSqrtTwoPi = 0.39894228040143267794;
      const double density = kInverseSqrtTwoPi * portable::exp(-0.5 * cut * cut);
      return rounded(first + nanoseconds(second_) * density / portable::normal_cdf(cut));
    }
    case Kind::weibull:
      return rounded(first * portable::exp(portable::log_gamma(1.0 + exponent_)));
    case Kind::pareto: {
      // E min(X, c) = m (a - (m/c)^(a-1)) / (a-1), and m (1 + log(c/m)) at a = 1.
      if (first == 0.0) return Duration::zero();
      const double log_ratio = portable::log(nanoseconds(kLongest) / first);
      const double a1 = shape_ - 1.0;
      if (std::abs(a1) < 1e-9) return rounded(first * (1.0 + log_ratio));
      return rounded(first * (shape_ - portable::exp(-a1 * log_ratio)) / a1);
    }
    case Kind::empirical: {
      // Summed as quotient and remainder, so that many long values do not overflow.
      const auto count = static_cast<Duration::rep>(values_->size());
      Duration::rep quotient = 0;
      Duration::rep remainder = 0;
      for (const Duration value : *values_) {
        quotient += value.count() / count;
        remainder += value.count() % count;
        quotient += remainder / count;
        remainder %= count;
      }
      return Duration{quotient};
    }
  }
  return first_;
}

bool Distribution::is_constant() const {
  switch (kind_) {
    case Kind::constant:
      return true;
    case Kind::uniform:
      return first_ == second_;
    case Kind::lognormal:
      return shape_ == 0.0 || first_ == Duration::zero();
    case Kind::normal:
      return second_ == Duration::zero();
    case Kind::empirical:
      return std::all_of(values_->begin(), values_->end(), [&](Duration v) { return v == values_->front(); });
    case Kind::exponential:
    case Kind::erlang:
    case Kind::gamma:
    case Kind::weibull:
    case Kind::pareto:
      break;
  }
  return first_ == Duration::zero();
}

std::string Distribution::to_string() const {
  switch (kind_) {
    case Kind::constant:
      return duration_text(first_);
    case Kind::exponential:
      return fmt::format("exp(mean={})", duration_text(first_));
    case Kind::uniform:
      return fmt::format("uniform(low={}, high={})", duration_text(first_), duration_text(second_));
    case Kind::lognormal:
      return fmt::format("lognormal(mean={}, cv={})", duration_text(first_), shape_);
    case Kind::normal:
      return fmt::format("normal(mean={}, sd={})", duration_text(first_), duration_text(second_));
    case Kind::erlang:
      return fmt::format("erlang(k={}, mean={})", shape_, duration_text(first_));
    case Kind::gamma:
      return fmt::format("gamma(shape={}, mean={})", shape_, duration_text(first_));
    case Kind::weibull:
      return fmt::format("weibull(shape={}, scale={})", shape_, duration_text(first_));
    case Kind::pareto:
      return fmt::format("pareto(shape={}, minimum={})", shape_, duration_text(first_));
    case Kind::empirical: {
      std::vector<std::string> parts;
      for (const Duration value : *values_) parts.push_back(duration_text(value));
      return fmt::format("empirical({})", fmt::join(parts, ", "));
    }
  }
  return {};
}

bool operator==(const Distribution& a, const Distribution& b) {
  if (a.kind_ != b.kind_ || a.first_ != b.first_ || a.second_ != b.second_ || a.shape_ != b.shape_) return false;
  return a.values_ == b.values_ || (a.values_ && b.values_ && *a.values_ == *b.values_);
}

}  // namespace spawnpoint
