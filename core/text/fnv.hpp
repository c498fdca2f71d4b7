// SPDX-License-Identifier: GPL-3.0-or-later
// A number that stands for texts: FNV-1a, 64 bits. The same on every machine; not a secret's keeper.
#pragma once

#include <cstdint>
#include <string_view>

namespace spawnpoint {

class Fnv {
 public:
  /// Texts one after the other: "ab", "c" is not "a", "bc".
  void add(std::string_view text) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
    mix(0xFF);  // Not in UTF-8.
  }
  std::uint64_t value() const { return hash_; }

 private:
  void mix(unsigned char byte) { hash_ = (hash_ ^ byte) * 0x100000001B3; }

  std::uint64_t hash_ = 0xCBF29CE484222325;
};

}  // namespace spawnpoint
