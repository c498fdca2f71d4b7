// SPDX-License-Identifier: GPL-3.0-or-later
// Random streams: reproducible to the bit, and independent of each other.
#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/simulation/random_stream.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;

namespace {

double correlation(RandomStream a, RandomStream b, int lag, int count) {
  for (int i = 0; i < lag; ++i) b.next();
  double sum_a = 0, sum_b = 0, sum_aa = 0, sum_bb = 0, sum_ab = 0;
  for (int i = 0; i < count; ++i) {
    const double x = a.uniform();
    const double y = b.uniform();
    sum_a += x;
    sum_b += y;
    sum_aa += x * x;
    sum_bb += y * y;
    sum_ab += x * y;
  }
  const double n = count;
  return (sum_ab / n - sum_a / n * sum_b / n) /
         std::sqrt((sum_aa / n - sum_a / n * sum_a / n) * (sum_bb / n - sum_b / n * sum_b / n));
}

}  // namespace

TEST_CASE("Philox gives the known answers of its authors", "[random]") {
  // kat_vectors of the Random123 library, philox4x32 with 10 rounds.
  using Four = std::array<std::uint32_t, 4>;
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == Four{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}) == Four{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Four{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream begins the same on every machine", "[random]") {
  RandomStream stream{42, "service", 3, 7};
  const std::array<std::uint64_t, 4> first{stream.next(), stream.next(), stream.next(), stream.next()};
  CHECK(first ==
        std::array<std::uint64_t, 4>{0x3E1824B5DEC510A4, 0xA55C562F88C62E79, 0xE1347F355A17774B, 0xC3A169D21B8BA0CB});
  CHECK(sample_at(42, "service", 7) == 0x1DBD559FC88FBFDE);
  CHECK(sample_at(42, "service", 7, 1) == 0x979049C1E19C28BF);
}

TEST_CASE("the same key gives the same stream, any other key another one", "[random]") {
  std::set<std::uint64_t> firsts;
  int streams = 0;
  for (std::uint64_t seed : {0, 1, 2, 42}) {
    for (const std::string name : {"", "a", "b", "ab", "ba", "arrivals", "service"}) {
      for (std::uint64_t replication = 0; replication < 10; ++replication) {
        for (std::uint64_t entity = 0; entity < 10; ++entity) {
          RandomStream stream{seed, name, replication, entity};
          RandomStream again{StreamKey{seed, name, replication}, entity};
          const std::uint64_t first = stream.next();
          CHECK(first == again.next());
          firsts.insert(first);
          firsts.insert(StreamKey{seed, name, replication}.at(entity, 0));
          ++streams;
        }
      }
    }
  }
  CHECK(firsts.size() == 2U * static_cast<std::size_t>(streams));
}

TEST_CASE("uniform numbers are uniform and lie between 0 and 1, without 1", "[random]") {
  RandomStream stream{1, "uniform"};
  constexpr int kCells = 100;
  constexpr int kCount = 1'000'000;
  std::array<int, kCells> cells{};
  for (int i = 0; i < kCount; ++i) {
    const double u = stream.uniform();
    if (!(u >= 0.0 && u < 1.0)) FAIL("out of range");
    ++cells[static_cast<std::size_t>(u * kCells)];
  }
  double chi_squared = 0;
  for (const int cell : cells) chi_squared += std::pow(cell - kCount / kCells, 2) / (kCount / kCells);
  CHECK(chi_squared < 161.3);  // 99.99% quantile at 99 degrees of freedom
  CHECK(chi_squared > 50.0);
}

TEST_CASE("the first draws of successive entities are uniform too", "[random]") {
  const StreamKey key{7, "jobs"};
  constexpr int kCells = 100;
  constexpr int kCount = 200'000;
  std::array<int, kCells> of_streams{};
  std::array<int, kCells> of_table{};
  for (std::uint64_t entity = 0; entity < kCount; ++entity) {
    ++of_streams[static_cast<std::size_t>(RandomStream{key, entity}.uniform() * kCells)];
    ++of_table[static_cast<std::size_t>(to_unit_interval(key.at(entity, 0)) * kCells)];
  }
  for (const auto& cells : {of_streams, of_table}) {
    double chi_squared = 0;
    for (const int cell : cells) chi_squared += std::pow(cell - kCount / kCells, 2) / (kCount / kCells);
    CHECK(chi_squared < 161.3);
  }
}

TEST_CASE("neighbouring streams are not correlated", "[random]") {
  constexpr int kCount = 100'000;
  const double limit = 4.0 / std::sqrt(kCount);  // four standard deviations of the estimate
  for (int lag : {0, 1, 2}) {
    for (std::uint64_t i = 0; i < 10; ++i) {
      CHECK(std::abs(correlation({1, "a", 0, i}, {1, "a", 0, i + 1}, lag, kCount)) < limit);
      CHECK(std::abs(correlation({1, "a", i, 0}, {1, "a", i + 1, 0}, lag, kCount)) < limit);
      CHECK(std::abs(correlation({i, "a"}, {i + 1, "a"}, lag, kCount)) < limit);
      CHECK(std::abs(correlation({i, "a"}, {i, "b"}, lag, kCount)) < limit);
    }
  }
}

TEST_CASE("whole numbers below a bound are equally likely", "[random]") {
  RandomStream stream{3, "below"};
  std::array<int, 7> counts{};
  for (int i = 0; i < 700'000; ++i) ++counts[stream.below(7)];
  for (const int count : counts) CHECK(std::abs(count - 100'000) < 4 * 293);  // sd = sqrt(n p (1 - p))
  CHECK(stream.below(1) == 0);
  // A bound that does not divide 2^64: half of a naive remainder's results would be twice as likely.
  const std::uint64_t bound = (std::uint64_t{1} << 63) + (std::uint64_t{1} << 62);
  int upper = 0;
  for (int i = 0; i < 100'000; ++i) upper += stream.below(bound) >= bound / 2;
  CHECK(std::abs(upper - 50'000) < 4 * 158);
}
