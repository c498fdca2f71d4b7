// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/live/worker/live_preparation.hpp"

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <semaphore>
#include <string>
#include <string_view>

#include "models/machine/host/proc_files.hpp"
#include "models/world/real_time.hpp"

namespace spawnpoint {
namespace {

constexpr std::size_t kThreads = 3;
constexpr std::size_t kStack = std::size_t{64} << 10;

struct Waiting {
  std::counting_semaphore<kThreads> go{0};
  static void* thread_main(void* argument) {
    static_cast<Waiting*>(argument)->go.acquire();
    sleep_until_monotonic(Duration(1));
    return nullptr;
  }
};

// A joined thread is still counted for a moment, and a namespace cannot be made while it is.
void await_last_thread() {
  for (int i = 0; i < 10'000; ++i) {
    const auto status = read_text("/proc/self/status", 16384);
    if (!status || field_count(*status, "Threads").value_or(1) == 1) return;
    ::usleep(100);
  }
}

Bytes heap_in_use() {
  return Bytes{static_cast<std::int64_t>(::mallinfo2().uordblks)};
}
Bytes heap_end_free() {
  return Bytes{static_cast<std::int64_t>(::mallinfo2().keepcost)};
}

}  // namespace

void steady_heap() {
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  ::mallopt(M_MMAP_THRESHOLD, 128 << 10);
  ::mallopt(M_TOP_PAD, 128 << 10);
}

Bytes warm_up_threads() {
  alignas(64) static std::array<std::array<char, kStack>, kThreads> stacks;
  static Waiting waiting;
  std::array<pthread_t, kThreads> threads{};
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  std::size_t started = 0;
  Bytes before{};
  Bytes last{};
  // The first ones may get what others have given back.
  for (auto& stack : stacks) {
    before = heap_in_use();
    ::pthread_attr_setstack(&attributes, stack.data(), stack.size());
    if (::pthread_create(&threads[started], &attributes, &Waiting::thread_main, &waiting) != 0) break;
    last = heap_in_use() - before;
    ++started;
  }
  for (std::size_t i = 0; i < started; ++i) waiting.go.release();
  for (std::size_t i = 0; i < started; ++i) ::pthread_join(threads[i], nullptr);
  ::pthread_attr_destroy(&attributes);
  await_last_thread();
  return started == kThreads ? last : Bytes{};
}

void limit_arenas(std::int64_t arenas) {
  ::mallopt(M_ARENA_MAX, static_cast<int>(arenas + 1));
}

void load_program() {
#ifdef MADV_POPULATE_READ
  const auto maps = read_text("/proc/self/maps", std::size_t{1} << 20).value_or("");
  for (const auto line : lines(maps)) {
    const auto parts = words(line);
    // Files that are not written to; others' pages would become the program's own.
    if (parts.size() < 6 || parts[1][0] != 'r' || parts[1][1] != '-' || parts[1][3] != 'p') continue;
    if (!parts[5].starts_with('/') || parts[5].starts_with("/memfd:")) continue;
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    const char* const text_end = parts[0].data() + parts[0].size();
    const auto dash = std::from_chars(parts[0].data(), text_end, begin, 16).ptr;
    std::from_chars(dash + 1, text_end, end, 16);
    // Where the kernel does not know it, pages come as they are used.
    if (end > begin) (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_READ);
  }
#endif
}

void warm_memory(Bytes size) {
  constexpr std::size_t kPiece = std::size_t{2} << 20;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  const auto whole = static_cast<std::size_t>(std::max<std::int64_t>(size.count, 0)) / kPiece * kPiece;
  if (whole == 0) return;
  void* const memory =
      ::mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return;
  (void)::madvise(memory, whole, MADV_HUGEPAGE);
  for (std::size_t piece = 0; piece < whole && std::chrono::steady_clock::now() < until; piece += kPiece) {
    for (std::size_t at = piece; at < piece + kPiece; at += page) static_cast<volatile char*>(memory)[at] = 1;
  }
  ::munmap(memory, whole);
}

[[gnu::noinline]] void grow_own_stack() {
  std::array<volatile char, std::size_t{256} << 10> stack;
  for (std::size_t at = 0; at < stack.size(); at += 1024) stack[stack.size() - 1 - at] = 1;
}

void settle_heap(Bytes per_thread, Bytes step) {
  // malloc's own: the smallest chunk, and the head of each.
  constexpr std::int64_t kLeastChunk = 32;
  constexpr std::int64_t kHead = 8;
  if (per_thread <= Bytes{kLeastChunk} || step <= Bytes{}) return;
  // A few small pieces are given back in the end, for the words in which the limits are reported.
  std::array<void*, 90> small{};
  for (std::size_t i = 0; i < small.size(); ++i) {
    const auto chunk = static_cast<std::int64_t>(kLeastChunk + i / 3 * 16);
    if (chunk != per_thread.count) small[i] = std::malloc(static_cast<std::size_t>(chunk - kHead));
  }

  // What is lost here is meant to be: it stands for what a thread would take first.
  static void* volatile lost = nullptr;
  const auto take = [](std::int64_t chunk) {
    lost = std::calloc(1, static_cast<std::size_t>(chunk - kHead));
    return lost != nullptr;  // NOLINT(clang-analyzer-unix.Malloc): as is said above
  };
  const void* const end = ::sbrk(0);
  for (int i = 0; i < 100'000 && ::sbrk(0) == end; ++i) {
    if (!take(per_thread.count)) return;
  }
  // A growth leaves `step` more; one thread may then take all but the smallest chunk of it.
  const Bytes wanted = step + Bytes{kLeastChunk / 2};
  constexpr std::int64_t kPiece = 64 << 10;
  if (heap_end_free() < wanted + Bytes{kPiece}) {
    std::array<void*, 4> pieces{};
    for (auto& piece : pieces) piece = std::malloc(kPiece);
    for (auto& piece : pieces) std::free(piece);
  }
  for (std::int64_t rest = (heap_end_free() - wanted).count; rest >= kLeastChunk;
       rest = (heap_end_free() - wanted).count) {
    if (!take(rest > 3 * kPiece / 2 ? kPiece : rest)) return;
  }
  for (void* piece : small) std::free(piece);
}

}  // namespace spawnpoint
