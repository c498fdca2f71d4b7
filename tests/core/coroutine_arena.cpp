// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "core/coroutine/frame_arena.hpp"
#include "core/coroutine/task.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;

namespace {
Task<int> value(int i) {
  co_return i;
}

long page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

/// Whether this system gives huge pages now to anyone who asks for them.
bool has_huge_pages() {
  constexpr std::size_t kHuge = std::size_t{2} << 20;
  void* mapping = mmap(nullptr, 4 * kHuge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return false;
  (void)madvise(mapping, 4 * kHuge, MADV_HUGEPAGE);
  const auto begin = (reinterpret_cast<std::uintptr_t>(mapping) + kHuge - 1) / kHuge * kHuge;
  const long before = page_faults();
  std::memset(reinterpret_cast<void*>(begin), 1, 3 * kHuge);
  const long faults = page_faults() - before;
  munmap(mapping, 4 * kHuge);
  return faults <= 16;
}
}  // namespace

TEST_CASE("an arena gives aligned memory that does not overlap") {
  FrameArena arena;
  struct Piece {
    unsigned char* memory;
    std::size_t size;
  };
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < 20'000; ++i) {
    const std::size_t size = 1 + i * 37 % 700;
    auto* memory = static_cast<unsigned char*>(arena.allocate(size));
    const std::size_t rounded = (size + 7) / 8 * 8;
    REQUIRE(reinterpret_cast<std::uintptr_t>(memory) % (rounded % 16 == 0 ? 16 : 8) == 0);
    std::memset(memory, static_cast<int>(i % 251), size);
    pieces.push_back({memory, size});
  }
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    for (std::size_t k = 0; k < pieces[i].size; ++k) wrong += pieces[i].memory[k] != i % 251;
  }
  CHECK(wrong == 0);
  for (const Piece& piece : pieces) FrameArena::deallocate(piece.memory, piece.size);
  CHECK(arena.in_use() == 0_B);
}

TEST_CASE("freed memory is used again, the last one first") {
  FrameArena arena;
  void* first = arena.allocate(80);
  void* second = arena.allocate(80);
  FrameArena::deallocate(first, 80);
  FrameArena::deallocate(second, 80);
  CHECK(arena.allocate(75) == second);  // rounds up to the same size
  CHECK(arena.allocate(80) == first);
}

TEST_CASE("frames that were freed in any order come back each once, the last one first") {
  for (const std::size_t size : {8, 16, 24, 72, 80, 4096}) {
    INFO(size);
    FrameArena arena;
    std::vector<void*> frames(1000);
    for (void*& frame : frames) frame = arena.allocate(size);
    std::mt19937 random(7);
    for (int round = 0; round < 3; ++round) {
      std::shuffle(frames.begin(), frames.end(), random);
      const auto some = static_cast<std::size_t>(round == 0 ? 1000 : random() % 1000);
      for (std::size_t i = 0; i < some; ++i) FrameArena::deallocate(frames[i], size);
      for (std::size_t i = some; i-- > 0;) {
        void* const again = arena.allocate(size);
        REQUIRE(again == frames[i]);
        std::memset(again, 0xEE, size);
      }
    }
    CHECK(std::set<void*>(frames.begin(), frames.end()).size() == frames.size());
    CHECK(arena.in_use().count == static_cast<std::int64_t>(1000 * size));
    const std::int64_t blocks = arena.reserved().count;
    for (void* frame : frames) FrameArena::deallocate(frame, size);
    for (void*& frame : frames) frame = arena.allocate(size);
    CHECK(arena.reserved().count == blocks);
  }
}

TEST_CASE("what a coroutine keeps aligned to 16 bytes is aligned, whatever its frame's size") {
  FrameArena arena;
  const FrameArena::Scope scope(arena);
  const auto keeps = [](auto filler) -> Task<bool> {
    struct alignas(16) Aligned {
      char bytes[16];
    } kept{};
    co_await std::suspend_never();
    kept.bytes[0] = static_cast<char>(filler);
    co_return reinterpret_cast<std::uintptr_t>(&kept) % 16 == 0;
  };
  const auto small = [](int n) -> Task<int> { co_return n; };
  std::vector<Task<int>> between;
  for (int i = 0; i < 100; ++i) {
    auto one = keeps(static_cast<char>(i));
    auto two = keeps(static_cast<std::int64_t>(i));
    between.push_back(small(i));
    one.start();
    two.start();
    CHECK(one.result());
    CHECK(two.result());
  }
}

TEST_CASE("an arena counts what is in use in steps of 8 bytes") {
  FrameArena arena;
  CHECK(arena.reserved() == 0_B);
  void* memory = arena.allocate(81);
  CHECK(arena.in_use() == 88_B);
  CHECK(arena.reserved() == 128_KiB);  // few frames must not cost a huge page
  FrameArena::deallocate(memory, 81);
  CHECK(arena.in_use() == 0_B);
}

