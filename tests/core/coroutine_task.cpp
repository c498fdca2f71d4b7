// SPDX-License-Identifier: GPL-3.0-or-later
// What Task promises: laziness, order, values, exceptions, cancellation, and a stack that does not grow.
#include "core/coroutine/task.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/catch.hpp"

using namespace spawnpoint;

static_assert(!std::is_copy_constructible_v<Task<>>);
static_assert(std::is_nothrow_move_constructible_v<Task<int>>);

namespace {

using Log = std::vector<std::string>;

/// Writes into a log when it goes.
class Guard {
 public:
  Guard(Log& log, std::string name) : log_(&log), name_(std::move(name)) {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() { log_->push_back("~" + name_); }

 private:
  Log* log_;
  std::string name_;
};

/// Suspends and leaves the handle outside.
class Pause {
 public:
  explicit Pause(std::coroutine_handle<>& handle) noexcept : handle_(&handle) {}
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;
  ~Pause() { *handle_ = nullptr; }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) const noexcept { *handle_ = handle; }
  void await_resume() const noexcept {}

 private:
  std::coroutine_handle<>* handle_;
};

Task<int> value(int i) {
  co_return i;
}

Task<> job(Log& log, int number) {
  log.push_back("start " + std::to_string(number));
  log.push_back("end " + std::to_string(number));
  co_return;
}

Task<> throws(const char* what) {
  throw std::runtime_error(what);
  co_return;
}

Task<int> passes_on(int depth) {
  if (depth > 0) co_return co_await passes_on(depth - 1);
  co_await throws("from below");
  co_return 0;
}

Task<int> nested(int depth) {
  if (depth == 0) co_return 0;
  co_return co_await nested(depth - 1) + 1;
}

Task<int> looped(int times) {
  int sum = 0;
  for (int i = 0; i < times; ++i) sum += co_await value(1);
  co_return sum;
}

Task<int> nested_pause(int depth, std::coroutine_handle<>& handle) {
  if (depth == 0) {
    co_await Pause(handle);
    co_return 0;
  }
  co_return co_await nested_pause(depth - 1, handle) + 1;
}

}  // namespace

TEST_CASE("a task does nothing until it is started or awaited") {
  Log log;
  Task<> task = job(log, 1);
  CHECK(log.empty());
  CHECK_FALSE(task.started());
  task.start();
  CHECK(task.done());
  CHECK(log == Log{"start 1", "end 1"});
}

TEST_CASE("tasks that are awaited one by one run one after the other") {
  Log log;
  const auto all = [](Log& lines) -> Task<> {
    Task<> first = job(lines, 1);
    Task<> second = job(lines, 2);
    co_await second;
    co_await first;
    co_await job(lines, 3);
  };
  Task<> task = all(log);
  task.start();
  CHECK(log == Log{"start 2", "end 2", "start 1", "end 1", "start 3", "end 3"});
}

TEST_CASE("a task without suspensions is a plain function call") {
  Task<int> task = looped(10);
  task.start();
  REQUIRE(task.done());
  CHECK(task.result() == 10);
}

TEST_CASE("values of all kinds come through an await") {
  int target = 7;
  const auto reference = [](int& i) -> Task<int&> { co_return i; };
  const auto unique = [](int i) -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(i); };
  const auto outer = [&]() -> Task<std::string> {
    int& same = co_await reference(target);
    same = 8;
    const std::unique_ptr<int> owned = co_await unique(9);
    co_return std::to_string(target) + std::to_string(*owned);
  };
  Task<std::string> task = outer();
  task.start();
  CHECK(task.result() == "89");
}

TEST_CASE("an exception passes through all awaiters to the owner") {
  Task<int> task = passes_on(5);
  task.start();
  REQUIRE(task.done());
  CHECK_THROWS_WITH(task.result(), "from below");
}

TEST_CASE("an awaiter may catch and continue") {
  const auto outer = []() -> Task<std::string> {
    std::string caught;
    try {
      co_await throws("thrown");
    } catch (const std::exception& e) {
      caught = e.what();
    }
    co_return caught + " " + std::to_string(co_await value(1));
  };
  Task<std::string> task = outer();
  task.start();
  CHECK(task.result() == "thrown 1");
}

