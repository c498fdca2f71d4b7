// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/coroutine/join_all.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;

namespace {

/// Lets a test decide when, and in which order, tasks continue.
class Gate {
 public:
  class Wait {
   public:
    Wait(Gate& gate, std::size_t number) noexcept : gate_(&gate), number_(number) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() { gate_->waiting_[number_] = nullptr; }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const noexcept { gate_->waiting_[number_] = handle; }
    void await_resume() const noexcept {}

   private:
    Gate* gate_;
    std::size_t number_;
  };

  explicit Gate(std::size_t size) : waiting_(size) {}
  Wait wait(std::size_t number) noexcept { return Wait(*this, number); }
  bool waits(std::size_t number) const { return waiting_[number] != nullptr; }
  void open(std::size_t number) { resume(waiting_[number]); }

 private:
  std::vector<std::coroutine_handle<>> waiting_;
};

using Log = std::vector<std::string>;

Task<> job(Gate& gate, Log& log, std::size_t number) {
  log.push_back("start " + std::to_string(number));
  co_await gate.wait(number);
  log.push_back("end " + std::to_string(number));
}

Task<> fails(Gate& gate, std::size_t number) {
  co_await gate.wait(number);
  throw std::runtime_error("job " + std::to_string(number));
}

Task<> instant() {
  co_return;
}

Task<> holds(Gate& gate, std::size_t number, std::shared_ptr<int> held) {
  co_await gate.wait(number);
  *held = 0;
}

Task<std::string> text() {
  co_return "text";
}
Task<int> later(Gate& gate, std::size_t number) {
  co_await gate.wait(number);
  co_return 5;
}

}  // namespace

TEST_CASE("join_all starts all in order and ends with the last one") {
  Gate gate(3);
  Log log;
  std::vector<Task<>> tasks;
  for (std::size_t i = 0; i < 3; ++i) tasks.push_back(job(gate, log, i));
  Task<> all = join_all(std::move(tasks));
  CHECK(log.empty());
  all.start();
  CHECK(log == Log{"start 0", "start 1", "start 2"});
  gate.open(1);
  gate.open(2);
  CHECK_FALSE(all.done());
  gate.open(0);
  CHECK(all.done());
  CHECK(log == Log{"start 0", "start 1", "start 2", "end 1", "end 2", "end 0"});
}

TEST_CASE("join_all makes tasks one by one and frees each as it ends") {
  FrameArena arena;
  const FrameArena::Scope scope(arena);
  Gate gate(1000);
  Log log;
  Task<> all = join_all(1000, [&](std::size_t i) { return job(gate, log, i); });
  all.start();
  CHECK(log.size() == 1000);
  const Bytes with_all = arena.in_use();
  for (std::size_t i = 0; i < 999; ++i) gate.open(i);
  CHECK(arena.in_use() < with_all / 10);
  CHECK_FALSE(all.done());
  gate.open(999);
  CHECK(all.done());
  all = Task<>();
  CHECK(arena.in_use() == 0_B);
}

TEST_CASE("join_all of nothing, and of tasks that never suspend, is done at once") {
  Task<> none = join_all(std::vector<Task<>>());
  none.start();
  CHECK(none.done());
  Task<> many = join_all(10'000, [](std::size_t) { return instant(); });
  many.start();
  CHECK(many.done());
}

TEST_CASE("join_all rethrows the first exception in order, once all have ended") {
  Gate gate(4);
  std::vector<Task<>> tasks;
  for (std::size_t i = 0; i < 4; ++i) tasks.push_back(fails(gate, i));
  Task<> all = join_all(std::move(tasks));
  all.start();
  gate.open(2);
  gate.open(1);
  gate.open(3);
  CHECK_FALSE(all.done());
  gate.open(0);
  REQUIRE(all.done());
  CHECK_THROWS_WITH(all.result(), "job 0");
}

TEST_CASE("destroying join_all cancels the children that live, whatever their frames' order") {
  FrameArena arena;
  const FrameArena::Scope scope(arena);
  constexpr std::size_t kJobs = 10'000;
  Gate gate(kJobs);
  auto held = std::make_shared<int>(1);
  // Frames that come from a torn free list lie anywhere.
  {
    std::vector<Task<>> torn(kJobs);
    for (std::size_t i = 0; i < kJobs; ++i) torn[i] = holds(gate, i, held);
    for (std::size_t i = 0; i < kJobs; ++i) torn[i * 7919 % kJobs] = Task<>();
  }
  REQUIRE(held.use_count() == 1);
  {
    Task<> all = join_all(kJobs, [&](std::size_t i) { return i % 3 == 0 ? instant() : holds(gate, i, held); });
    all.start();
    for (std::size_t i = 0; i < kJobs; i += 5) {
      if (gate.waits(i)) gate.open(i);
    }
    CHECK(held.use_count() > 5'000);
  }
  CHECK(held.use_count() == 1);
  CHECK(arena.in_use() == 0_B);
}

TEST_CASE("destroying join_all before it starts drops the tasks") {
  Gate gate(1);
  auto held = std::make_shared<int>(1);
  std::vector<Task<>> tasks;
  tasks.push_back(holds(gate, 0, held));
  {
    const Task<> all = join_all(std::move(tasks));
    CHECK(held.use_count() == 2);
  }
  CHECK(held.use_count() == 1);
}

TEST_CASE("a join set takes children while others run") {
  Gate gate(3);
  Log log;
  JoinSet set;
  set.start(job(gate, log, 0));
  set.start(job(gate, log, 1));
  gate.open(0);
  CHECK(set.running() == 1);
  set.start(job(gate, log, 2));
  const auto wait = [](JoinSet& children) -> Task<> { co_await children.all(); };
  Task<> all = wait(set);
  all.start();
  gate.open(2);
  CHECK_FALSE(all.done());
  gate.open(1);
  CHECK(all.done());
}

TEST_CASE("when_all gives all values") {
  Gate gate(1);
  Log log;
  auto all = when_all(later(gate, 0), text(), instant());
  all.start();
  CHECK_FALSE(all.done());
  gate.open(0);
  REQUIRE(all.done());
  const auto [number, word, nothing] = all.result();
  (void)nothing;
  CHECK(number == 5);
  CHECK(word == "text");
}

TEST_CASE("when_all rethrows the first exception in order and cancels with its owner") {
  Gate gate(3);
  SECTION("rethrows") {
    auto all = when_all(later(gate, 0), fails(gate, 1), fails(gate, 2));
    all.start();
    gate.open(2);
    gate.open(1);
    gate.open(0);
    REQUIRE(all.done());
    CHECK_THROWS_WITH(all.result(), "job 1");
  }
  SECTION("cancels") {
    auto held = std::make_shared<int>(1);
    {
      auto all = when_all(later(gate, 0), holds(gate, 1, held));
      all.start();
      CHECK(held.use_count() == 2);
    }
    CHECK(held.use_count() == 1);
    CHECK_FALSE(gate.waits(0));
  }
}
