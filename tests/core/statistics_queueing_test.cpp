// SPDX-License-Identifier: GPL-3.0-or-later
// Queueing theory against published values.
#include <cmath>
#include <vector>

#include "core/statistics/queueing.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;

TEST_CASE("Erlang B and C have the values of the tables", "[statistics]") {
  CHECK(queueing::erlang_b(10, 8) == Approx(0.1216611).margin(5e-8));
  CHECK(queueing::erlang_c(10, 8) == Approx(0.4091802).margin(5e-8));
  CHECK(queueing::erlang_b(100, 90) == Approx(0.0269574).margin(5e-8));
  CHECK(queueing::erlang_c(100, 90) == Approx(0.2169405).margin(5e-8));
  CHECK(queueing::erlang_c(2, 3) == 1.0);
  CHECK(queueing::erlang_b(100'000, 99'000) > 0.0);
  CHECK(queueing::erlang_b(0, 5) == 1.0);
}

TEST_CASE("M/M/c waits as Erlang says", "[statistics]") {
  const auto slow = queueing::mmc(0.35, 10, 4).value();
  CHECK(slow.wait == Approx(14.7572).margin(5e-5));
  CHECK(slow.response == Approx(24.7572).margin(5e-5));
  CHECK(slow.queue_length == Approx(5.1650).margin(5e-5));
  CHECK(slow.in_system == Approx(8.6650).margin(5e-5));
  CHECK(slow.waiting_chance == Approx(0.737861).margin(5e-7));
  const auto three = queueing::mmc(2, 1, 3).value();
  CHECK(three.waiting_chance == Approx(4.0 / 9));
  CHECK(three.response == Approx(1.44444).margin(5e-6));
  CHECK(three.in_system == Approx(2.88889).margin(5e-6));
  CHECK(queueing::mmc(3.6, 1, 4)->wait == Approx(1.96938).margin(5e-6));
  CHECK(queueing::mmc(0.8, 1, 1)->wait == Approx(4.0));
  CHECK_FALSE(queueing::mmc(4, 1, 4));
}

TEST_CASE("M/M/c/K loses customers who find it full", "[statistics]") {
  const auto s = queueing::mmck(1.5, 1, 2, 4);
  const std::vector<double> states{0.196018, 0.294028, 0.220521, 0.165391, 0.124043};
  REQUIRE(s.states.size() == states.size());
  for (std::size_t i = 0; i < states.size(); ++i) CHECK(s.states[i] == Approx(states[i]).margin(5e-7));
  CHECK(s.in_system == Approx(1.727412).margin(5e-7));
  CHECK(s.response == Approx(1.314685).margin(5e-7));
  CHECK(s.loss_chance == s.states.back());
  // With no room to wait it is Erlang's loss system, with much room it is M/M/c.
  CHECK(queueing::mmck(8, 1, 10, 10).loss_chance == Approx(queueing::erlang_b(10, 8)));
  CHECK(queueing::mmck(2, 1, 3, 500).wait == Approx(queueing::mmc(2, 1, 3)->wait));
  CHECK(queueing::mmck(2, 1, 3, 500).waiting_chance == Approx(4.0 / 9));
  CHECK(queueing::mmck(500, 1, 3, 1000).throughput == Approx(3.0));
}

TEST_CASE("a single server waits half as long where every service takes the same", "[statistics]") {
  CHECK(queueing::md1(0.8, 1)->wait == Approx(2.0));
  CHECK(queueing::mg1(0.8, 1, 1.0)->wait == Approx(4.0));
  CHECK(queueing::mg1(0.8, 1, 1.0)->in_system == Approx(queueing::mmc(0.8, 1, 1)->in_system));
  CHECK_FALSE(queueing::md1(1.0, 1.0));
}

TEST_CASE("a closed system has the values of the machine repair model", "[statistics]") {
  const auto s = queueing::closed(4, 1, 1, 2);
  CHECK(s.throughput == Approx(1.7));
  CHECK(s.response == Approx(1.352941).margin(5e-7));
  const std::vector<double> states{0.05, 0.2, 0.3, 0.3, 0.15};
  REQUIRE(s.states.size() == states.size());
  for (std::size_t i = 0; i < states.size(); ++i) CHECK(s.states[i] == Approx(states[i]));
  CHECK(queueing::closed(1, 3, 1, 1).waiting_chance == 0.0);
  CHECK(queueing::closed(10'000, 100, 1, 50).throughput == Approx(50.0));
}
