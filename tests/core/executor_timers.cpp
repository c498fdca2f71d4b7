// SPDX-License-Identifier: GPL-3.0-or-later
// The timer queue against a list that is simply searched: never early, in order, nothing lost.
#include <rapidcheck.h>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/executor/timer_queue.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

struct Sleeper : Parked {
  Sleeper() noexcept : Parked(nullptr, 0) { park({}); }
};

struct Expected {
  Instant deadline;
  std::optional<Duration> duration;  // none: an absolute deadline
  std::size_t number;
};

/// A timer queue and the list to compare it with.
class Bench {
 public:
  void sleep_for(Duration duration) {
    queue_.add(*new_sleeper(), duration);
    undated_.push_back({Instant(duration), duration, sleepers_.size() - 1});
    if (queue_.undated() == TimerQueue::kMaxUndated) date();
  }
  void sleep_until(Instant deadline) {
    queue_.add(*new_sleeper(), deadline);
    undated_.push_back({deadline, std::nullopt, sleepers_.size() - 1});
    if (queue_.undated() == TimerQueue::kMaxUndated) date();
  }
  void cancel(std::size_t number) {
    sleepers_[number].reset();
    const auto is_it = [number](const Expected& expected) { return expected.number == number; };
    std::erase_if(undated_, is_it);
    std::erase_if(waiting_, is_it);
  }
  void date() {
    queue_.date(now_);
    for (Expected expected : undated_) {
      if (expected.duration) expected.deadline = now_ + *expected.duration;
      waiting_.push_back(expected);
    }
    undated_.clear();
  }
  /// Lets time pass, and gives what went wrong: empty when nothing did.
  std::string pass(Duration duration) {
    now_ += duration;
    date();
    std::vector<std::size_t> fired;
    queue_.fire(now_, [&](Parked& parked) { fired.push_back(number_of(parked)); });

    std::vector<Expected> due;
    std::copy_if(waiting_.begin(), waiting_.end(), std::back_inserter(due),
                 [this](const Expected& expected) { return expected.deadline <= now_; });
    std::erase_if(waiting_, [this](const Expected& expected) { return expected.deadline <= now_; });
    if (fired.size() != due.size())
      return "fired " + std::to_string(fired.size()) + " of " + std::to_string(due.size());
    std::vector<const Expected*> order;
    for (const std::size_t number : fired) {
      const auto found = std::find_if(due.begin(), due.end(),
                                      [number](const Expected& expected) { return expected.number == number; });
      if (found == due.end()) return "fired number " + std::to_string(number) + " early or twice";
      order.push_back(&*found);
    }
    for (std::size_t i = 1; i < order.size(); ++i) {
      const Expected& before = *order[i - 1];
      const Expected& after = *order[i];
      if (before.deadline > after.deadline) return "fired a later deadline first";
      // In `due`, they are in the order of their starts.
      if (before.deadline == after.deadline && before.duration == after.duration && order[i - 1] > order[i]) {
        return "fired equal deadlines out of order";
      }
    }
    for (const std::size_t number : fired) sleepers_[number].reset();

    const Instant wake = queue_.next_wake();
    if (waiting_.empty()) return wake == kNever ? "" : "wakes for nobody";
    const Instant first = std::min_element(waiting_.begin(), waiting_.end(), [](const Expected& a, const Expected& b) {
                            return a.deadline < b.deadline;
                          })->deadline;
    if (wake > first) return "would oversleep";
    if (wake <= now_) return "would spin";
    return "";
  }
  [[nodiscard]] std::size_t count() const { return sleepers_.size(); }
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] Instant next_wake() {
    date();
    return queue_.next_wake();
  }
  [[nodiscard]] bool asleep() const { return !waiting_.empty() || !undated_.empty(); }

 private:
  Sleeper* new_sleeper() {
    sleepers_.push_back(std::make_unique<Sleeper>());
    return sleepers_.back().get();
  }
  std::size_t number_of(const Parked& parked) const {
    return static_cast<std::size_t>(std::find_if(sleepers_.begin(), sleepers_.end(),
                                                 [&](const auto& sleeper) { return sleeper.get() == &parked; }) -
                                    sleepers_.begin());
  }

  Instant now_{};
  std::vector<std::unique_ptr<Sleeper>> sleepers_;
  std::vector<Expected> undated_;
  std::vector<Expected> waiting_;
  FrameArena arena_;
  TimerQueue queue_{arena_};
};

