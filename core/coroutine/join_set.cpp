// SPDX-License-Identifier: GPL-3.0-or-later
// The chunks of a JoinSet: which children live, and where their frames are.
#include "core/coroutine/join_set.hpp"

#include <array>
#include <cassert>
#include <cstdint>
#include <new>
#include <utility>

namespace spawnpoint {
namespace detail {

/// Up to 4,096 children, listed as runs of frames with equal distances: nearly always one run, as frames of one
/// coroutine come one after the other from the arena (and back from its free list in turn).
struct JoinChunk {
  struct Run {
    std::uintptr_t first;   // address of the first frame
    std::int32_t distance;  // to the next, in bytes
    std::uint16_t begin;    // the first one's place
  };
  static constexpr std::size_t kRuns = 64;

  JoinSet* set;
  std::size_t index;            // in the set's list of chunks
  std::size_t first_child;      // number of the child at place 0
  std::uintptr_t expected = 0;  // where the next frame lies, if the pattern continues
  std::uint16_t children = 0;
  std::uint16_t gone = 0;
  std::uint16_t run_count = 0;
  std::array<std::uint64_t, kMaxJoinPlaces / 64> is_gone{};
  std::array<Run, kRuns> runs;

  JoinChunk(JoinSet& owner, std::size_t own_index, std::size_t first)
      : set(&owner), index(own_index), first_child(first) {}

  /// Takes the frame at `address` as the next child, false if the chunk is full.
  bool add(std::uintptr_t address) {
    if (address != expected || children == kMaxJoinPlaces) [[unlikely]] {
      if (children == kMaxJoinPlaces || !begins_run(address)) return false;
    }
    expected = address + static_cast<std::uintptr_t>(std::intptr_t{runs[run_count - 1].distance});
    ++children;
    return true;
  }
  [[nodiscard]] bool all_gone() const { return gone == children; }
  void remove(std::uint16_t place) {
    is_gone[place / 64] |= std::uint64_t{1} << (place % 64);
    ++gone;
  }
  void destroy_living() {
    for (std::uint16_t run = 0; run < run_count; ++run) {
      const std::uint16_t end = run + 1 < run_count ? runs[run + 1].begin : children;
      for (std::uint16_t place = runs[run].begin; place < end; ++place) {
        if ((is_gone[place / 64] >> (place % 64) & 1) != 0) continue;
        remove(place);
        std::coroutine_handle<>::from_address(reinterpret_cast<void*>(frame(runs[run], place))).destroy();
      }
    }
  }

 private:
  static std::uintptr_t frame(const Run& run, std::uint16_t place) {
    return run.first + static_cast<std::uintptr_t>(std::intptr_t{run.distance} * (place - run.begin));
  }
  /// A new run, or the second frame of one, which sets its distance. False if there is no room for a run.
  bool begins_run(std::uintptr_t address) {
    if (run_count > 0 && children - runs[run_count - 1].begin == 1) {
      Run& run = runs[run_count - 1];
      const auto distance = static_cast<std::intptr_t>(address - run.first);
      if (distance == static_cast<std::int32_t>(distance)) {
        run.distance = static_cast<std::int32_t>(distance);
        return true;
      }
    }
    if (run_count == kRuns) return false;
    runs[run_count++] = {address, 0, children};
    return true;
  }
};

bool child_leaves(JoinedChild child) noexcept {
  JoinSet& set = *child.chunk->set;
  if (set.running_ == 1 && set.waiting_) return false;
  set.remove(child);
  return true;
}

std::coroutine_handle<> child_done(JoinedChild child) noexcept {
  JoinSet& set = *child.chunk->set;
  set.remove(child);
  if (set.running_ > 0 || !set.waiting_) return std::noop_coroutine();
  return std::exchange(set.waiting_, nullptr);
}

void child_failed(JoinedChild child, std::exception_ptr error) noexcept {
  JoinSet& set = *child.chunk->set;
  const std::size_t number = child.chunk->first_child + child.place;
  if (set.error_ && set.failed_child_ < number) return;
  set.error_ = std::move(error);
  set.failed_child_ = number;
}

}  // namespace detail

JoinSet::~JoinSet() {
  for (std::size_t index = 0; index < chunks_.size(); ++index) {
    if (chunks_[index] == nullptr) continue;
    chunks_[index]->destroy_living();
    free_chunk(index);
  }
}

void JoinSet::start(Task<> child) {
  assert(child && "an empty task was started");
  const auto address = reinterpret_cast<std::uintptr_t>(child.handle().address());
  if (last_ == nullptr || !last_->add(address)) [[unlikely]] {
    add_chunk();
    last_->add(address);
  }
  ++running_;
  resume(std::move(child).release_to({last_, static_cast<std::uint16_t>(last_->children - 1)}));
}

void JoinSet::add_chunk() {
  if (chunks_.size() == chunks_.capacity()) chunks_.reserve(chunks_.size() * 2 + 1);
  void* memory = FrameArena::current().allocate(sizeof(detail::JoinChunk));
  const std::size_t started = last_ == nullptr ? 0 : last_->first_child + last_->children;
  if (last_ != nullptr && last_->all_gone()) free_chunk(chunks_.size() - 1);
  last_ = ::new (memory) detail::JoinChunk(*this, chunks_.size(), started);
  chunks_.push_back(last_);
}

inline void JoinSet::remove(detail::JoinedChild child) noexcept {
  detail::JoinChunk& chunk = *child.chunk;
  chunk.remove(child.place);
  // The last chunk still takes children.
  if (chunk.all_gone() && &chunk != last_) free_chunk(chunk.index);
  --running_;
}

void JoinSet::free_chunk(std::size_t index) noexcept {
  FrameArena::deallocate(std::exchange(chunks_[index], nullptr), sizeof(detail::JoinChunk));
}

void JoinSet::rethrow_error() {
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

}  // namespace spawnpoint
