// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/pool_size.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>

namespace spawnpoint {
namespace {

/// A pool that is slower by no more than this is as good, if it is smaller.
constexpr double kAsGood = 1.01;
/// A size is looked for to this part of itself.
constexpr std::int64_t kFineness = 8;
/// So many tries find it, mostly; of large pools there may be fewer.
constexpr std::uint64_t kTries = 6;
constexpr std::uint64_t kFewestTries = 3;
/// More than these tell nothing new.
constexpr std::uint64_t kMostTries = 40;
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

void PoolSizes::search(const PoolSearch& plan, std::int64_t cpus, std::optional<double> least_seconds) {
  const auto is_least = [&](const std::optional<Duration>& wall) {
    return wall && least_seconds && to_seconds(*wall) <= kAsGood * *least_seconds;
  };
  // Of those that take as many rounds the smallest.
  const auto even = [&plan](std::int64_t size) {
    const std::int64_t rounds = (plan.jobs + size - 1) / size;
    return (plan.jobs + rounds - 1) / rounds;
  };
  if (plan.tries < kFewestTries) return (void)of(even(plan.largest));
  if (cpus <= plan.largest && least_seconds && is_least(of(cpus))) return;
  const std::int64_t top = largest_that_works(plan.largest);
  if (top == 0) return;
  of(even(top));
  halve(top);
  if (cpus < top) of(cpus);
  of(even(*best()));
  const auto least = best();
  if (least && !is_least(of(*least))) fill(top, plan.tries);
}

/// The smallest that keeps up with `top`, where the time does not fall with the size any more from some size on.
void PoolSizes::halve(std::int64_t top) {
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
  // Between the last that keeps up and the first that does not.
  for (std::int64_t bad = size; bad >= 1 && good - bad > std::max<std::int64_t>(good / kFineness, 1);) {
    const std::int64_t middle = bad + (good - bad) / 2;
    (keeps_up(middle) ? good : bad) = middle;
  }
}

/// With what tries are left, sizes in between: all where that is possible, else in even proportions and then beside the
/// best. Under a quota, or where threads take long to be made, the time has more than one minimum.
void PoolSizes::fill(std::int64_t top, std::uint64_t tries) {
  const auto may_try = [&] { return tried_.size() < tries; };
  if (!may_try()) return;
  const auto left = static_cast<double>(tries - tried_.size());
  const double ratio = std::pow(static_cast<double>(top), 1.5 / std::max(left, 1.0));
  for (double size = 1; size < static_cast<double>(top) && may_try(); size = std::max(size + 1, size * ratio))
    of(static_cast<std::int64_t>(size));
  for (bool is_new = true; is_new && may_try();) {
    is_new = false;
    const auto at = tried_.find(*best());
    const std::int64_t size = at->first;
    const std::int64_t below = at == tried_.begin() ? 0 : std::prev(at)->first;
    const std::int64_t above = std::next(at) == tried_.end() ? size : std::next(at)->first;
    for (const std::int64_t middle : {below + (size - below) / 2, size + (above - size) / 2}) {
      if (middle < 1 || tried_.contains(middle) || !may_try()) continue;
      of(middle);
      is_new = true;
    }
  }
}

std::optional<PoolSearch> plan_search(std::int64_t largest, std::int64_t jobs, std::int64_t cpus,
                                      std::uint64_t work_of_job, std::uint64_t left) {
  const auto work_of = [&](std::int64_t size, std::int64_t some) {
    return static_cast<std::uint64_t>(some) * work_of_job + static_cast<std::uint64_t>(size) * kWorkOfThread;
  };
  // All jobs once; what is kept for that is ample, as what a thread takes is not the same everywhere.
  const auto kept = [&](std::int64_t size) { return work_of(size, jobs) + work_of(size, jobs) / 8; };
  const std::int64_t part = std::min(jobs, std::max(kJobsOfSearch, kJobsOfWorker * largest));
  for (std::uint64_t tries = kTries; tries >= kFewestTries && left > kept(largest); --tries) {
    const std::uint64_t each = (left - kept(largest)) / tries;
    const std::uint64_t whole = work_of(largest, jobs);
    if (whole <= each) return PoolSearch{largest, jobs, whole, std::min(left / 2 / whole, kMostTries)};
    if (work_of(largest, part) <= each) return PoolSearch{largest, part, kept(largest), tries};
  }
  // The largest with all jobs, once or twice.
  if (const std::uint64_t whole = work_of(largest, jobs); left > kept(largest))
    return PoolSearch{largest, jobs, whole, std::max<std::uint64_t>((left - kept(largest)) / whole, 1)};
  // Smaller pools.
  if (left <= kept(cpus)) return std::nullopt;
  const std::uint64_t each = (left - kept(cpus)) / (kTries + 1);
  const std::uint64_t work_of_worker = static_cast<std::uint64_t>(kJobsOfWorker) * work_of_job + kWorkOfThread;
  largest = std::min(largest, std::max(static_cast<std::int64_t>(each / work_of_worker), cpus));
  const std::int64_t some = std::clamp(static_cast<std::int64_t>(each / work_of_job), std::min(largest, jobs), part);
  return PoolSearch{largest, some, kept(largest), kTries};
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
