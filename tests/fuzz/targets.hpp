// SPDX-License-Identifier: GPL-3.0-or-later
// What reads input from outside, each as a function of bytes that must come to an end whatever they are. The tests feed
// them a sample; ./run soak feeds them to libFuzzer for hours.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spawnpoint::fuzz {

struct Target {
  std::string_view name;
  std::string_view reads;  ///< For the summary.
  /// Throws std::logic_error where what comes out contradicts itself.
  void (*feed)(std::string_view input);
  /// What it begins with, from the gallery, the bad files and records of its own.
  std::vector<std::string> (*seeds)();
};

std::span<const Target> targets();
const Target* find_target(std::string_view name);

}  // namespace spawnpoint::fuzz
