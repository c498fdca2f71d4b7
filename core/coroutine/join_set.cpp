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
  std::size_t index;        // in the set's list of chunks
  std::size_t first_child;  // number of the child at place 0
  std::uint16_t children = 0;
  std::uint16_t living = 0;
  std::uint16_t run_count = 0;
  std::array<std::uint64_t, kMaxJoinPlaces / 64> alive{};
  std::array<Run, kRuns> runs;

  JoinChunk(JoinSet& owner, std::size_t own_index, std::size_t first)
      : set(&owner), index(own_index), first_child(first) {}

  /// Takes the frame at `address` as the next child, false if the chunk is full.
  bool add(std::uintptr_t address) {
    if (children == kMaxJoinPlaces) return false;
    if (!extends_run(address)) {
      if (run_count == kRuns) return false;
      runs[run_count++] = {address, 0, children};
    }
    alive[children / 64] |= std::uint64_t{1} << (children % 64);
    ++children;
    ++living;
    return true;
  }
  void remove(std::uint16_t place) {
    alive[place / 64] &= ~(std::uint64_t{1} << (place % 64));
    --living;
  }
  void destroy_living() {
    for (std::uint16_t run = 0; run < run_count; ++run) {
      const std::uint16_t end = run + 1 < run_count ? runs[run + 1].begin : children;
      for (std::uint16_t place = runs[run].begin; place < end; ++place) {
        if ((alive[place / 64] >> (place % 64) & 1) == 0) continue;
        remove(place);
        std::coroutine_handle<>::from_address(reinterpret_cast<void*>(frame(runs[run], place))).destroy();
      }
    }
  }

 private:
  static std::uintptr_t frame(const Run& run, std::uint16_t place) {
    return run.first + static_cast<std::uintptr_t>(std::intptr_t{run.distance} * (place - run.begin));
  }
  bool extends_run(std::uintptr_t address) {
    if (run_count == 0) return false;
    Run& run = runs[run_count - 1];
    if (children - run.begin > 1) return frame(run, children) == address;
    // The second of a run sets the distance.
    const auto distance = static_cast<std::intptr_t>(address - run.first);
    if (distance != static_cast<std::int32_t>(distance)) return false;
    run.distance = static_cast<std::int32_t>(distance);
    return true;
  }
};

std::coroutine_handle<> child_done(JoinedChild child) noexcept {
  JoinChunk& chunk = *child.chunk;
  JoinSet& set = *chunk.set;
  chunk.remove(child.place);
  // The last chunk still takes children.
  if (chunk.living == 0 && chunk.index + 1 < set.chunks_.size()) set.free_chunk(chunk.index);
  if (--set.running_ > 0 || !set.waiting_) return std::noop_coroutine();
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
  if (chunks_.empty() || !chunks_.back()->add(address)) {
    add_chunk();
    chunks_.back()->add(address);
  }
  detail::JoinChunk* chunk = chunks_.back();
  ++started_;
  ++running_;
  resume(std::move(child).release_to({chunk, static_cast<std::uint16_t>(chunk->children - 1)}));
}

void JoinSet::add_chunk() {
  if (chunks_.size() == chunks_.capacity()) chunks_.reserve(chunks_.size() * 2 + 1);
  void* memory = FrameArena::current().allocate(sizeof(detail::JoinChunk));
  if (!chunks_.empty() && chunks_.back()->living == 0) free_chunk(chunks_.size() - 1);
  chunks_.push_back(::new (memory) detail::JoinChunk(*this, chunks_.size(), started_));
}

void JoinSet::free_chunk(std::size_t index) noexcept {
  FrameArena::deallocate(std::exchange(chunks_[index], nullptr), sizeof(detail::JoinChunk));
}

void JoinSet::rethrow_error() {
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

}  // namespace spawnpoint
