// SPDX-License-Identifier: GPL-3.0-or-later
// Where threads are put, and how cores balance, rule by rule: kernel/sched/fair.c, rt.c.
#include "models/kernel/scheduler/scheduler.hpp"

#include <deque>
#include <set>

#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::kernel;
using namespace std::chrono_literals;

namespace {

Rules rules_with(Duration slice) {
  Rules rules;
  rules.slice = slice;
  rules.latency = 8 * slice;
  rules.wakeup_lead = slice * 4 / 3;
  rules.tick = 4ms;
  rules.round_robin = 100ms;
  return rules;
}

/// Does what a kernel does with the scheduler, for threads that compute until they are told otherwise.
class Cores {
 public:
  explicit Cores(std::size_t cores, Scheduler::Setup setup = {}, Duration slice = 1400us)
      : rules(rules_with(slice)), scheduler(rules, with(setup, cores)) {}

  Entity& thread(int nice = 0) {
    return threads.emplace_back(static_cast<std::uint32_t>(threads.size()), weight_of(nice));
  }
  void follow(const Scheduler::Verdict& verdict) {
    if (verdict.look) scheduler.pick(verdict.core, now);
  }
  Entity& start() {
    Entity& entity = thread();
    follow(scheduler.start(entity, now));
    return entity;
  }
  Entity& created_by(const Entity& parent) {
    Entity& entity = thread();
    follow(scheduler.create(entity, parent.core(), now));
    return entity;
  }
  void wakes(Entity& entity, CoreId waker) { follow(scheduler.wake(entity, waker, now)); }
  void sleeps(Entity& entity) {
    REQUIRE(scheduler.running(entity.core()) == &entity);
    const CoreId core = entity.core();
    scheduler.leave(core, now, false);
    scheduler.pick(core, now);
  }
  /// Ticks until `time` has passed.
  void pass(Duration time) {
    const Instant end = now + time;
    for (Instant next = scheduler.next_tick(now); next <= end; next = scheduler.next_tick(now)) {
      now = next;
      for (CoreId core = 0; core < scheduler.cores(); ++core)
        if (scheduler.tick(core, now)) scheduler.pick(core, now);
    }
    now = end;
  }
  bool runs(const Entity& entity) const { return scheduler.running(entity.core()) == &entity; }
  CoreId other(CoreId core) const { return core == 0 ? 1 : 0; }

  Rules rules;
  std::deque<Entity> threads;
  Scheduler scheduler;
  Instant now{1s};

 private:
  static Scheduler::Setup with(Scheduler::Setup setup, std::size_t cores) {
    setup.cores = cores;
    return setup;
  }
};

}  // namespace

TEST_CASE("a new thread goes to an idle core, the one that has been idle for longest") {
  Cores cores(4);
  Entity& main = cores.start();
  std::set<CoreId> used{main.core()};
  for (int i = 0; i < 3; ++i) {
    cores.now += 1ms;
    Entity& entity = cores.created_by(main);
    CHECK(cores.runs(entity));
    CHECK(used.insert(entity.core()).second);
  }
  // Then all are busy: one of them has to wait.
  CHECK(cores.scheduler.waiting() == 0);
  cores.created_by(main);
  CHECK(cores.scheduler.waiting() == 1);
}

TEST_CASE("without an idle core a new thread stays with its creator, unless another core carries clearly less") {
  Cores cores(2);
  Entity& main = cores.start();
  cores.created_by(main);
  cores.pass(1s);
  // Both carry 1024.
  Entity& third = cores.created_by(main);
  CHECK(third.core() == main.core());
  // 2048 against 1024: more than 17% more.
  Entity& fourth = cores.created_by(main);
  CHECK(fourth.core() == cores.other(main.core()));
}

TEST_CASE("a thread wakes where it was, if that core is idle") {
  Cores cores(4);
  Entity& main = cores.start();
  Entity& a = cores.created_by(main);
  const CoreId was = a.core();
  cores.pass(1ms);
  cores.sleeps(a);
  cores.pass(1ms);
  cores.wakes(a, main.core());
  CHECK(a.core() == was);
  CHECK(cores.runs(a));
}

TEST_CASE("a thread whose core is busy wakes on the waker's core if that is idle, else on another idle one") {
  Cores cores(4);
  Entity& main = cores.start();
  Entity& a = cores.created_by(main);
  const CoreId was = a.core();
  cores.pass(1ms);
  cores.sleeps(a);
  // b takes a's core: of the idle ones the other two have been so for longer, so they are filled first.
  std::vector<Entity*> fill;
  for (int i = 0; i < 3; ++i) fill.push_back(&cores.created_by(main));
  REQUIRE(cores.scheduler.running(was) != nullptr);
  Entity* const elsewhere = fill[0]->core() != was ? fill[0] : fill[1];
  const CoreId free = elsewhere->core();
  cores.pass(1ms);
  cores.sleeps(*elsewhere);
  SECTION("the waker's") {
    cores.wakes(a, free);
  }
  SECTION("another one") {
    cores.wakes(a, main.core());
  }
  CHECK(a.core() == free);
  CHECK(cores.runs(a));
}

TEST_CASE("the busier the cores are, the fewer of them are looked at for an idle one") {
  // Two cores: above 60% of use not even one other is looked at (update_idle_cpu_scan: 2 x (1 - (1.17 x 0.6)^2) < 1).
  for (const bool busy : {false, true}) {
    Cores cores(2);
    Entity& main = cores.start();
    Entity& b = cores.created_by(main);
    cores.pass(busy ? 2s : 1ms);
    const CoreId of_b = b.core();
    cores.sleeps(b);
    // b's core is taken, main's becomes idle, and b wakes by its own timer.
    Entity& c = cores.created_by(main);
    REQUIRE(c.core() == of_b);
    cores.pass(busy ? 100us : 1ms);
    cores.sleeps(main);
    cores.wakes(b, of_b);
    CHECK(cores.runs(b) == !busy);
  }
}

