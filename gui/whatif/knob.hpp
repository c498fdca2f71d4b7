// SPDX-License-Identifier: GPL-3.0-or-later
// Knob: one value of a scenario that can be dragged: its key, its range on a logarithmic scale, its form in the file.
#pragma once

#include <QString>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "models/machine/limit_table.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::gui {

struct Knob {
  QString name;     ///< "Jobs"
  std::string key;  ///< As --set takes it; "run[N].…" is of the run with that number.
  QString help;
  std::int64_t least = 1;
  std::int64_t most = 1;
  bool is_size = false;          ///< Bytes.
  bool may_be_none = false;      ///< Beyond `most`: unlimited.
  const Limit* limit = nullptr;  ///< Its row, where it is a limit of the kernel's.
  std::size_t level = 0;         ///< Of one that several cgroups or user namespaces hold: 0 is the program's own.
};

/// A value; none is "unlimited".
using KnobValue = std::optional<std::int64_t>;

/// Positions of a knob's slider, from 0.
inline constexpr int kKnobSteps = 400;

/// What can be turned on a machine, in the order of the panel: of a limit with several levels each of them. `run`
/// counts from 0.
std::vector<Knob> knobs(std::size_t run, const Machine& machine = {});
/// The knob's value in a scenario.
KnobValue knob_value(const Knob& knob, const Scenario& scenario, std::size_t run);
/// The nearest position. Beyond the last one that stands for a number is the one for "unlimited".
int position_of(const Knob& knob, KnobValue value);
/// A round value: two digits of a count, an eighth of a power of two of bytes.
KnobValue value_at(const Knob& knob, int position);
/// "1,000", "512 KiB", "unlimited".
QString shown_value(const Knob& knob, KnobValue value);
/// What a person typed; the error says what is wrong with it.
std::expected<KnobValue, std::string> typed_value(const Knob& knob, const std::string& text);
/// As --set writes it. Limits that the machine has in several levels keep those of the other ones.
std::string setting_value(const Knob& knob, KnobValue value, const Scenario& scenario);

}  // namespace spawnpoint::gui
