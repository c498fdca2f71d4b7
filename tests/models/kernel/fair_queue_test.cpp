// SPDX-License-Identifier: GPL-3.0-or-later
// EEVDF and CFS, rule by rule, with values that follow from kernel/sched/fair.c. Two cpus: a request of 1.4 ms.
#include "models/kernel/scheduler/fair_queue.hpp"

#include <deque>

#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::kernel;
using namespace std::chrono_literals;

namespace {

Rules eevdf() {
  Rules rules;
  rules.slice = 1400us;
  rules.latency = 8 * rules.slice;
  rules.wakeup_lead = rules.slice * 4 / 3;
  rules.tick = 4ms;
  return rules;
}

Rules cfs() {
  Rules rules = eevdf();
  rules.eevdf = rules.delays_dequeue = rules.keeps_deadline = rules.ends_protection = false;
  rules.slice = 1500us;
  rules.latency = 12ms;
  rules.wakeup_lead = 2ms;
  return rules;
}

/// A core's queue, its threads, and the time.
class Queue {
 public:
  explicit Queue(const Rules& its_rules) : rules(its_rules), fair(rules, Instant{}, links) {}

  Entity& thread(int nice = 0) {
    return threads.emplace_back(static_cast<std::uint32_t>(threads.size()), weight_of(nice));
  }
  Entity& created(int nice = 0) {
    Entity& entity = thread(nice);
    fair.update(now);
    fair.enqueue(entity, Comes::created);
    return entity;
  }
  void wakes(Entity& entity) {
    fair.update(now);
    fair.enqueue(entity, Comes::woken);
  }
  Entity* pick() { return fair.pick(now); }
  void pass(Duration time) { now += time; }
  /// A tick: true if another thread runs now.
  bool tick() {
    Entity* const before = fair.running();
    if (!fair.should_look(fair.update(now), true)) return false;
    return fair.pick(now) != before;
  }

  Rules rules;
  std::deque<Entity> threads;
  LinkPool links;
  FairQueue fair;
  Instant now{1s};
};

}  // namespace