TEST_CASE("an exception that nobody asks for goes with the task") {
  Task<> task = throws("unheard");
  task.start();
  CHECK(task.done());
}

TEST_CASE("destroying a suspended task destroys what it awaits, innermost first") {
  Log log;
  std::coroutine_handle<> paused;
  const auto inner = [](Log& lines, std::coroutine_handle<>& handle) -> Task<> {
    const Guard guard(lines, "inner");
    co_await Pause(handle);
    lines.push_back("never");
  };
  const auto outer = [&inner](Log& lines, std::coroutine_handle<>& handle) -> Task<> {
    const Guard guard(lines, "outer");
    co_await inner(lines, handle);
  };
  {
    Task<> task = outer(log, paused);
    task.start();
    REQUIRE(paused);
    CHECK_FALSE(task.done());
  }
  CHECK_FALSE(paused);
  CHECK(log == Log{"~inner", "~outer"});
}

TEST_CASE("destroying a task that has not started drops its arguments") {
  auto shared = std::make_shared<int>(1);
  const auto holds = [](std::shared_ptr<int> held) -> Task<int> { co_return *held; };
  {
    const Task<int> task = holds(shared);
    CHECK(shared.use_count() == 2);
  }
  CHECK(shared.use_count() == 1);
}

TEST_CASE("assigning to a task cancels the previous one") {
  auto shared = std::make_shared<int>(1);
  const auto holds = [](std::shared_ptr<int> held) -> Task<int> { co_return *held; };
  Task<int> task = holds(shared);
  task = value(2);
  CHECK(shared.use_count() == 1);
  task.start();
  CHECK(task.result() == 2);
}

TEST_CASE("an owner is notified when a task ends") {
  std::coroutine_handle<> paused;
  SECTION("by a completion") {
    struct Owner final : Completion {
      int ended = 0;
      std::coroutine_handle<> done() noexcept override {
        ++ended;
        return std::noop_coroutine();
      }
    } owner;
    Task<int> task = nested_pause(3, paused);
    task.on_done(owner);
    task.start();
    CHECK(owner.ended == 0);
    resume(paused);
    CHECK(owner.ended == 1);
    CHECK(task.result() == 3);
  }
  SECTION("by a coroutine that continues") {
    Log log;
    Task<> next = job(log, 2);
    Task<int> task = nested_pause(3, paused);
    task.on_done(next.handle());
    task.start();
    CHECK(log.empty());
    resume(paused);
    CHECK(log == Log{"start 2", "end 2"});
  }
  SECTION("and may destroy the task there and then") {
    struct Owner final : Completion {
      Task<int> task;
      std::coroutine_handle<> done() noexcept override {
        task = Task<int>();
        return std::noop_coroutine();
      }
    } owner;
    owner.task = nested_pause(3, paused);
    owner.task.on_done(owner);
    owner.task.start();
    resume(paused);
    CHECK_FALSE(owner.task);
  }
}

TEST_CASE("a task that was started can be awaited later") {
  std::coroutine_handle<> paused;
  Task<int> early = nested_pause(2, paused);
  early.start();
  const auto outer = [](Task<int>& other) -> Task<int> { co_return co_await other * 10; };
  Task<int> task = outer(early);
  task.start();
  CHECK_FALSE(task.done());
  resume(paused);
  REQUIRE(task.done());
  CHECK(task.result() == 20);
}

TEST_CASE("a hundred thousand awaits need no stack") {
  SECTION("in a loop") {
    Task<int> task = looped(100'000);
    task.start();
    CHECK(task.result() == 100'000);
  }
  SECTION("nested") {
    Task<int> task = nested(100'000);
    task.start();
    CHECK(task.result() == 100'000);
  }
  SECTION("nested, and resumed from below") {
    std::coroutine_handle<> paused;
    Task<int> task = nested_pause(100'000, paused);
    task.start();
    resume(paused);
    CHECK(task.result() == 100'000);
  }
}
