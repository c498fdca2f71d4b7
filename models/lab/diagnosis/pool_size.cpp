// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/pool_size.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace spawnpoint {
namespace {

/// A pool that is slower by no more than this is as good, if it is smaller.
constexpr double kAsGood = 1.01;
/// A size is looked for to this part of itself.
constexpr std::int64_t kFineness = 8;
/// So many tries find it, mostly.
constexpr std::uint64_t kTries = 6;
/// Each is made with no more jobs than this, or than a few for each worker.
constexpr std::int64_t kJobsOfSearch = 10'000;
constexpr std::int64_t kJobsOfWorker = 4;
/// What the model of a thread takes from its creation to its end.
constexpr std::uint64_t kWorkOfThread = 10;

bool is_as_good(Duration one, Duration best) {
  return to_seconds(one) <= kAsGood * to_seconds(best);
}

}  // namespace

std::optional<Duration> PoolSizes::of(std::int64_t size) {
  const auto [at, is_new] = tried_.try_emplace(size);
  if (is_new) at->second = take_(size);
  return at->second;
}

std::optional<std::int64_t> PoolSizes::best() const {
  std::optional<Duration> least;
  for (const auto& [size, wall] : tried_)
    if (wall && (!least || *wall < *least)) least = wall;
  for (const auto& [size, wall] : tried_)
    if (wall && is_as_good(*wall, *least)) return size;
  return std::nullopt;
}

void PoolSizes::search(std::int64_t largest, std::int64_t jobs, std::int64_t cpus,
                       std::optional<double> least_seconds) {
  if (cpus <= largest && least_seconds) {
    const auto wall = of(cpus);
    if (wall && to_seconds(*wall) <= kAsGood * *least_seconds) return;
  }
  const std::int64_t top = largest_that_works(largest);
  if (top == 0) return;
  Duration least = *of(top);
  const auto keeps_up = [&](std::int64_t size) {
    const auto wall = of(size);
    if (!wall) return false;
    least = std::min(least, *wall);
    return is_as_good(*wall, least);
  };
  std::int64_t good = top;
  std::int64_t size = top / 2;
  for (; size >= 1 && keeps_up(size); size /= 2) good = size;
  if (cpus < top) of(cpus);
  // Between the last that keeps up and the first that does not.
  for (std::int64_t bad = size; bad >= 1 && good - bad > std::max<std::int64_t>(good / kFineness, 1);) {
    const std::int64_t middle = bad + (good - bad) / 2;
    (keeps_up(middle) ? good : bad) = middle;
  }
  // Of those that take as many rounds the smallest.
  const std::int64_t found = *best();
  const std::int64_t rounds = (jobs + found - 1) / found;
  of((jobs + rounds - 1) / rounds);
}

std::optional<PoolSearch> plan_search(std::int64_t largest, std::int64_t jobs, std::int64_t cpus,
                                      std::uint64_t work_of_job, std::uint64_t left) {
  const std::uint64_t once = static_cast<std::uint64_t>(jobs) * work_of_job;
  if (left <= once) return std::nullopt;
  const std::uint64_t each = (left - once) / kTries;
  const std::uint64_t work_of_worker = static_cast<std::uint64_t>(kJobsOfWorker) * work_of_job + kWorkOfThread;
  largest = std::min(largest, std::max(static_cast<std::int64_t>(each / work_of_worker), cpus));
  const std::int64_t part = std::max(kJobsOfSearch, kJobsOfWorker * largest);
  if (jobs <= 2 * part && once <= each) return PoolSearch{largest, jobs, once};
  const auto most = static_cast<std::int64_t>(each / work_of_job);
  return PoolSearch{largest, std::clamp(most, std::min(largest, jobs), std::min(part, jobs)), once};
}

/// 0: none does. What the limits say of all threads at rest may be too much for those that have just begun.
std::int64_t PoolSizes::largest_that_works(std::int64_t largest) {
  if (largest < 1 || of(largest)) return largest;
  std::int64_t failing = largest;
  std::int64_t working = largest - 1;
  while (working >= 1 && !of(working)) {
    failing = working;
    working /= 2;
  }
  if (working == 0) return 0;
  while (failing - working > 1) {
    const std::int64_t middle = working + (failing - working) / 2;
    (of(middle) ? working : failing) = middle;
  }
  return working;
}

std::vector<std::int64_t> rounder_sizes(std::int64_t size, std::int64_t largest) {
  std::vector<std::int64_t> rounder;
  if (size < 10 || std::has_single_bit(static_cast<std::uint64_t>(size))) return rounder;
  std::int64_t power = 1;
  while (power <= size / 10) power *= 10;
  for (std::int64_t step = power; step >= 2; step /= step == power || step * 10 == power ? 2 : 5) {
    if (size % step == 0) break;
    const std::int64_t below = size / step * step;
    std::int64_t near = below, far = below + step;
    if (size - below > far - size) std::swap(near, far);
    for (const std::int64_t one : {near, far})
      if (one >= 1 && one <= largest && std::ranges::find(rounder, one) == rounder.end()) rounder.push_back(one);
  }
  return rounder;
}

}  // namespace spawnpoint