/// Times of all scales, from nanoseconds to years, with many that are equal.
Duration any_duration() {
  const int scale = *rc::gen::inRange(0, 8);
  switch (scale) {
    case 0:
      return Duration(*rc::gen::inRange(0, 3));
    case 1:
      return 1s;
    case 2:
      return *rc::gen::elementOf(std::vector<Duration>{1us, 10us, 1ms, 2ms, 5ms, 100ms, 1s, 5s, 1min, 1h});
    default:
      return Duration(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << (8 * scale)));
  }
}

}  // namespace

TEST_CASE("timers fire in order, never early, and none is lost") {
  REQUIRE(rc::check([] {
    Bench bench;
    const int steps = *rc::gen::inRange(1, 200);
    for (int step = 0; step < steps; ++step) {
      switch (*rc::gen::inRange(0, 10)) {
        case 0:
          for (int i = *rc::gen::inRange(1, 150); i > 0; --i) bench.sleep_for(1s);
          break;
        case 1:
        case 2:
        case 3:
          bench.sleep_for(any_duration());
          break;
        case 4:
        case 5:
          bench.sleep_until(bench.now() + any_duration() - *rc::gen::elementOf(std::vector<Duration>{0ns, 1ns, 1ms}));
          break;
        case 6:
          if (bench.count() > 0) bench.cancel(*rc::gen::inRange<std::size_t>(0, bench.count()));
          break;
        case 7:
          bench.date();
          break;
        case 8: {
          const Instant wake = bench.next_wake();
          if (wake != kNever) RC_ASSERT(bench.pass(std::max(wake - bench.now(), Duration::zero())) == "");
          break;
        }
        default:
          RC_ASSERT(bench.pass(any_duration()) == "");
      }
    }
    // All of the rest.
    for (int rounds = 0; bench.asleep(); ++rounds) {
      RC_ASSERT(rounds < 100'000);
      const Instant wake = bench.next_wake();
      RC_ASSERT(wake != kNever);
      RC_ASSERT(bench.pass(std::max(wake - bench.now(), Duration::zero())) == "");
    }
  }));
}

TEST_CASE("timers that were cancelled wake nobody") {
  FrameArena arena;
  TimerQueue queue(arena);
  const auto far = GENERATE(1s, 100s, 100h);
  {
    std::vector<std::unique_ptr<Sleeper>> sleepers;
    for (int i = 0; i < 1000; ++i) {
      sleepers.push_back(std::make_unique<Sleeper>());
      // Two in three go into the wheel: eight lanes hold no more durations.
      queue.add(*sleepers.back(), Duration(far) + Duration(i % 3 == 0 ? 0 : i));
      if (queue.undated() == TimerQueue::kMaxUndated) queue.date(Instant(1us));
    }
    queue.date(Instant(1us));
    CHECK(queue.next_wake() <= Instant(far + 1us));
    CHECK(queue.next_wake() > Instant(1us));
  }
  CHECK(queue.next_wake() == kNever);
}

TEST_CASE("a sleep that starts while others fire waits for its own deadline") {
  FrameArena arena;
  TimerQueue queue(arena);
  Sleeper first;
  Sleeper second;
  queue.add(first, Duration(1s));
  queue.date(Instant(0s));
  std::vector<Parked*> fired;
  queue.fire(Instant(1s), [&](Parked& parked) {
    fired.push_back(&parked);
    queue.add(second, Duration(2s));  // the lane of the first is free by now
    queue.date(Instant(1s));
  });
  CHECK(fired == std::vector<Parked*>{&first});
  queue.fire(Instant(3s) - 1ns, [&](Parked& parked) { fired.push_back(&parked); });
  CHECK(fired.size() == 1);
  queue.fire(Instant(3s), [&](Parked& parked) { fired.push_back(&parked); });
  CHECK(fired == std::vector<Parked*>{&first, &second});
}

TEST_CASE("sleepers may outlive the queue") {
  std::vector<std::unique_ptr<Sleeper>> sleepers;
  {
    FrameArena arena;
    TimerQueue queue(arena);
    for (int i = 0; i < 500; ++i) {
      sleepers.push_back(std::make_unique<Sleeper>());
      queue.add(*sleepers.back(), i % 2 == 0 ? Duration(1s) : Duration(i * 7919));
      if (i % 50 == 0) queue.date(Instant(0s));
    }
  }
  CHECK(std::none_of(sleepers.begin(), sleepers.end(), [](const auto& sleeper) { return sleeper->parked(); }));
}
