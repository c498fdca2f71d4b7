// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulation/event_queue.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <utility>

namespace spawnpoint {
namespace {

constexpr std::size_t kFew = 8;
constexpr std::size_t kMostInsertions =
    24;  ///< Keys with the same leading bits, at most, that are sorted by insertion.

// A few keys: each one's place is the number of smaller ones. Quadratic but without a branch to mispredict.
void sort_few(const EventKey* keys, std::size_t count, EventKey* sorted) {
  std::array<std::uint32_t, kFew> rank{};
  for (std::size_t i = 1; i < count; ++i) {
    std::uint32_t smaller = 0;
    for (std::size_t j = 0; j < i; ++j) {
      const std::uint32_t before = keys[j] < keys[i];
      smaller += before;
      rank[j] += 1 - before;
    }
    rank[i] = smaller;
  }
  for (std::size_t i = 0; i < count; ++i) sorted[rank[i]] = keys[i];
}

void insertion_sort(EventKey* keys, std::size_t count) {
  for (std::size_t i = 1; i < count; ++i) {
    const EventKey key = keys[i];
    std::size_t at = i;
    for (; at > 0 && key < keys[at - 1]; --at) keys[at] = keys[at - 1];
    keys[at] = key;
  }
}

}  // namespace

// More keys: first into places by the leading bits of their times, some two or three places a key. Then few are out of
// order, and those by little.
void EventQueue::sort_into(const Keys& keys, Keys& sorted) {
  const std::size_t count = keys.size();
  sorted.resize(count);
  if (count <= kFew) return sort_few(keys.data(), count, sorted.data());
  std::uint64_t least = keys.front().time();
  std::uint64_t most = least;
  for (const EventKey& key : keys) {
    least = std::min(least, key.time());
    most = std::max(most, key.time());
  }
  // Counts and places are below kSplitAbove.
  constexpr int kMostBits = std::bit_width(kSplitAbove) + 1;
  const int bits = static_cast<int>(std::bit_width(count)) + 1;
  const int shift = std::max(0, static_cast<int>(std::bit_width(most - least)) - bits);
  const std::size_t places = ((most - least) >> shift) + 1;
  std::array<std::uint8_t, std::size_t{1} << kMostBits> next;
  static_assert(kSplitAbove <= std::numeric_limits<std::uint8_t>::max());
  std::fill_n(next.begin(), places, std::uint8_t{0});
  for (const EventKey& key : keys) ++next[(key.time() - least) >> shift];
  std::uint8_t before = 0;
  std::uint8_t fullest = 0;
  for (std::size_t i = 0; i < places; ++i) {
    const std::uint8_t here = next[i];
    fullest = std::max(fullest, here);
    next[i] = before;
    before = static_cast<std::uint8_t>(before + here);
  }
  for (const EventKey& key : keys) sorted[next[(key.time() - least) >> shift]++] = key;
  if (fullest > kMostInsertions) return std::sort(sorted.begin(), sorted.end());
  insertion_sort(sorted.data(), count);
}

// Called when run and heap are empty and there are keys further out: sorts the next bucket.
void EventQueue::refill() {
  spill_above_ = kSpillAbove;
  for (;;) {
    scratch_.clear();
    const auto gather = [this](const EventKey& key) { scratch_.push_back(key); };
    if (rungs_.empty()) {
      scratch_.reserve(top_size_);
      top_.drain(gather);
      top_size_ = 0;
      const auto [least, most] = std::minmax_element(
          scratch_.begin(), scratch_.end(), [](const EventKey& a, const EventKey& b) { return a.time() < b.time(); });
      take_sorted(scratch_, most->time() + 1);
    } else {
      Rung& rung = rungs_.back();
      while (rung.next < rung.buckets.size() && rung.buckets[rung.next].empty()) ++rung.next;
      if (rung.next == rung.buckets.size()) {
        near_end_ = rung.end;
        spare_.push_back(std::move(rung.buckets));
        rungs_.pop_back();
        continue;
      }
      rung.buckets[rung.next].drain(gather);
      ++rung.next;
      const bool last = rung.next == rung.buckets.size();
      if (!last) rung.buckets[rung.next].prefetch();
      take_sorted(scratch_, last ? rung.end : rung.start + (std::uint64_t{rung.next} << rung.shift));
    }
    if (run_next_ < run_.size()) return;
  }
}

// Makes the keys, all of them before `end`, the run; or a rung if they are too many to sort at once.
void EventQueue::take_sorted(Keys& keys, std::uint64_t end) {
  if (keys.size() > kSplitAbove) return add_rung(keys, end);
  sort_into(keys, run_);
  run_next_ = 0;
  near_end_ = end;
}

void EventQueue::add_rung(const Keys& keys, std::uint64_t end) {
  std::uint64_t least = keys.front().time();
  std::uint64_t most = least;
  for (const EventKey& key : keys) {
    least = std::min(least, key.time());
    most = std::max(most, key.time());
  }
  if (least == most) {  // nothing to tell apart by time
    run_.assign(keys.begin(), keys.end());
    std::sort(run_.begin(), run_.end());
    run_next_ = 0;
    near_end_ = end;
    return;
  }
  const std::uint64_t wanted = std::clamp<std::size_t>(keys.size() / kKeysPerBucket, 2, kMostBuckets);
  const std::uint64_t range = most - least;
  int shift = std::max(0, static_cast<int>(std::bit_width(range)) - static_cast<int>(std::bit_width(wanted)));
  if (range >> shift >= wanted) ++shift;
  Rung rung{.start = least, .end = end, .shift = shift, .next = 0, .buckets = {}};
  if (!spare_.empty()) {
    rung.buckets = std::move(spare_.back());
    spare_.pop_back();
  }
  rung.buckets.assign((range >> shift) + 1, EventBucket{});
  for (const EventKey& key : keys) rung.bucket(key.time()).add(key, arena_);
  rungs_.push_back(std::move(rung));
  near_end_ = least;
}

// The heap has got too large to be quick: what it and the run hold becomes a rung.
void EventQueue::spill() {
  scratch_.assign(run_.begin() + static_cast<std::ptrdiff_t>(run_next_), run_.end());
  scratch_.insert(scratch_.end(), heap_.keys().begin(), heap_.keys().end());
  heap_.clear();
  run_.clear();
  run_next_ = 0;
  add_rung(scratch_, near_end_);
  // Keys of one single time cannot be spread: then wait until there are twice as many.
  spill_above_ = run_.empty() ? kSpillAbove : 2 * run_.size();
}

EventQueue::Keys EventQueue::take_all() {
  Keys keys(run_.begin() + static_cast<std::ptrdiff_t>(run_next_), run_.end());
  keys.insert(keys.end(), heap_.keys().begin(), heap_.keys().end());
  const auto gather = [&](const EventKey& key) { keys.push_back(key); };
  for (Rung& rung : rungs_) {
    for (EventBucket& bucket : rung.buckets) bucket.drain(gather);
  }
  top_.drain(gather);
  heap_.clear();
  run_.clear();
  run_next_ = 0;
  rungs_.clear();
  top_size_ = 0;
  size_ = 0;
  near_end_ = 0;
  return keys;
}

// Keeps the order, with the smallest numbers.
void EventQueue::renumber() {
  Keys keys = take_all();
  std::sort(keys.begin(), keys.end());
  sequence_ = 0;
  for (const EventKey& key : keys) insert(EventKey{key.time(), sequence_++, key.slot()});
  size_ = keys.size();
}

}  // namespace spawnpoint