TEST_CASE("EEVDF: a new thread begins at the average, with half a request") {
  Queue queue(eevdf());
  Entity& a = queue.created();
  CHECK(a.deadline - a.vruntime == 700'000);
  CHECK(queue.pick() == &a);
  queue.pass(10ms);
  Entity& b = queue.created();
  CHECK(b.vruntime == a.vruntime);
  CHECK(b.deadline - b.vruntime == 700'000);
}

TEST_CASE("EEVDF: a request is longer in virtual time the less a thread weighs") {
  Queue queue(eevdf());
  Entity& a = queue.thread(10);
  queue.wakes(a);
  CHECK(a.deadline - a.vruntime == 1'400'000LL * 1024 / 110);
}

TEST_CASE("EEVDF: the average is weighted, and who is not ahead of it is eligible") {
  Queue queue(eevdf());
  Entity& a = queue.created(0);
  Entity& b = queue.created(5);
  queue.pick();
  REQUIRE(queue.fair.running() == &a);
  const Virtual start = a.vruntime;
  queue.pass(1ms);
  queue.fair.update(queue.now);
  CHECK(a.vruntime == start + 1'000'000);
  // (1 ms x 1024 + 0 x 335) / 1359
  CHECK(queue.fair.average() == start + 1'000'000LL * 1024 / 1359);
  CHECK(queue.fair.eligible(b.vruntime));
  CHECK_FALSE(queue.fair.eligible(a.vruntime));
}

TEST_CASE("EEVDF: two threads that compute take turns at each tick") {
  Queue queue(eevdf());
  Entity& a = queue.created();
  Entity& b = queue.created();
  CHECK(queue.pick() == &a);
  for (int turn = 0; turn < 6; ++turn) {
    queue.pass(4ms);
    CHECK(queue.tick());
    CHECK(queue.fair.running() == (turn % 2 == 0 ? &b : &a));
  }
  // Each has had three turns of 4 ms.
  queue.fair.update(queue.now);
  CHECK(a.vruntime == b.vruntime);
}

TEST_CASE("EEVDF: a request that is longer than a tick is served to its end") {
  Rules rules = eevdf();
  rules.slice = 2800us;
  rules.tick = 1ms;
  Queue queue(rules);
  Entity& a = queue.thread();
  Entity& b = queue.thread();
  queue.wakes(a);
  queue.wakes(b);
  CHECK(queue.pick() == &a);
  for (const bool switches : {false, false, true, false, false, true}) {
    queue.pass(1ms);
    CHECK(queue.tick() == switches);
  }
}

TEST_CASE("EEVDF: weights decide how much of the core each gets") {
  Queue queue(eevdf());
  Entity& a = queue.created(0);
  Entity& b = queue.created(5);
  queue.pick();
  Duration of_a{};
  for (int tick = 0; tick < 10'000; ++tick) {
    if (queue.fair.running() == &a) of_a += 4ms;
    queue.pass(4ms);
    queue.tick();
  }
  CHECK(to_seconds(of_a) / 40 == Approx(1024.0 / 1359).epsilon(0.005));
  CHECK(b.vruntime - a.vruntime < 4'000'000LL * 1024 / 335 + 4'000'000);
}

TEST_CASE("EEVDF: a woken thread does not interrupt one whose turn is protected") {
  Queue queue(eevdf());
  Entity& a = queue.created();
  queue.pick();
  queue.pass(200us);
  // It is at the average, as the running one is, and has the earlier deadline.
  Entity& b = queue.thread();
  queue.wakes(b);
  CHECK(b.vruntime == a.vruntime);
  CHECK_FALSE(queue.fair.interrupts(b));
  CHECK(queue.pick() == &a);
}

TEST_CASE("EEVDF: a running thread that is ahead of the average is interrupted") {
  Queue queue(eevdf());
  Entity& a = queue.created();
  Entity& c = queue.created();
  queue.pick();
  queue.pass(300us);
  // With c behind it, a is ahead now. One that is owed something moves the average below c too.
  CHECK(queue.fair.eligible(c.vruntime));
  Entity& b = queue.thread();
  b.lag = 500'000;
  queue.wakes(b);
  CHECK_FALSE(queue.fair.eligible(a.vruntime));
  CHECK_FALSE(queue.fair.eligible(c.vruntime));
  CHECK(queue.fair.interrupts(b));
  CHECK(queue.pick() == &b);
}

TEST_CASE("EEVDF: one that has run alone past its request is interrupted at once, and not before") {
  for (const bool past : {false, true}) {
    Queue queue(eevdf());
    queue.now = Instant(1s);  // A tick: they are at whole multiples of 4 ms.
    Entity& a = queue.thread();
    queue.wakes(a);
    queue.pick();
    // The ticks at 4 and 8 ms have each given it a new request, of which it has used 1 or 3 ms.
    queue.pass(8ms + (past ? 3ms : 1ms));
    Entity& b = queue.thread();
    queue.wakes(b);
    CHECK(queue.fair.interrupts(b) == past);
  }
}

TEST_CASE("EEVDF: what a sleeper is owed is kept, and enlarged so that it is still owed when it is back") {
  Queue queue(eevdf());
  Entity& a = queue.created();
  Entity& b = queue.created();
  REQUIRE(queue.pick() == &a);
  queue.pass(600us);
  // a is 0.3 ms ahead of the average: it stays queued. b is owed the same.
  CHECK_FALSE(queue.fair.leave(a, queue.now, false));
  CHECK(a.standing == Standing::delayed);
  CHECK(queue.pick() == &b);
  CHECK(a.lag == -300'000);
  queue.pass(100us);
  CHECK_FALSE(queue.fair.eligible(a.vruntime));
  CHECK(queue.fair.leave(b, queue.now, false));
  CHECK(b.lag == 250'000);
  // Nobody else is there: the average is a's own runtime, its debt is paid.
  CHECK(queue.pick() == nullptr);
  CHECK(a.standing == Standing::away);
  CHECK(a.lag == 0);
  CHECK(queue.fair.queued() == 0);

  Entity& c = queue.created();
  queue.pick();
  queue.wakes(b);
  // V is c's runtime before. 0.25 ms x (1024 + 1024) / 1024 below it, and then 0.25 ms below the new average.
  CHECK(c.vruntime - b.vruntime == 500'000);
  CHECK(queue.fair.average() - b.vruntime == 250'000);
}

TEST_CASE("EEVDF: a lag is no more than two requests, or a tick") {
  Queue queue(eevdf());
  Entity& a = queue.created();
  Entity& b = queue.created();
  REQUIRE(queue.pick() == &a);
  queue.pass(100ms);
  CHECK_FALSE(queue.fair.leave(a, queue.now, false));
  CHECK(a.lag == -4'000'000);  // A tick: two requests are 2.8 ms.
  REQUIRE(queue.pick() == &b);
  CHECK(queue.fair.leave(b, queue.now, true));
  CHECK(b.lag == 4'000'000);
}

TEST_CASE("EEVDF: a thread that wakes while its debt is not yet paid goes on where it was") {
  Queue queue(eevdf());
  Entity& a = queue.created();
  Entity& b = queue.created();
  REQUIRE(queue.pick() == &a);
  queue.pass(600us);
  CHECK_FALSE(queue.fair.leave(a, queue.now, false));
  queue.pick();
  const Virtual before = a.vruntime;
  queue.pass(100us);
  queue.fair.update(queue.now);
  queue.fair.wake_delayed(a, queue.now);
  CHECK(a.standing == Standing::queued);
  CHECK(a.vruntime == before);
  CHECK(queue.fair.runnable() == 2);
  CHECK_FALSE(queue.fair.interrupts(a));
  // And one whose debt is paid by then begins anew at the average.
  queue.pass(4ms);
  CHECK(queue.tick());
  queue.pass(5ms);
  CHECK_FALSE(queue.fair.leave(a, queue.now, false));
  queue.pick();
  queue.pass(20ms);
  queue.fair.update(queue.now);
  queue.fair.wake_delayed(a, queue.now);
  CHECK(a.vruntime >= b.vruntime - 20'000'000);
  CHECK(queue.fair.eligible(a.vruntime));
}

TEST_CASE("EEVDF before 6.12: a sleeper leaves at once, and its debt goes with it") {
  Rules rules = eevdf();
  rules.delays_dequeue = rules.keeps_deadline = rules.ends_protection = false;
  Queue queue(rules);
  Entity& a = queue.created();
  queue.created();
  REQUIRE(queue.pick() == &a);
  queue.pass(600us);
  CHECK(queue.fair.leave(a, queue.now, false));
  CHECK(a.lag == -300'000);
}

TEST_CASE("EEVDF: a thread that is moved keeps its lag and what is left of its request") {
  Queue from(eevdf());
  Entity& a = from.created();
  Entity& b = from.created();
  REQUIRE(from.pick() == &a);
  from.pass(400us);
  from.fair.update(from.now);
  from.fair.take(b);
  CHECK(b.lag == 200'000);
  Queue to(eevdf());
  Entity& c = to.created();
  to.pick();
  to.fair.enqueue(b, Comes::moved);
  CHECK(c.vruntime - b.vruntime == 400'000);
  CHECK(b.deadline - b.vruntime == 700'000);
}

TEST_CASE("CFS: a new thread starts a turn behind, and a round is shared by weight") {
  Queue queue(cfs());
  Entity& a = queue.created();
  // Alone in a round of 12 ms.
  CHECK(a.vruntime == 12'000'000);
  REQUIRE(queue.pick() == &a);
  queue.pass(1ms);
  Entity& b = queue.created();
  CHECK(b.vruntime - queue.fair.average() == 6'000'000);
}

TEST_CASE("CFS: a turn ends at a tick after its share of the round") {
  Queue queue(cfs());
  Entity& a = queue.created();
  Entity& b = queue.thread();
  queue.pick();
  queue.wakes(b);
  // b was given half a round's credit: it is 6 ms behind, which is more than the 2 ms that an interruption takes.
  CHECK(a.vruntime - b.vruntime == 6'000'000);
  CHECK(queue.fair.interrupts(b));
  REQUIRE(queue.pick() == &b);
  // Its turn is 6 ms: the tick at 4 ms does not end it, the one at 8 ms does.
  queue.pass(4ms);
  CHECK_FALSE(queue.tick());
  queue.pass(4ms);
  CHECK(queue.tick());
  CHECK(queue.fair.running() == &a);
}

TEST_CASE("CFS: a short sleep earns nothing, and one who is hardly behind does not interrupt") {
  Queue queue(cfs());
  Entity& a = queue.created();
  REQUIRE(queue.pick() == &a);
  queue.pass(1ms);
  Entity& b = queue.created();
  queue.pass(8ms);
  REQUIRE(queue.tick());
  REQUIRE(queue.fair.running() == &b);
  queue.pass(1ms);
  const Virtual before = b.vruntime + 1'000'000;
  CHECK(queue.fair.leave(b, queue.now, false));
  CHECK(queue.pick() == &a);
  queue.pass(500us);
  queue.wakes(b);
  CHECK(b.vruntime == before);
  CHECK_FALSE(a.vruntime - b.vruntime > 2'000'000);
  CHECK_FALSE(queue.fair.interrupts(b));
}

TEST_CASE("CFS: with more than eight threads each has the shortest turn") {
  Queue queue(cfs());
  for (int i = 0; i < 12; ++i) queue.wakes(queue.thread());
  Entity* const first = queue.pick();
  queue.pass(1ms);
  CHECK_FALSE(queue.tick());
  queue.pass(1ms);
  CHECK(queue.tick());
  CHECK(queue.fair.running() != first);
}
