// SPDX-License-Identifier: GPL-3.0-or-later
// Statistics against textbook values and against the long way round.
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/simulation/random_stream.hpp"
#include "core/simulation/variates.hpp"
#include "core/statistics/batch_means.hpp"
#include "core/statistics/quantile_sketch.hpp"
#include "core/statistics/tally.hpp"
#include "core/statistics/time_weighted.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

TEST_CASE("Student's t has the values of the tables", "[statistics]") {
  CHECK(student_t(0.95, 1) == Approx(12.7062047362).epsilon(1e-10));
  CHECK(student_t(0.95, 2) == Approx(4.30265272975).epsilon(1e-10));
  CHECK(student_t(0.95, 9) == Approx(2.26215716280).epsilon(1e-10));
  CHECK(student_t(0.95, 19) == Approx(2.09302405441).epsilon(1e-10));
  CHECK(student_t(0.99, 19) == Approx(2.86093460647).epsilon(1e-10));
  CHECK(student_t(0.90, 30) == Approx(1.69726088659).epsilon(1e-10));
  CHECK(student_t(0.95, 1e5 - 1) == Approx(student_t(0.95, 1e5 + 1)).epsilon(1e-9));
  CHECK(student_t(0.95, 1e9) == Approx(1.95996398454).epsilon(1e-8));
}

TEST_CASE("a tally gives mean, variance and their interval", "[statistics]") {
  Tally tally;
  CHECK(tally.count() == 0);
  CHECK(std::isinf(tally.confidence_interval().half_width));
  for (const double x : {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}) tally.add(x);
  CHECK(tally.mean() == Approx(5.0));
  CHECK(tally.variance() == Approx(32.0 / 7));
  CHECK(tally.minimum() == 2.0);
  CHECK(tally.maximum() == 9.0);
  const ConfidenceInterval interval = tally.confidence_interval();
  CHECK(interval.half_width == Approx(2.364624251 * std::sqrt(32.0 / 7 / 8)));
  CHECK(interval.contains(5.0));
  CHECK_FALSE(interval.contains(interval.high() + 1e-9));
}

TEST_CASE("merged tallies are those of all observations", "[statistics]") {
  REQUIRE(rc::check([](const std::vector<std::int16_t>& xs, const std::vector<std::int16_t>& ys) {
    Tally a, b, all;
    for (const double x : xs) a.add(x), all.add(x);
    for (const double y : ys) b.add(y), all.add(y);
    a.merge(b);
    RC_ASSERT(a.count() == all.count());
    RC_ASSERT(std::abs(a.mean() - all.mean()) <= 1e-9 * (1 + std::abs(all.mean())));
    RC_ASSERT(std::abs(a.variance() - all.variance()) <= 1e-9 * (1 + all.variance()));
    RC_ASSERT(a.minimum() == all.minimum());
    RC_ASSERT(a.maximum() == all.maximum());
  }));
}

TEST_CASE("a time-weighted mean weighs each value by how long it lasted", "[statistics]") {
  TimeWeighted length;
  length.set(Instant{1s}, 3);
  length.add(Instant{3s}, -2);
  length.set(Instant{3s}, 5);
  length.set(Instant{3s}, 1);
  CHECK(length.mean(Instant{4s}) == Approx((0.0 * 1 + 3.0 * 2 + 1.0 * 1) / 4));
  CHECK(length.maximum() == 5);
  length.restart(Instant{4s});
  CHECK(length.mean(Instant{4s}) == 1.0);
  CHECK(length.mean(Instant{14s}) == Approx(1.0));
  CHECK(length.maximum() == 1);
}

