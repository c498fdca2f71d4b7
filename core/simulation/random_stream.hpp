// SPDX-License-Identifier: GPL-3.0-or-later
// Random numbers in named streams that are independent of each other, and the same on every machine and compiler.
//
// A stream belongs to (seed, name, replication, entity). Drawing more from one leaves all others as they were, so two
// configurations can be compared under the same arrivals and the same service times.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace spawnpoint {

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a random function of a
/// 128-bit counter under a 64-bit key, with no state at all.
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) noexcept {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  return counter;
}

/// The upper 53 bits as a number in [0, 1).
constexpr double to_unit_interval(std::uint64_t bits) noexcept {
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

/// What the streams of all entities under one name have in common.
class StreamKey {
 public:
  constexpr StreamKey(std::uint64_t seed, std::string_view name, std::uint64_t replication = 0) noexcept
      : value_{mix(mix(mix(seed) ^ hash(name)) ^ replication)} {}

  /// Draw number `index` of the entity's own table of random numbers: needs no stream, so any job's luck is known
  /// without that of the jobs before it. Independent of the entity's RandomStream.
  constexpr std::uint64_t at(std::uint64_t entity, std::uint64_t index) const noexcept {
    return block(entity, kTableBlocks | index)[0];
  }

 private:
  friend class RandomStream;
  static constexpr std::uint64_t kTableBlocks = std::uint64_t{1} << 63;

  constexpr std::array<std::uint64_t, 2> block(std::uint64_t entity, std::uint64_t index) const noexcept {
    const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
    const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
    const auto out = philox4x32({low(index), high(index), low(entity), high(entity)}, {low(value_), high(value_)});
    return {out[0] | std::uint64_t{out[1]} << 32, out[2] | std::uint64_t{out[3]} << 32};
  }

  /// SplitMix64's output function (Steele, Lea, Flood, OOPSLA 2014): a bijection, so no key is lost.
  static constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    x += 0x9E3779B97F4A7C15;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return x ^ x >> 31;
  }
  /// FNV-1a.
  static constexpr std::uint64_t hash(std::string_view text) noexcept {
    std::uint64_t h = 0xCBF29CE484222325;
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    return h;
  }

  std::uint64_t value_;
};

/// One stream: xoshiro256++ 1.0 (Blackman, Vigna, ACM TOMS 47, 2021), its state taken from Philox.
class RandomStream {
 public:
  explicit constexpr RandomStream(StreamKey key, std::uint64_t entity = 0) noexcept {
    const auto a = key.block(entity, 0);
    const auto b = key.block(entity, 1);
    state_ = {a[0], a[1], b[0], b[1]};
    if ((a[0] | a[1] | b[0] | b[1]) == 0) state_[0] = 1;  // the one state that xoshiro never leaves
  }
  constexpr RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t replication = 0,
                         std::uint64_t entity = 0) noexcept
      : RandomStream{StreamKey{seed, name, replication}, entity} {}

  /// 64 random bits.
  constexpr std::uint64_t next() noexcept {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// In [0, 1), a multiple of 2^-53.
  constexpr double uniform() noexcept { return to_unit_interval(next()); }

  /// In [0, bound), each equally likely (Lemire, ACM TOMACS 29, 2019). `bound` is positive.
  constexpr std::uint64_t below(std::uint64_t bound) noexcept {
    __extension__ using Wide = unsigned __int128;
    Wide product = Wide{next()} * bound;
    if (static_cast<std::uint64_t>(product) < bound) {
      const std::uint64_t unfair = (0 - bound) % bound;
      while (static_cast<std::uint64_t>(product) < unfair) product = Wide{next()} * bound;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

/// Draw number `index` of (seed, stream, entity) with no state: see StreamKey::at.
constexpr std::uint64_t sample_at(std::uint64_t seed, std::string_view stream, std::uint64_t entity,
                                  std::uint64_t index = 0) noexcept {
  return StreamKey{seed, stream}.at(entity, index);
}

}  // namespace spawnpoint