TEST_CASE("a core that becomes idle takes a thread that waits elsewhere") {
  Cores cores(2);
  Entity& main = cores.start();
  Entity& b = cores.created_by(main);
  Entity& c = cores.created_by(main);
  REQUIRE(c.core() == main.core());
  cores.pass(2ms);
  const CoreId of_b = b.core();
  cores.sleeps(b);
  // Whichever of the two did not run.
  CHECK(cores.runs(main));
  CHECK(cores.runs(c));
  CHECK(main.core() != c.core());
  CHECK(cores.scheduler.running(of_b) != nullptr);
  CHECK(cores.scheduler.migrations() == 1);
}

TEST_CASE("a thread that ran within the last half millisecond is not taken: its cache is hot") {
  for (const bool hot : {false, true}) {
    Cores cores(2);
    Entity& main = cores.start();
    Entity& b = cores.created_by(main);
    cores.created_by(main);
    // Until main has just been set aside at a tick.
    while (cores.runs(main)) cores.pass(1us);
    cores.pass(hot ? 100us : 600us);
    const CoreId of_b = b.core();
    cores.sleeps(b);
    CHECK((cores.scheduler.running(of_b) == nullptr) == hot);
    // The next tick sees to it.
    cores.pass(4ms);
    CHECK(cores.scheduler.running(of_b) != nullptr);
  }
}

TEST_CASE("three threads on two cores change places, and each gets about two thirds") {
  Cores cores(2);
  Entity& main = cores.start();
  Entity* const all[] = {&main, &cores.created_by(main), &cores.created_by(main)};
  std::int64_t ran[3] = {};
  constexpr int kSteps = 60'000;
  for (int step = 0; step < kSteps; ++step) {
    for (int i = 0; i < 3; ++i) ran[i] += cores.runs(*all[i]) ? 1 : 0;
    cores.pass(1ms);
  }
  for (const std::int64_t each : ran) CHECK(static_cast<double>(each) / kSteps == Approx(2.0 / 3).epsilon(0.05));
  // A busy core balances each 28 ms at most, and moves a thread that is too heavy after a vain try.
  CHECK(cores.scheduler.migrations() > kSteps / 200);
  CHECK(cores.scheduler.migrations() < kSteps / 28);
}

TEST_CASE("a crowd that comes after a calm time shares its core like any other") {
  Cores cores(1);
  Entity& main = cores.start();
  cores.pass(1s);
  Entity& b = cores.created_by(main);
  const auto share_of_main = [&] {
    int ran = 0;
    for (int step = 0; step < 4000; ++step) {
      ran += cores.runs(main) ? 1 : 0;
      cores.pass(100us);
    }
    return ran / 4000.0;
  };
  CHECK(cores.scheduler.waiting() == 1);
  CHECK(share_of_main() == Approx(0.5).margin(0.03));
  // One of them sleeps for long enough that nobody has waited for some time; the other one wakes now and then.
  while (!cores.runs(b)) cores.pass(100us);
  cores.sleeps(b);
  for (int i = 0; i < 3; ++i) {
    cores.pass(200ms);
    cores.sleeps(main);
    cores.wakes(main, main.core());
    CHECK(cores.runs(main));
  }
  cores.wakes(b, b.core());
  CHECK(cores.scheduler.waiting() == 1);
  CHECK(share_of_main() == Approx(0.5).margin(0.03));
}

TEST_CASE("four threads on two cores stay two and two") {
  Cores cores(2);
  Entity& main = cores.start();
  for (int i = 0; i < 3; ++i) cores.created_by(main);
  cores.pass(1s);
  const auto before = cores.scheduler.migrations();
  cores.pass(20s);
  CHECK(cores.scheduler.migrations() == before);
}

TEST_CASE("SCHED_FIFO: the first runs until it leaves, and an idle core takes who has waited longest") {
  Cores cores(2, {.policy = Policy::fifo});
  Entity& main = cores.start();
  Entity& b = cores.created_by(main);
  Entity& c = cores.created_by(main);
  Entity& d = cores.created_by(main);
  CHECK(cores.runs(b));
  CHECK(cores.scheduler.next_tick(cores.now) == kNever);
  cores.pass(10s);
  CHECK(cores.runs(main));
  CHECK(cores.runs(b));
  cores.sleeps(b);
  CHECK(cores.runs(c));
  CHECK_FALSE(cores.runs(d));
}

TEST_CASE("SCHED_RR: turns last as long as the time slice says") {
  Cores cores(1, {.policy = Policy::rr});
  Entity& main = cores.start();
  Entity& b = cores.created_by(main);
  cores.pass(95ms);
  CHECK(cores.runs(main));
  cores.pass(6ms);
  CHECK(cores.runs(b));
  cores.pass(100ms);
  CHECK(cores.runs(main));
}

TEST_CASE("a group that has used up its quota stands still until the next period") {
  Cores cores(2, {.quota = 50ms});
  Entity& main = cores.start();
  std::int64_t ran = 0;
  for (int step = 0; step < 10'000; ++step) {
    ran += cores.runs(main) ? 1 : 0;
    cores.pass(1ms);
    if (cores.scheduler.next_renewal() <= cores.now)
      for (const CoreId core : cores.scheduler.renew_quota(cores.now)) cores.scheduler.pick(core, cores.now);
  }
  CHECK(static_cast<double>(ran) / 10'000 == Approx(0.5).epsilon(0.02));
  CHECK(cores.scheduler.quota()->throttled_periods() >= 98);
}
