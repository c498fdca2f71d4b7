// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulation/event_queue.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

namespace spawnpoint {
namespace {

constexpr std::size_t kFew = 8;
constexpr std::size_t kCountable = 256;  // fewer keys can be numbered in a byte

// A few keys: each one's place is the number of smaller ones. Quadratic but without a branch to mispredict.
void sort_few(const EventKey* keys, std::size_t count, EventKey* sorted) noexcept {
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

// Keys, fewer than kCountable, of which few are out of order, and those by little; one later than all is behind them.
// Those that follow a later one are first listed, without a branch, and then moved: a loop over all would stop at each
// of them, which the processor cannot predict.
void sort_nearly_sorted(EventKey* keys, std::size_t count) noexcept {
  std::array<std::uint8_t, kCountable> late;
  std::size_t found = 0;
  for (std::size_t i = 1; i < count; ++i) {
    late[found] = static_cast<std::uint8_t>(i);
    found += static_cast<std::size_t>(keys[i] < keys[i - 1]);
  }
  for (std::size_t i = 0; i < found; ++i) {
    // With a key that moves away, the next one may have to move too.
    for (std::size_t next = late[i]; keys[next] < keys[next - 1]; ++next) {
      const EventKey key = keys[next];
      std::size_t at = next;
      for (; at > 0 && key < keys[at - 1]; --at) keys[at] = keys[at - 1];
      keys[at] = key;
    }
  }
}

/// Counts keys by a few leading bits of their times, then says where each goes. Eight counts of a byte share a word,
/// whose running sums are one multiplication. Keys are fewer than kCountable.
class Places {
 public:
  static constexpr int kMostBits = 9;

  explicit Places(int bits) noexcept : words_(std::size_t{1} << (bits - kBitsAWord)) {
    std::fill_n(word_.begin(), words_, 0);
  }
  void count(std::size_t place) noexcept { ++byte(place); }
  /// From here on next() says where a place's keys go. False: too many share a place for this to help.
  bool sum() noexcept {
    std::uint64_t before = 0;
    std::uint64_t full = 0;
    for (std::size_t i = 0; i < words_; ++i) {
      const std::uint64_t counts = word_[i];
      full |= counts;
      word_[i] = (before + (counts << 8)) * kOnes;
      before += counts * kOnes >> 56;
    }
    return (full & kManyInOne) == 0;
  }
  std::size_t next(std::size_t place) noexcept { return byte(place)++; }

 private:
  static constexpr int kBitsAWord = 3;
  static constexpr std::uint64_t kOnes = 0x0101010101010101;
  static constexpr std::uint64_t kManyInOne = 0xE0E0E0E0E0E0E0E0;  // 32 and more
  static_assert(std::endian::native == std::endian::little);

  std::uint8_t& byte(std::size_t place) noexcept { return reinterpret_cast<std::uint8_t*>(word_.data())[place]; }

  std::size_t words_;
  std::array<std::uint64_t, (std::size_t{1} << kMostBits) / 8> word_;
};

}  // namespace

EventQueue::Times EventQueue::times_of(const KeyBuffer& keys) noexcept {
  Times times;
  for (const EventKey& key : keys) times.add(key.time());
  return times;
}

void EventQueue::push_renumbered(std::uint64_t time, std::uint32_t slot) {
  renumber();
  push(time, slot);
}

// There was no place for it in the run.
void EventQueue::insert_near(EventKey key) {
  if (run_.make_room() && run_.insert(key)) return;
  heap_.push(key);
  if (heap_.size() > spill_above_) [[unlikely]]
    spill();
}

// Called when run and heap are empty and there are keys further out: sorts the next bucket.
void EventQueue::refill() {
  spill_above_ = kSpillAbove;
  do {
    if (rungs_.empty()) {
      take_top();
      continue;
    }
    Rung& rung = rungs_.back();
    while (rung.next < rung.buckets.size() && rung.buckets[rung.next].empty()) ++rung.next;
    if (rung.next < rung.buckets.size()) {
      take_bucket(rung);
    } else {
      near_end_ = rung.end;
      spare_.push_back(std::move(rung.buckets));
      rungs_.pop_back();
    }
  } while (run_.empty());
}

// All that is later becomes the run or, if it is much, the first rung.
void EventQueue::take_top() {
  const Times times = top_times_;
  const std::size_t count = top_size_;
  EventBucket keys = top_;
  top_ = EventBucket{};
  top_size_ = 0;
  top_times_ = Times{};
  near_end_ = times.most + 1;
  if (count > kSplitAbove && times.least < times.most) {
    Rung& rung = add_rung(times, count, near_end_);
    keys.drain([&](const EventKey* key, std::size_t n) {
      for (std::size_t i = 0; i < n; ++i) rung.bucket(key[i].time()).add(key[i], arena_);
    });
    return;
  }
  scratch_.clear();
  keys.drain(scratch_);
  take_run({.start = times.least, .bits = static_cast<int>(std::bit_width(times.most - times.least))});
  if (count <= kFewKeys) {
    near_end_ = kEndless;
    spill_above_ = kFewSpillAbove;
  }
}

void EventQueue::take_bucket(Rung& rung) {
  scratch_.clear();
  rung.buckets[rung.next].drain(scratch_);
  Span span{.start = rung.start + (std::uint64_t{rung.next} << rung.shift), .bits = rung.shift};
  ++rung.next;
  if (rung.next < rung.buckets.size()) {
    rung.buckets[rung.next].prefetch();
    near_end_ = rung.start + (std::uint64_t{rung.next} << rung.shift);
  } else {  // it reaches further than others
    near_end_ = rung.end;
    span.bits = static_cast<int>(std::bit_width(times_of(scratch_).most - span.start));
  }
  if (scratch_.size() > kSplitAbove && spread_gathered()) return;
  take_run(span);
}

// The gathered keys, all of them before near_end_ and within `span`, become the run.
void EventQueue::take_run(Span span) {
  const std::size_t count = scratch_.size();
  EventKey* const sorted = run_.assign(count);
  if (count <= kFew) return sort_few(scratch_.begin(), count, sorted);
  if (count <= kSplitAbove) {
    // First into places by the leading bits of their times, two or three places per key. Then few are out of
    // order, and those by little.
    static_assert(kSplitAbove < kCountable && std::bit_width(kSplitAbove) < Places::kMostBits);
    const int bits = static_cast<int>(std::bit_width(count)) + 1;
    const int shift = std::max(0, span.bits - bits);
    Places places(bits);
    for (const EventKey& key : scratch_) places.count((key.time() - span.start) >> shift);
    if (places.sum()) {
      for (const EventKey& key : scratch_) sorted[places.next((key.time() - span.start) >> shift)] = key;
      return sort_nearly_sorted(sorted, count);
    }
  }
  std::copy(scratch_.begin(), scratch_.end(), sorted);
  std::sort(sorted, sorted + count);
}

// Makes a rung of the gathered keys, which are all before near_end_. False: they are of one single time.
bool EventQueue::spread_gathered() {
  const Times times = times_of(scratch_);
  if (times.least == times.most) return false;
  // Where nothing is further out, what is later than these goes to the top from now on.
  Rung& rung = add_rung(times, scratch_.size(), near_end_ == kEndless ? times.most + 1 : near_end_);
  for (const EventKey& key : scratch_) rung.bucket(key.time()).add(key, arena_);
  return true;
}

// For `count` keys of these times, to be put into it; none before `end` is anywhere else.
EventQueue::Rung& EventQueue::add_rung(const Times& times, std::size_t count, std::uint64_t end) {
  const std::uint64_t wanted = std::clamp<std::size_t>(count / kKeysPerBucket, 2, kMostBuckets);
  const std::uint64_t range = times.most - times.least;
  int shift = std::max(0, static_cast<int>(std::bit_width(range)) - static_cast<int>(std::bit_width(wanted)));
  if (range >> shift >= wanted) ++shift;
  Rung rung{.start = times.least, .end = end, .shift = shift, .last = range >> shift, .next = 0, .buckets = {}};
  if (!spare_.empty()) {
    rung.buckets = std::move(spare_.back());
    spare_.pop_back();
  }
  rung.buckets.assign(rung.last + 1, EventBucket{});
  rungs_.push_back(std::move(rung));
  near_end_ = times.least;
  return rungs_.back();
}

// The heap has grown too large to be fast: what it and the run hold becomes a rung.
void EventQueue::spill() {
  scratch_.clear();
  scratch_.append(run_.begin(), run_.end());
  scratch_.append(heap_.keys().data(), heap_.keys().data() + heap_.size());
  heap_.clear();
  if (spread_gathered()) {
    run_.clear();
    spill_above_ = kSpillAbove;
    return;
  }
  // Keys of one single time cannot be spread: then wait until there are twice as many.
  take_run({.start = scratch_.begin()->time(), .bits = 0});
  spill_above_ = 2 * scratch_.size();
}

KeyBuffer EventQueue::take_all() {
  KeyBuffer keys;
  // All that may fail here, before anything is taken.
  keys.make_room(size_ + EventBucket::kChunk);
  keys.append(run_.begin(), run_.end());
  keys.append(heap_.keys().data(), heap_.keys().data() + heap_.size());
  for (Rung& rung : rungs_) {
    for (EventBucket& bucket : rung.buckets) bucket.drain(keys);
  }
  top_.drain(keys);
  heap_.clear();
  run_.clear();
  rungs_.clear();
  top_size_ = 0;
  top_times_ = Times{};
  size_ = 0;
  near_end_ = 0;
  return keys;
}

// Keeps the order, with the smallest numbers.
void EventQueue::renumber() {
  KeyBuffer keys = take_all();
  std::sort(keys.begin(), keys.end());
  sequence_ = 0;
  for (const EventKey& key : keys) insert(EventKey{key.time(), sequence_++, key.slot()});
  size_ = keys.size();
}

}  // namespace spawnpoint