TEST_CASE("an arena takes pages not far ahead of its frames") {
  constexpr std::size_t kPage = 4096;
  constexpr std::size_t kFrame = 512;
  FrameArena arena;
  auto* const first = static_cast<unsigned char*>(arena.allocate(kFrame));
  auto* const block = reinterpret_cast<unsigned char*>(reinterpret_cast<std::uintptr_t>(first) & ~(kPage - 1));
  std::size_t used = kFrame;
  const auto taken = [&] {
    std::array<unsigned char, 128 * 1024 / kPage> is_in{};
    REQUIRE(mincore(block, is_in.size() * kPage, is_in.data()) == 0);
    return static_cast<std::size_t>(std::count_if(is_in.begin(), is_in.end(), [](unsigned char c) { return c & 1; })) *
           kPage;
  };
  while (arena.reserved() == 128_KiB && used + kFrame < 120 * 1024) {
    CHECK(taken() >= used);
    CHECK(taken() <= 2 * used + kPage);
    CHECK(taken() <= used + 32 * 1024 + kPage);
    std::memset(arena.allocate(kFrame), 1, kFrame);
    used += kFrame;
  }
  CHECK(used > 100 * 1024);
}

TEST_CASE("an arena that is to be fast takes a huge page after its first block") {
  FrameArena quick(FrameArena::Growth::quick);
  FrameArena frugal;
  for (FrameArena* arena : {&quick, &frugal}) {
    for (int i = 0; i < 300; ++i) (void)arena->allocate(512);
  }
  CHECK(quick.reserved() == 128_KiB + 2_MiB);
  CHECK(frugal.reserved() == 128_KiB + 256_KiB);
}

TEST_CASE("frames beyond any block have a mapping of their own, and give it back") {
  FrameArena arena;
  constexpr std::size_t kLarge = std::size_t{5} << 20;
  void* memory = arena.allocate(kLarge);
  std::memset(memory, 1, kLarge);
  CHECK(arena.reserved() >= 5_MiB);
  FrameArena::deallocate(memory, kLarge);
  CHECK(arena.reserved() == 0_B);
}

TEST_CASE("frames go to the arena in scope and come back to it from anywhere") {
  FrameArena outer;
  FrameArena inner;
  std::optional<Task<int>> in_outer;
  std::optional<Task<int>> in_inner;
  {
    const FrameArena::Scope outer_scope(outer);
    {
      const FrameArena::Scope inner_scope(inner);
      in_inner = value(1);
    }
    in_outer = value(2);
  }
  CHECK(outer.in_use() > 0_B);
  CHECK(inner.in_use() == outer.in_use());
  in_inner.reset();
  CHECK(inner.in_use() == 0_B);
  CHECK(outer.in_use() > 0_B);
  in_outer.reset();
  CHECK(outer.in_use() == 0_B);
}

TEST_CASE("a locked arena serves several threads, which may free each other's frames") {
  FrameArena arena(FrameArena::Sharing::locked);
  constexpr int kTasks = 2'000;
  std::vector<Task<int>> left(kTasks);
  std::vector<Task<int>> right(kTasks);
  const auto make = [&arena](std::vector<Task<int>>& tasks) {
    const FrameArena::Scope scope(arena);
    for (int i = 0; i < kTasks; ++i) tasks[static_cast<std::size_t>(i)] = value(i);
  };
  const auto finish = [](std::vector<Task<int>>& tasks, long& sum) {
    for (Task<int>& task : tasks) {
      task.start();
      sum += task.result();
      task = Task<int>();
    }
  };
  std::thread other([&] { make(left); });
  make(right);
  other.join();
  long left_sum = 0;
  long right_sum = 0;
  other = std::thread([&] { finish(right, right_sum); });
  finish(left, left_sum);
  other.join();
  CHECK(left_sum == 1'999'000);
  CHECK(right_sum == 1'999'000);
  CHECK(arena.in_use() == 0_B);
}

TEST_CASE("many frames lie on huge pages, where the system has them") {
#if defined(SPAWNPOINT_ADDRESS_SANITIZER)
  SKIP("the sanitizer's own pages are in the count");
#endif
  if (!has_huge_pages()) SKIP("this system gives no huge pages on request");
  FrameArena arena;
  const long before = page_faults();
  for (int i = 0; i < 16 << 10; ++i) std::memset(arena.allocate(1024), 1, 1024);
  const long faults = page_faults() - before;
  INFO(faults << " page faults for 16 MiB");
  // 4,096 small pages, or 480 of the first blocks and about eight huge ones.
  CHECK(faults < 600);
}
