// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/coroutine/join_set.hpp"

#include <new>

namespace spawnpoint {

JoinSet::~JoinSet() {
  for (std::size_t index = 0; index < chunks_.size(); ++index) {
    if (chunks_[index] == nullptr) continue;
    for (std::coroutine_handle<>& child : chunks_[index]->children) {
      if (child) std::exchange(child, nullptr).destroy();
    }
    free_chunk(index);
  }
}

void JoinSet::start(Task<> child) {
  const std::size_t number = started_;
  if (number % kChunk == 0) {
    chunks_.push_back(nullptr);
    chunks_.back() = ::new (FrameArena::current().allocate(sizeof(Chunk))) Chunk;
  }
  ++started_;
  ++running_;
  Chunk& chunk = *chunks_[number / kChunk];
  ++chunk.living;
  const std::coroutine_handle<> handle = std::move(child).join(*this, number);
  chunk.children[number % kChunk] = handle;
  resume(handle);
}

std::coroutine_handle<> JoinSet::child_done(std::size_t child) noexcept {
  const std::size_t index = child / kChunk;
  Chunk& chunk = *chunks_[index];
  chunk.children[child % kChunk] = nullptr;
  // The last chunk still takes children.
  if (--chunk.living == 0 && started_ >= (index + 1) * kChunk) free_chunk(index);
  if (--running_ > 0 || !waiting_) return std::noop_coroutine();
  return std::exchange(waiting_, nullptr);
}

void JoinSet::child_failed(std::size_t child, std::exception_ptr error) noexcept {
  if (error_ && failed_child_ < child) return;
  error_ = std::move(error);
  failed_child_ = child;
}

void JoinSet::rethrow_error() {
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void JoinSet::free_chunk(std::size_t index) noexcept {
  FrameArena::deallocate(std::exchange(chunks_[index], nullptr), sizeof(Chunk));
}

}  // namespace spawnpoint