TEST_CASE("a time-weighted mean of large counts over a long time loses nothing", "[statistics]") {
  constexpr std::int64_t kMany = 1'000'000'000'000;
  constexpr std::int64_t kChanges = 1'000;
  constexpr Duration kMonth = std::chrono::hours{24 * 30};
  TimeWeighted bytes{Instant{}, kMany};
  // In floating point each of these nanoseconds would be lost next to the months.
  for (std::int64_t i = 0; i < kChanges; ++i) {
    bytes.set(Instant{i * kMonth}, kMany);
    bytes.set(Instant{i * kMonth + Duration{1}}, 0);
  }
  const Duration all = kChanges * kMonth;
  const double expected = static_cast<double>(kMany) * kChanges / static_cast<double>(all.count());
  CHECK(bytes.mean(Instant{all}) == Approx(expected).epsilon(1e-12));
}

TEST_CASE("batch means cover the true mean of a correlated series as often as they say", "[statistics]") {
  // An autoregressive series x' = 0.9 x + noise has mean 0; an interval that took its values for independent would be
  // sqrt(19) times too short and would cover it in one case of three.
  constexpr int kRuns = 400;
  int covered = 0;
  int covered_naively = 0;
  for (int run = 0; run < kRuns; ++run) {
    RandomStream stream{11, "batches", static_cast<std::uint64_t>(run)};
    BatchMeans batches;
    Tally naive;
    double x = standard_normal(stream) / std::sqrt(1 - 0.81);
    for (int i = 0; i < 20'000; ++i) {
      x = 0.9 * x + standard_normal(stream);
      batches.add(x);
      naive.add(x);
    }
    covered += batches.confidence_interval().contains(0.0);
    covered_naively += naive.confidence_interval().contains(0.0);
    CHECK(batches.mean() == Approx(naive.mean()));
    CHECK(batches.means().size() >= 20);
    CHECK(batches.means().size() < 40);
  }
  CHECK(covered > 0.91 * kRuns);  // 95% less four standard deviations
  CHECK(covered_naively < 0.5 * kRuns);
}

TEST_CASE("batches that are too short are seen in their correlation", "[statistics]") {
  BatchMeans independent;
  BatchMeans trend;
  RandomStream stream{12, "correlation"};
  for (int i = 0; i < 4000; ++i) {
    independent.add(stream.uniform());
    trend.add(i + stream.uniform());
  }
  CHECK(std::abs(independent.correlation()) < 0.5);
  CHECK(trend.correlation() > 0.8);
}

TEST_CASE("sketched quantiles are within their promised error", "[statistics]") {
  REQUIRE(rc::check([](const std::vector<std::uint32_t>& raw) {
    if (raw.empty()) return;
    QuantileSketch sketch;
    std::vector<double> values;
    for (const std::uint32_t r : raw) {
      values.push_back(r % 3 == 0 ? 0.0 : std::ldexp(r, static_cast<int>(r % 64) - 40));
      sketch.add(values.back());
    }
    std::sort(values.begin(), values.end());
    for (const double p : {0.0, 0.1, 0.5, 0.9, 0.99, 1.0}) {
      const auto rank = std::max(1.0, std::ceil(p * static_cast<double>(values.size())));
      const double exact = values[static_cast<std::size_t>(rank) - 1];
      RC_ASSERT(std::abs(sketch.quantile(p) - exact) <= QuantileSketch::kRelativeError * exact);
    }
    RC_ASSERT(sketch.quantile(0) == values.front());
    RC_ASSERT(sketch.quantile(1) == values.back());
  }));
}

TEST_CASE("merged sketches are those of all values, in any order", "[statistics]") {
  RandomStream stream{13, "sketch"};
  QuantileSketch all, a, b;
  for (int i = 0; i < 10'000; ++i) {
    const double x = standard_exponential(stream);
    all.add(x);
    (i % 3 == 0 ? a : b).add(x);
  }
  b.merge(a);
  b.merge(QuantileSketch{});
  CHECK(b.count() == 10'000);
  for (double p = 0; p <= 1; p += 0.01) CHECK(b.quantile(p) == all.quantile(p));
  CHECK(all.quantile(0.5) == Approx(std::log(2)).epsilon(0.05));
  CHECK(std::isnan(QuantileSketch{}.quantile(0.5)));
  CHECK_THROWS(all.add(-1.0));
  CHECK_THROWS(all.add(std::nan("")));
}
