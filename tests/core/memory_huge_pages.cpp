// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "core/coroutine/frame_arena.hpp"
#include "core/memory/huge_page_allocator.hpp"
#include "core/memory/huge_pages.hpp"
#include "core/memory/spare_memory.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;

namespace {

template <class T>
using Array = std::vector<T, HugePageAllocator<T>>;

Bytes fill_arena() {
  FrameArena arena;
  for (int i = 0; i < 40'000; ++i) (void)arena.allocate(512);
  return arena.reserved();
}

}  // namespace

TEST_CASE("huge pages begin where one can, and hold what is written") {
  constexpr std::size_t kSize = 3 * kHugePage;
  void* const memory = take_huge_pages(kSize);
  CHECK(reinterpret_cast<std::uintptr_t>(memory) % kHugePage == 0);
  std::memset(memory, 7, kSize);
  CHECK(static_cast<const char*>(memory)[kSize - 1] == 7);
  release_huge_pages(memory, kSize);
  CHECK(SpareMemory::kept() == Bytes{});
}

TEST_CASE("a process's peak of address space tells of no more than what was asked for") {
  // A child begins with a peak of its own.
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (int i = 0; i < 8; ++i) (void)map_aligned_pages(4 * kHugePage);
    std::ifstream status("/proc/self/status");
    std::int64_t peak = 0, size = 0;
    for (std::string word; status >> word;) {
      if (word == "VmPeak:") status >> peak;
      if (word == "VmSize:") status >> size;
    }
    // In KiB; half a huge page is for what reading takes.
    ::_exit(size > 0 && peak - size < 1024 ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("large arrays grow on huge pages and keep their elements") {
  Array<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < 1'000'000; ++i) numbers.push_back(i * i);
  bool same = true;
  for (std::uint64_t i = 0; i < numbers.size(); ++i) same = same && numbers[i] == i * i;
  CHECK(same);
}

TEST_CASE("an arena's blocks are kept for the next one as long as somebody wants that") {
  fill_arena();
  CHECK(SpareMemory::kept() == Bytes{});
  {
    const SpareMemory some(8_MiB);
    CHECK(fill_arena() > 16_MiB);
    CHECK(SpareMemory::kept() == 8_MiB);
    {
      FrameArena next;
      for (int i = 0; i < 40'000; ++i) (void)next.allocate(512);
      CHECK(SpareMemory::kept() == Bytes{});
    }
    CHECK(SpareMemory::kept() == 8_MiB);
  }
  CHECK(SpareMemory::kept() == Bytes{});
}

TEST_CASE("kept memory is handed out by its size, and no more of it is kept than is wanted") {
  const SpareMemory some(100_MiB);
  void* const two = take_huge_pages(2 * kHugePage);
  void* const forty = take_huge_pages(40 * kHugePage);
  release_huge_pages(two, 2 * kHugePage);
  release_huge_pages(forty, 40 * kHugePage);
  CHECK(SpareMemory::kept() == 84_MiB);
  void* const three = take_huge_pages(3 * kHugePage);
  CHECK(SpareMemory::kept() == 84_MiB);
  CHECK(take_huge_pages(40 * kHugePage) == forty);
  CHECK(take_huge_pages(2 * kHugePage) == two);
  CHECK(SpareMemory::kept() == Bytes{});
  {
    const SpareMemory more(100_MiB);
    release_huge_pages(forty, 40 * kHugePage);
    release_huge_pages(three, 3 * kHugePage);
    void* const sixty = take_huge_pages(60 * kHugePage);
    release_huge_pages(sixty, 60 * kHugePage);  // 206 MiB: over what two of them want
    CHECK(SpareMemory::kept() == 86_MiB);
  }
  CHECK(SpareMemory::kept() == 86_MiB);
  release_huge_pages(two, 2 * kHugePage);
  CHECK(SpareMemory::kept() == 90_MiB);
}
