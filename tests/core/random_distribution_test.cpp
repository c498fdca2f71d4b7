// SPDX-License-Identifier: GPL-3.0-or-later
// Distributions: their moments against theory, their first samples against fixed numbers.
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/numeric/portable_math.hpp"
#include "core/simulation/distribution.hpp"
#include "core/simulation/variates.hpp"
#include "core/statistics/tally.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

std::string fingerprint(const Distribution& distribution) {
  RandomStream stream{42, "fingerprint"};
  std::string text;
  for (int i = 0; i < 4; ++i) text += std::to_string(distribution.sample(stream).count()) + " ";
  // A long one too, so that the rare branches (tails, rejections) are in it.
  std::uint64_t hash = 0xCBF29CE484222325;
  for (int i = 0; i < 100'000; ++i) {
    hash = (hash ^ static_cast<std::uint64_t>(distribution.sample(stream).count())) * 0x100000001B3;
  }
  return text + std::to_string(hash);
}

double worst_error(double (*ours)(double), double (*theirs)(double), double from, double to, bool relative) {
  double worst = 0;
  constexpr int kSteps = 200'000;
  for (int i = 0; i <= kSteps; ++i) {
    const double x = from + (to - from) * i / kSteps;
    const double expected = theirs(x);
    const double error = std::abs(ours(x) - expected);
    worst = std::max(worst, relative && expected != 0 ? error / std::abs(expected) : error);
  }
  return worst;
}

}  // namespace

TEST_CASE("the portable functions agree with the C library's", "[random]") {
  CHECK(worst_error(portable::log, [](double x) { return std::log(x); }, 1e-9, 3.0, true) < 4e-16);
  CHECK(worst_error(portable::log, [](double x) { return std::log(x); }, 0.999, 1.001, true) < 4e-16);
  CHECK(worst_error([](double x) { return portable::log(std::ldexp(1.37, static_cast<int>(x))); },
                    [](double x) { return std::log(std::ldexp(1.37, static_cast<int>(x))); }, -1021, 1022,
                    true) < 4e-16);
  CHECK(portable::log(1.0) == 0.0);
  CHECK(worst_error(portable::exp, [](double x) { return std::exp(x); }, -700, 700, true) < 4e-16);
  CHECK(worst_error(portable::exp, [](double x) { return std::exp(x); }, -1, 1, true) < 4e-16);
  CHECK(portable::exp(0.0) == 1.0);
  CHECK(portable::exp(-1000.0) == 0.0);
  CHECK(portable::exp(1000.0) == std::numeric_limits<double>::infinity());
  CHECK(worst_error([](double y) { return portable::pow(7.3, y); }, [](double y) { return std::pow(7.3, y); }, -200,
                    200, true) < 1e-13);
  CHECK(worst_error(portable::log_gamma, [](double x) { return std::lgamma(x); }, 3.0, 100.0, true) < 1e-14);
  CHECK(worst_error(portable::log_gamma, [](double x) { return std::lgamma(x); }, 0.001, 3.0, false) < 1e-14);
  CHECK(worst_error(
            portable::normal_cdf, [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }, -8, 8, false) < 1e-15);
  CHECK(worst_error(
            portable::normal_cdf, [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }, -30, -3, true) <
        1e-12);
}

TEST_CASE("the normal quantile inverts the normal distribution", "[random]") {
  for (int i = 1; i < 10'000; ++i) {
    const double p = i / 10'000.0;
    const double x = portable::normal_quantile(p);
    if (std::abs(0.5 * std::erfc(-x / std::sqrt(2.0)) - p) > 1e-15) FAIL(p);
  }
  for (double p = 1e-3; p > 1e-300; p /= 3) {
    const double x = portable::normal_quantile(p);
    if (std::abs(0.5 * std::erfc(-x / std::sqrt(2.0)) / p - 1.0) > 1e-12) FAIL(p);
  }
  CHECK(portable::normal_quantile(0.5) == 0.0);
  CHECK(portable::normal_quantile(0.975) == Approx(1.959963984540054).epsilon(1e-15));
}

