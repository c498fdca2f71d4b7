// SPDX-License-Identifier: GPL-3.0-or-later
// Which size of a pool is the best: the smallest that takes no longer than any other, found in a few tries.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/units.hpp"

namespace spawnpoint {

/// How a size is looked for within some work, in RunResult::work.
struct PoolSearch {
  std::int64_t largest = 0;       ///< The largest pool that is tried,
  std::int64_t jobs = 0;          ///< with so many jobs,
  std::uint64_t work_of_all = 0;  ///< which with all of them takes no more than this.
  std::uint64_t tries = 0;        ///< So many pools may be tried.
};

class PoolSizes {
 public:
  /// What a pool of a size takes; nothing where it does not do all its jobs, or where nothing more can be tried.
  using Take = std::function<std::optional<Duration>(std::int64_t size)>;

  explicit PoolSizes(Take take) : take_(std::move(take)) {}

  std::optional<Duration> of(std::int64_t size);
  /// Tries sizes; `cpus` comes first, and where that takes hardly more than `least_seconds`, which no pool can do
  /// without, it is the answer.
  void search(const PoolSearch& plan, std::int64_t cpus, std::optional<double> least_seconds);
  /// The smallest of those tried that is as good as the best of them.
  std::optional<std::int64_t> best() const;

 private:
  std::int64_t largest_that_works(std::int64_t largest);
  void halve(std::int64_t top);
  void fill(std::int64_t top, std::uint64_t tries);

  Take take_;
  std::map<std::int64_t, std::optional<Duration>> tried_;
};

/// For pools of up to `largest` with `jobs` jobs, each of which takes `work_of_job`. Each try with all of very many
/// jobs would take much: a part of them tells the same of sizes, as long as each worker has some. Nothing: what is
/// `left` does not do for all jobs once.
std::optional<PoolSearch> plan_search(std::int64_t largest, std::int64_t jobs, std::int64_t cpus,
                                      std::uint64_t work_of_job, std::uint64_t left);

/// Rounder sizes beside this one, up to `largest`, the roundest first: of 878 they are 900, 800, 850, 880, 870 and 875.
/// None of a power of two, which is as round.
std::vector<std::int64_t> rounder_sizes(std::int64_t size, std::int64_t largest);

}  // namespace spawnpoint
