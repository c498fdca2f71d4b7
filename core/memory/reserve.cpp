// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/reserve.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace spawnpoint {
namespace {

constexpr std::size_t kAlignment = alignof(std::max_align_t);

// Costs no memory before it is written.
alignas(kAlignment) std::byte reserve[MemoryReserve::kSize];
std::atomic<std::size_t> used{0};

}  // namespace

void* MemoryReserve::take(std::size_t bytes) noexcept {
  if (bytes > kLargest) return nullptr;
  const std::size_t rounded = (std::max<std::size_t>(bytes, 1) + kAlignment - 1) / kAlignment * kAlignment;
  std::size_t at = used.load(std::memory_order_relaxed);
  do {
    if (rounded > kSize - at) return nullptr;
  } while (!used.compare_exchange_weak(at, at + rounded, std::memory_order_relaxed));
  return reserve + at;
}

bool MemoryReserve::owns(const void* memory) noexcept {
  return reinterpret_cast<std::uintptr_t>(memory) - reinterpret_cast<std::uintptr_t>(reserve) < kSize;
}

void MemoryReserve::close() noexcept {
  used.store(kSize, std::memory_order_relaxed);
}

std::size_t MemoryReserve::taken() noexcept {
  return used.load(std::memory_order_relaxed);
}

}  // namespace spawnpoint
