// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/statistics/least_squares.hpp"

#include <array>
#include <cmath>

#include "tests/catch.hpp"

using namespace spawnpoint;

TEST_CASE("a line through measured resident sets gives a thread's memory and its interval") {
  // Resident KiB of a C program by its idle threads; slope and interval were computed with other software.
  constexpr std::array<std::array<double, 2>, 5> measured{
      {{0, 1420}, {100, 2320}, {1000, 9768}, {10000, 84296}, {31906, 265836}}};
  LeastSquares line(2);
  for (const auto& [threads, resident] : measured) line.add(std::array{1.0, threads}, resident);
  const LeastSquaresFit fit = line.fit(0.95);
  REQUIRE(fit.coefficients.size() == 2);
  CHECK(fit.rank == 2);
  const ConfidenceInterval& slope = fit.coefficients[1];
  CHECK(slope.mean == Approx(8.28592).margin(0.000005));
  CHECK(slope.low() == Approx(8.28188).margin(0.000005));
  CHECK(slope.high() == Approx(8.28997).margin(0.000005));
}

TEST_CASE("exact observations give their coefficients back, whatever their weights") {
  LeastSquares plane(3);
  for (int i = 0; i < 12; ++i) {
    const std::array<double, 3> x{1.0, static_cast<double>(i), 1000.0 * (i % 3)};
    plane.add(x, 7.0 + 0.25 * x[1] - 3e-4 * x[2], 1.0 + i);
  }
  const LeastSquaresFit fit = plane.fit();
  CHECK(fit.coefficients[0].mean == Approx(7.0));
  CHECK(fit.coefficients[1].mean == Approx(0.25));
  CHECK(fit.coefficients[2].mean == Approx(-3e-4));
  CHECK(fit.residual_deviation < 1e-9);
}

TEST_CASE("a weighted mean is the least-squares fit of a constant") {
  // Weights 1 and 3: (1 x 10 + 3 x 20) / 4 = 17.5; sigma^2 = 1 x 7.5^2 + 3 x 2.5^2 = 75, so its deviation is
  // sqrt(75 / 4), and t for one degree of freedom 12.7062.
  LeastSquares constant(1);
  constant.add(std::array{1.0}, 10.0, 1.0);
  constant.add(std::array{1.0}, 20.0, 3.0);
  const LeastSquaresFit fit = constant.fit();
  CHECK(fit.coefficients[0].mean == Approx(17.5));
  CHECK(fit.coefficients[0].half_width == Approx(12.7062 * std::sqrt(75.0 / 4)).epsilon(1e-5));
}

TEST_CASE("coefficients that only a sum is known of share it, and are said not to be told apart") {
  LeastSquares sums(3);
  for (int i = 0; i < 4; ++i) sums.add(std::array{1.0, 1.0, 0.0}, 10.0);
  for (int i = 0; i < 4; ++i) sums.add(std::array{0.0, 0.0, 1.0}, 3.0);
  const LeastSquaresFit fit = sums.fit();
  CHECK(fit.rank == 2);
  CHECK(fit.coefficients[0].mean == Approx(5.0));
  CHECK(fit.coefficients[1].mean == Approx(5.0));
  CHECK(fit.coefficients[2].mean == Approx(3.0));
  CHECK_FALSE(fit.told_apart[0]);
  CHECK_FALSE(fit.told_apart[1]);
  CHECK(fit.told_apart[2]);
}

TEST_CASE("as many coefficients as observations leave nothing to trust them by") {
  LeastSquares line(2);
  line.add(std::array{1.0, 0.0}, 1.0);
  line.add(std::array{1.0, 1.0}, 3.0);
  const LeastSquaresFit fit = line.fit();
  CHECK(fit.coefficients[1].mean == Approx(2.0));
  CHECK(std::isinf(fit.coefficients[1].half_width));
}