TEST_CASE("samples have the mean and the variance that theory gives them", "[random]") {
  struct Case {
    Distribution distribution;
    double mean;
    double variance;
    double kurtosis;  // fourth central moment over the squared variance: how exact a sample variance can be
  };
  const double gamma_1_5 = std::tgamma(1.5);  // Weibull with shape 2
  const double weibull_variance = std::tgamma(2.0) - gamma_1_5 * gamma_1_5;
  // Standard normal given Z > -1.
  const double hazard = std::exp(-0.5) / std::sqrt(2 * M_PI) / (0.5 * std::erfc(-1 / std::sqrt(2.0)));
  const auto test_case = GENERATE_COPY(values<Case>({
      {Distribution::exponential(2s), 2.0, 4.0, 9.0},
      {Distribution::uniform(1s, 3s), 2.0, 4.0 / 12, 1.8},
      {Distribution::lognormal(2s, 0.5), 2.0, 1.0, 9.0},
      {Distribution::normal(10s, 1s), 10.0, 1.0, 3.0},
      {Distribution::normal(1s, 1s), 1.0 + hazard, 1.0 - hazard * 1.0 - hazard * hazard, 4.0},
      {Distribution::erlang(1, 2s), 2.0, 4.0, 9.0},
      {Distribution::erlang(4, 2s), 2.0, 1.0, 4.5},
      {Distribution::erlang(40, 2s), 2.0, 0.1, 3.2},
      {Distribution::gamma(0.5, 2s), 2.0, 8.0, 15.0},
      {Distribution::gamma(2.5, 2s), 2.0, 1.6, 5.4},
      {Distribution::weibull(2.0, 2s), 2.0 * gamma_1_5, 4.0 * weibull_variance, 3.3},
      {Distribution::weibull(1.0, 2s), 2.0, 4.0, 9.0},
      {Distribution::pareto(10.0, 900ms), 1.0, 0.9 * 0.9 * 10 / (81.0 * 8.0), 30.0},
      {Distribution::empirical({1s, 2s, 2s, 3s}), 2.0, 0.5, 2.0},
  }));
  INFO(test_case.distribution.to_string());
  constexpr int kCount = 1'000'000;
  RandomStream stream{2024, "moments"};
  Tally tally;
  for (int i = 0; i < kCount; ++i) tally.add(to_seconds(test_case.distribution.sample(stream)));
  // Four standard errors.
  CHECK(std::abs(tally.mean() - test_case.mean) < 4 * std::sqrt(test_case.variance / kCount));
  CHECK(std::abs(tally.variance() / test_case.variance - 1.0) < 4 * std::sqrt((test_case.kurtosis - 1) / kCount));
  CHECK(to_seconds(test_case.distribution.mean()) == Approx(test_case.mean).epsilon(1e-8));
  CHECK(tally.minimum() >= 0.0);
  CHECK_FALSE(test_case.distribution.is_constant());
}

TEST_CASE("exponential samples follow their distribution function, into the tail", "[random]") {
  RandomStream stream{5, "tail"};
  constexpr int kCount = 4'000'000;
  std::array<int, 13> beyond{};
  for (int i = 0; i < kCount; ++i) {
    const double x = standard_exponential(stream);
    for (std::size_t k = 0; k < beyond.size() && x > static_cast<double>(k); ++k) ++beyond[k];
  }
  for (std::size_t k = 1; k < beyond.size(); ++k) {
    const double expected = kCount * std::exp(-static_cast<double>(k));
    INFO(k);
    CHECK(std::abs(beyond[k] - expected) < 4 * std::sqrt(expected));
  }
}

TEST_CASE("the same stream gives the same durations on every machine", "[random]") {
  CHECK(fingerprint(Distribution::exponential(1s)) == "697040843 88781775 678994679 242721592 3074018214460255559");
  CHECK(fingerprint(Distribution::uniform(500ms, 1500ms)) ==
        "1217647192 646225586 928606566 858682300 7843769133438119278");
  CHECK(fingerprint(Distribution::lognormal(50us, 2.0)) == "46426 5881 17797 14127 14994533062362499062");
  CHECK(fingerprint(Distribution::normal(1ms, 800us)) == "1460693 157792 856062 710413 4397033345602124469");
  CHECK(fingerprint(Distribution::erlang(3, 1s)) == "488272432 557754371 554046355 1126235383 14268328905108298336");
  CHECK(fingerprint(Distribution::gamma(0.7, 1s)) == "247213168 929369586 1029586920 2714378007 546077030245583070");
  CHECK(fingerprint(Distribution::weibull(1.5, 1s)) == "786150119 199013505 772522103 389109895 6155458107877938038");
  CHECK(fingerprint(Distribution::pareto(1.1, 1ms)) == "1884521 1084057 1853856 1246894 6484395859399160998");
  CHECK(fingerprint(Distribution::empirical({1ns, 20ns, 300ns})) == "300 1 20 20 15818593930050825012");
}

