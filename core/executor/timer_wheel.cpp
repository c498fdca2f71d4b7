// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/executor/timer_wheel.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <span>
#include <utility>

namespace spawnpoint {

TimerWheel::~TimerWheel() {
  const auto unpark = [](Entry& entry) {
    if (entry.slot != nullptr) entry.slot->unpark();
  };
  const auto unpark_all = [&](Bucket bucket) {
    for (Chunk* chunk = bucket.first; chunk != nullptr;) {
      std::for_each_n(chunk->entries.begin(), chunk->count, unpark);
      free_chunk(std::exchange(chunk, chunk->next));
    }
  };
  for (; next_due_ < due_.size(); ++next_due_) {
    if (Parked* parked = *due_[next_due_].slot) parked->unpark();
  }
  free_due();
  unpark_all(early_);
  for (Found found; find_first(found);) unpark_all(take(found));
}

void TimerWheel::add(Parked& parked, Instant deadline) {
  const std::int64_t tick = tick_of(deadline);
  if (tick <= tick_) return append(early_, parked, deadline);
  // The highest digit in which it differs from now says how far away it is; it moves down when that digit is reached.
  const int highest_bit = 63 - std::countl_zero(static_cast<std::uint64_t>(tick ^ tick_));
  const auto level = static_cast<std::size_t>(highest_bit / kDigitBits);
  if (levels_[level] == nullptr) levels_[level] = std::unique_ptr<Level>(new Level);
  const auto digit = static_cast<std::size_t>(tick >> (level * kDigitBits)) % kBuckets;
  append(levels_[level]->bucket(digit), parked, deadline);
}

Instant TimerWheel::next_wake() {
  for (;;) {
    begin_round();
    drop_cancelled();
    if (next_due_ < due_.size()) return due_[next_due_].deadline;
    Found found;
    if (!find_first(found)) return kNever;
    Bucket& bucket = levels_[found.level]->bucket(found.digit);
    while (bucket.first != nullptr && all_cancelled(*bucket.first)) {
      Chunk* chunk = std::exchange(bucket.first, bucket.first->next);
      free_chunk(chunk);
    }
    if (bucket.first != nullptr) return Instant(Duration(found.tick << kTickBits));
    levels_[found.level]->clear(found.digit);  // nobody may wait for cancelled ones
  }
}

bool TimerWheel::all_cancelled(const Chunk& chunk) {
  return std::all_of(chunk.entries.begin(), chunk.entries.begin() + static_cast<std::ptrdiff_t>(chunk.count),
                     [](const Entry& entry) { return entry.slot == nullptr; });
}

void TimerWheel::append(Bucket& bucket, Parked& parked, Instant deadline) {
  if (bucket.last == nullptr || bucket.last->count == Chunk::kEntries) {
    Chunk* chunk = ::new (arena_->allocate(sizeof(Chunk))) Chunk;
    chunk->next = nullptr;
    chunk->count = 0;
    (bucket.last == nullptr ? bucket.first : bucket.last->next) = chunk;
    bucket.last = chunk;
  }
  Entry& entry = bucket.last->entries[bucket.last->count++];
  entry.deadline = deadline;
  parked.move_to(entry.slot);
}

void TimerWheel::absorb(Bucket& bucket) {
  if (next_due_ == due_.size()) free_due();
  due_.erase(due_.begin(), due_.begin() + static_cast<std::ptrdiff_t>(next_due_));
  next_due_ = 0;
  const std::size_t sorted = due_.size();
  for (Chunk* chunk = std::exchange(bucket, Bucket()).first; chunk != nullptr;) {
    for (std::size_t i = 0; i < chunk->count; ++i) {
      Entry& entry = chunk->entries[i];
      if (entry.slot != nullptr) due_.push_back({&entry.slot, entry.deadline});
    }
    Chunk* const next = chunk->next;
    chunk->next = std::exchange(due_chunks_, chunk);
    chunk = next;
  }
  // Stable, so equal deadlines keep the order in which they were added.
  sort_(std::span(due_).subspan(sorted));
  std::inplace_merge(due_.begin(), due_.begin() + static_cast<std::ptrdiff_t>(sorted), due_.end(),
                     [](const auto& a, const auto& b) { return a.deadline < b.deadline; });
}

void TimerWheel::free_due() noexcept {
  while (due_chunks_ != nullptr) free_chunk(std::exchange(due_chunks_, due_chunks_->next));
}

bool TimerWheel::load_due(Instant now) {
  free_due();
  const std::int64_t now_tick = tick_of(now);
  Found found;
  while (find_first(found) && found.tick <= now_tick) {
    Bucket bucket = take(found);
    tick_ = found.tick;
    if (found.level == 0) {
      absorb(bucket);
    } else {
      for (Chunk* chunk = bucket.first; chunk != nullptr;) {
        for (std::size_t i = 0; i < chunk->count; ++i) {
          if (chunk->entries[i].slot != nullptr) add(*chunk->entries[i].slot, chunk->entries[i].deadline);
        }
        free_chunk(std::exchange(chunk, chunk->next));
      }
      if (!early_.empty()) absorb(early_);
    }
    drop_cancelled();
    if (next_due_ < due_.size()) return true;
  }
  tick_ = std::max(tick_, now_tick);
  return false;
}

bool TimerWheel::find_first(Found& found) const {
  for (std::size_t level = 0; level < kLevels; ++level) {
    if (levels_[level] == nullptr || levels_[level]->empty()) continue;
    // Lower levels lie before higher ones, and all digits of a level after the present one.
    const std::size_t digit = levels_[level]->first();
    const std::int64_t above = tick_ >> ((level + 1) * kDigitBits) << kDigitBits;
    found = {level, digit, (above | static_cast<std::int64_t>(digit)) << (level * kDigitBits)};
    return true;
  }
  return false;
}

TimerWheel::Bucket TimerWheel::take(const Found& found) {
  Level& level = *levels_[found.level];
  const Bucket bucket = level.bucket(found.digit);
  level.clear(found.digit);
  return bucket;
}

std::size_t TimerWheel::Level::first() const {
  const auto word = static_cast<std::size_t>(std::countr_zero(summary_));
  return word * 64 + static_cast<std::size_t>(std::countr_zero(occupied_[word]));
}

}  // namespace spawnpoint
