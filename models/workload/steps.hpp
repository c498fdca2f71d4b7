// SPDX-License-Identifier: GPL-3.0-or-later
// The steps of a job: what each does in a world, and what others must know about it. A new step is a kind and a row
// here; one that no world can do yet needs its function in each of them, too (models/world/world.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "core/trace/trace.hpp"
#include "core/units.hpp"

namespace spawnpoint {

/// In the order of the rows.
enum class StepKind : std::uint8_t { sleep, block, cpu };

struct StepTraits {
  StepKind kind;
  std::string_view name;     ///< As scenario files write it.
  std::string_view example;  ///< How long, in examples: { sleep = "1s" }.
  std::string_view help;
  JobState shown;  ///< What the timeline shows of a job meanwhile.
};

namespace steps {

struct Sleep {
  static constexpr StepTraits traits{.kind = StepKind::sleep,
                                     .name = "sleep",
                                     .example = "1s",
                                     .help =
                                         "waits on a timer; holds no thread if the concurrency model can do "
                                         "without one",
                                     .shown = JobState::waiting};
  template <class W>
  static typename W::Wait perform(W& world, Duration duration) {
    return world.sleep(duration);
  }
};

struct Block {
  static constexpr StepTraits traits{.kind = StepKind::block,
                                     .name = "block",
                                     .example = "1s",
                                     .help = "waits and holds its thread, as a blocking call in an async function does",
                                     .shown = JobState::blocked};
  template <class W>
  static typename W::Wait perform(W& world, Duration duration) {
    return world.block(duration);
  }
};

struct Cpu {
  static constexpr StepTraits traits{
      .kind = StepKind::cpu, .name = "cpu", .example = "1ms", .help = "computes", .shown = JobState::running};
  template <class W>
  static typename W::Wait perform(W& world, Duration duration) {
    return world.compute(duration);
  }
};

using Rows = std::tuple<Sleep, Block, Cpu>;
inline constexpr std::size_t kCount = std::tuple_size_v<Rows>;

/// What a step does in world W, for `duration`.
template <class W, std::size_t row = 0>
typename W::Wait perform(W& world, StepKind kind, Duration duration) {
  using Row = std::tuple_element_t<row, Rows>;
  if constexpr (row + 1 < kCount) {
    if (kind != Row::traits.kind) return perform<W, row + 1>(world, kind, duration);
  }
  return Row::perform(world, duration);
}

}  // namespace steps

inline constexpr auto kSteps = []<class... Row>(const std::tuple<Row...>*) {
  return std::array{Row::traits...};
}(static_cast<const steps::Rows*>(nullptr));
static_assert(
    [] {
      for (std::size_t row = 0; row < kSteps.size(); ++row)
        if (static_cast<std::size_t>(kSteps[row].kind) != row) return false;
      return true;
    }(),
    "the kinds are in the order of the rows");

/// As files write them.
inline constexpr auto kStepNames = [] {
  std::array<std::string_view, kSteps.size()> names;
  for (std::size_t row = 0; row < names.size(); ++row) names[row] = kSteps[row].name;
  return names;
}();

constexpr const StepTraits& traits_of(StepKind kind) {
  return kSteps[static_cast<std::size_t>(kind)];
}

}  // namespace spawnpoint