TEST_CASE("no sample is negative or beyond the longest duration", "[random]") {
  RandomStream stream{6, "extremes"};
  const std::vector<Distribution> extreme{Distribution::pareto(0.01, 1h),
                                          Distribution::lognormal(Distribution::kLongest, 1e6),
                                          Distribution::weibull(0.05, 24h),
                                          Distribution::exponential(Distribution::kLongest),
                                          Distribution::gamma(0.001, 1h),
                                          Distribution::normal(0s, Distribution::kLongest),
                                          Distribution::erlang(1000, Distribution::kLongest),
                                          Distribution::uniform(0s, Distribution::kLongest)};
  for (const Distribution& distribution : extreme) {
    INFO(distribution.to_string());
    for (int i = 0; i < 10'000; ++i) {
      const Duration d = distribution.sample(stream);
      if (d < 0s || d > Distribution::kLongest) FAIL(d.count());
    }
    CHECK(distribution.mean() >= 0s);
    CHECK(distribution.mean() <= Distribution::kLongest);
  }
  // Half of the mass of this one lies beyond the cap, which its mean knows.
  CHECK(Distribution::pareto(1.0, 1s).mean() > 22s);
  CHECK(Distribution::pareto(1.0, 1s).mean() < 24s);  // 1 s x (1 + log(100 years / 1 s)) = 22.87 s
}

TEST_CASE("a constant is always the same and exact", "[random]") {
  RandomStream stream{7, "constant"};
  const Duration odd{9'007'199'254'740'993};  // 2^53 + 1 has no double
  CHECK(Distribution::constant(odd).sample(stream) == odd);
  CHECK(Distribution::constant(odd).mean() == odd);
  CHECK(Distribution::constant(1s).is_constant());
  CHECK(Distribution{}.sample(stream) == 0s);
  CHECK(Distribution::uniform(2s, 2s).is_constant());
  CHECK(Distribution::exponential(0s).is_constant());
  CHECK(Distribution::exponential(0s).sample(stream) == 0s);
  CHECK(Distribution::lognormal(0s, 2.0).sample(stream) == 0s);
  CHECK(Distribution::lognormal(3s, 0.0).sample(stream) == 3s);
  CHECK(Distribution::normal(3s, 0s).sample(stream) == 3s);
  CHECK(Distribution::weibull(2.0, 0s).sample(stream) == 0s);
}

TEST_CASE("distributions are made from their names and written as they were made", "[random]") {
  using Arguments = std::vector<DistributionArgument>;
  const auto make = [](std::string_view name, const Arguments& arguments) {
    return Distribution::make(name, arguments);
  };
  CHECK(make("exp", {{"mean", 1s}}).value() == Distribution::exponential(1s));
  CHECK(make("uniform", {{"", 500ms}, {"", 1500ms}}).value() == Distribution::uniform(500ms, 1500ms));
  CHECK(make("lognormal", {{"cv", 2.0}, {"mean", 50us}}).value() == Distribution::lognormal(50us, 2.0));
  CHECK(make("erlang", {{"k", 3.0}, {"mean", 1s}}).value().to_string() == "erlang(k=3, mean=1s)");
  CHECK(make("pareto", {{"shape", 1.5}, {"minimum", 1ms}}).value().to_string() == "pareto(shape=1.5, minimum=1ms)");
  CHECK(make("empirical", {{"", 90s}, {"", 1500us}}).value().to_string() == "empirical(90s, 1500us)");
  CHECK(Distribution::constant(3h).to_string() == "3h");
  CHECK(Distribution::constant(0s).to_string() == "0s");
  CHECK(Distribution::normal(1min, 1ns).to_string() == "normal(mean=1min, sd=1ns)");

  CHECK(make("expo", {}).error().find("there are constant, exp, uniform") != std::string::npos);
  CHECK(make("exp", {}).error() == "exp: 'mean' is missing: it is exp(mean)");
  CHECK(make("exp", {{"mean", 1s}, {"", 2s}}).error() == "exp: 'mean' is given twice");
  CHECK(make("exp", {{"", 1s}, {"", 2s}}).error() == "exp: too many arguments: it is exp(mean)");
  CHECK(make("exp", {{"rate", 1.0}}).error() == "exp: no parameter 'rate': it is exp(mean)");
  CHECK(make("exp", {{"mean", 1.0}}).error() == "exp: 'mean' must be a duration, e.g. 10ms");
  CHECK(make("lognormal", {{"mean", 1s}, {"cv", 1s}}).error() == "lognormal: 'cv' must be a number with no unit");
  CHECK(make("uniform", {{"", 2s}, {"", 1s}}).error() == "uniform: the lower end must not be above the upper end");
  CHECK(make("erlang", {{"k", 2.5}, {"mean", 1s}}).error() == "erlang: k must be a whole number from 1 to 1000000");
  CHECK(make("gamma", {{"shape", 0.0}, {"mean", 1s}}).error() == "gamma: the shape must be positive");
  CHECK(make("gamma", {{"shape", std::nan("")}, {"mean", 1s}}).error() == "gamma: the shape must be positive");
  CHECK(make("exp", {{"mean", -1s}}).error() == "exp: the mean must not be negative");
  CHECK(make("empirical", {}).error() == "empirical: an empirical distribution needs at least one value");
  CHECK_THROWS_AS(Distribution::weibull(-1.0, 1s), std::invalid_argument);
}
