// SPDX-License-Identifier: GPL-3.0-or-later
// What the programs of the hold benchmark have in common, ours and the peers': the same random delays, and the rate in
// events per second of processor time, counted after a warm-up.
#pragma once

#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace bench {

inline double processor_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// In bytes, to the page. What getrusage reports is off by up to 64 pages per processor, as the kernel counts in
/// batches.
inline long resident_memory() {
  std::ifstream file("/proc/self/smaps_rollup");
  for (std::string word; file >> word;) {
    long kibibytes = 0;
    if (word == "Rss:" && file >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

/// hold PROCESSES EVENTS: counts events, and stops after the last.
class Hold {
 public:
  Hold(int argc, char** argv)
      : processes_(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000),
        events_(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000),
        next_(warm_up()),
        memory_before_(resident_memory()) {}

  std::uint64_t processes() const { return processes_; }

  /// To be called with each event; true at the last one. Each process starts, and the queue gets its steady shape,
  /// before the clock runs.
  bool is_last() { return ++counted_ >= next_ && is_over(); }

  void report() const {
    const double memory = static_cast<double>(resident_memory() - memory_before_);  // all processes are still there
    std::printf("events_per_second=%.0f\n", static_cast<double>(events_) / (end_ - begin_));
    std::printf("bytes_per_process=%.1f\n", memory / static_cast<double>(processes_));
  }

 private:
  std::uint64_t warm_up() const { return 3 * processes_; }

  [[gnu::noinline]] bool is_over() {
    if (counted_ == warm_up()) begin_ = processor_seconds();
    next_ = warm_up() + events_;
    if (counted_ < next_) return false;
    if (counted_ == next_) end_ = processor_seconds();
    return true;
  }

  std::uint64_t processes_;
  std::uint64_t events_;
  std::uint64_t next_;  // the count at which there is something to do
  long memory_before_;
  std::uint64_t counted_ = 0;
  double begin_ = 0;
  double end_ = 0;
};

}  // namespace bench
