// SPDX-License-Identifier: GPL-3.0-or-later
// operator new of a program that has a MemoryReserve. Apart from the library: that is for a program to decide.
#include <cstdlib>
#include <new>

#include "core/memory/reserve.hpp"

void* operator new(std::size_t bytes) {
  if (void* const memory = std::malloc(bytes == 0 ? 1 : bytes)) [[likely]]
    return memory;
  if (void* const memory = spawnpoint::MemoryReserve::take(bytes)) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
  if (!spawnpoint::MemoryReserve::owns(memory)) [[likely]]
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}
