// SPDX-License-Identifier: GPL-3.0-or-later
// `[sweep]`: the keys that a failure map varies, and the values that each takes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "models/document/document.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// One axis with the places of its values, so that a value which the key refuses is reported at its place.
struct SweepDraft {
  Sweep sweep;
  std::vector<Place> key_places;                 ///< Parallel to sweep.axes.
  std::vector<std::vector<Place>> value_places;  ///< Of the values to try, parallel to the first of axes[i].values.
  std::vector<std::vector<std::size_t>> to_try;  ///< Indices into axes[i].values: all of a list, the ends of a range.
};

SweepDraft read_sweep(const Node& table, Diagnostics& out);

/// One axis of the sweep as numbers, where its values are such.
struct SweepNumbers {
  enum class Unit : std::uint8_t { none, seconds, bytes };
  Unit unit = Unit::none;
  bool whole = false;  ///< All values are whole numbers.
  std::vector<double> values;
};

/// An axis's values as numbers (seconds, bytes or plain); nothing where one is not a number.
std::optional<SweepNumbers> numbers_of(const SweepAxis& axis);

}  // namespace spawnpoint
