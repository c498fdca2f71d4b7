// SPDX-License-Identifier: GPL-3.0-or-later
// The ordering promise of the simulation, also against a sorted list.
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/simulation/event_queue.hpp"
#include "core/simulation/simulation.hpp"
#include "tests/catch.hpp"
#include "tests/order/queue_trial.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

Instant at(Duration d) {
  return Instant{d};
}

struct Note : Timer {
  Note(std::vector<int>& list, int name) : Timer{&Note::write}, notes{list}, number{name} {}
  static void write(Timer& timer) {
    auto& self = static_cast<Note&>(timer);
    self.notes.push_back(self.number);
  }
  std::vector<int>& notes;
  int number;
};

Process note_after(Simulation& simulation, Duration delay, std::vector<int>& notes, int number) {
  co_await simulation.delay(delay);
  notes.push_back(number);
}

Process note_at_once(std::vector<int>& notes, int number) {
  notes.push_back(number);
  co_return;
}

}  // namespace

TEST_CASE("events happen in order of time", "[simulation]") {
  Simulation simulation;
  std::vector<int> notes;
  Note a{notes, 1}, b{notes, 2}, c{notes, 3};
  simulation.schedule(a, at(3s));
  simulation.schedule(b, at(1s));
  simulation.schedule(c, at(2s));
  CHECK(simulation.pending() == 3);
  CHECK(simulation.next_event_time() == at(1s));
  CHECK(simulation.run());
  CHECK(notes == std::vector{2, 3, 1});
  CHECK(simulation.now() == at(3s));
  CHECK(simulation.events() == 3);
  CHECK(simulation.next_event_time() == kNever);
  CHECK_FALSE(a.armed());
}

TEST_CASE("at equal times what was scheduled first happens first, whatever its kind", "[simulation]") {
  Simulation simulation;
  std::vector<int> notes;
  Note first{notes, 1}, fourth{notes, 4}, sixth{notes, 6};
  simulation.schedule(first, at(0s));
  simulation.spawn(note_at_once(notes, 2));
  simulation.spawn(note_after(simulation, 0s, notes, 5));  // starts third, and only then asks for its delay
  simulation.spawn(note_at_once(notes, 3));
  simulation.schedule(fourth, at(0s));
  simulation.schedule(sixth, at(1s));
  simulation.run();
  CHECK(notes == std::vector{1, 2, 3, 4, 5, 6});
}

TEST_CASE("what is scheduled for an instant before it comes goes before what is scheduled in it", "[simulation]") {
  Simulation simulation;
  std::vector<int> notes;
  Note late{notes, 3}, early{notes, 2};
  struct Spawner : Timer {
    Spawner(Simulation& s, Timer& n) : Timer{&Spawner::go}, simulation{s}, next{n} {}
    static void go(Timer& timer) {
      auto& self = static_cast<Spawner&>(timer);
      self.simulation.schedule(self.next, self.simulation.now());
    }
    Simulation& simulation;
    Timer& next;
  } spawner{simulation, late};
  simulation.schedule(spawner, at(1s));
  simulation.schedule(early, at(1s));
  simulation.run();
  CHECK(notes == std::vector{2, 3});
}

TEST_CASE("re-arming a timer moves it after what is due at the same time", "[simulation]") {
  Simulation simulation;
  std::vector<int> notes;
  Note a{notes, 1}, b{notes, 2};
  simulation.schedule(a, at(1s));
  simulation.schedule(b, at(1s));
  simulation.schedule(a, at(1s));
  CHECK(a.due() == at(1s));
  CHECK(simulation.pending() == 2);
  simulation.run();
  CHECK(notes == std::vector{2, 1});
  CHECK(simulation.events() == 2);
}

TEST_CASE("a cancelled event neither happens nor moves the clock", "[simulation]") {
  Simulation simulation;
  std::vector<int> notes;
  Note a{notes, 1}, b{notes, 2};
  simulation.schedule(a, at(1s));
  simulation.schedule(b, at(5s));
  simulation.cancel(b);
  simulation.cancel(b);
  {
    Note dead{notes, 3};
    simulation.schedule(dead, at(2s));
  }
  CHECK(simulation.pending() == 1);
  simulation.run();
  CHECK(notes == std::vector{1});
  CHECK(simulation.now() == at(1s));
  CHECK_FALSE(simulation.step());
}

TEST_CASE("an event that is due now can still be cancelled", "[simulation]") {
  Simulation simulation;
  std::vector<int> notes;
  Note victim{notes, 2};
  struct Killer : Timer {
    Killer(Simulation& s, Timer& v) : Timer{&Killer::go}, simulation{s}, victim{v} {}
    static void go(Timer& timer) {
      auto& self = static_cast<Killer&>(timer);
      self.simulation.cancel(self.victim);
    }
    Simulation& simulation;
    Timer& victim;
  } killer{simulation, victim};
  simulation.schedule(killer, at(1s));
  simulation.schedule(victim, at(1s));
  simulation.run();
  CHECK(notes.empty());
  CHECK(simulation.events() == 1);
}

TEST_CASE("a rush at one instant happens in its order, with what was cancelled left out, and so does the next rush",
          "[simulation]") {
  Simulation simulation;
  std::vector<int> notes;
  for (int rush = 0; rush < 3; ++rush) {
    constexpr int kEvents = 5'000;
    std::vector<int> expected;
    std::vector<std::unique_ptr<Note>> timers;
    notes.clear();
    for (int i = 0; i < kEvents; ++i) {
      if (i % 3 != 0) {  // nobody can take these back, so they are kept otherwise than timers
        simulation.spawn(note_at_once(notes, i));
      } else {
        timers.push_back(std::make_unique<Note>(notes, i));
        simulation.schedule(*timers.back(), simulation.now());
        if (i % 2 != 0) simulation.cancel(*timers.back());
      }
      if (i % 3 != 0 || i % 2 == 0) expected.push_back(i);
    }
    CHECK(simulation.pending() == expected.size());
    const std::uint64_t before = simulation.events();
    // In parts, so that what is left over is looked at in between.
    while (simulation.run_some(700)) {
    }
    CHECK(notes == expected);
    CHECK(simulation.events() - before == expected.size());
    CHECK(simulation.scheduled_keys() == 0);
    // A lone event later, in a run that has nothing due now.
    simulation.spawn(note_after(simulation, 1s, notes, kEvents));
    simulation.run();
    CHECK(notes.back() == kEvents);
  }
  CHECK(simulation.now() == at(3s));
}

TEST_CASE("the past cannot be scheduled, and what is due at no time does not happen", "[simulation]") {
  Simulation simulation;
  std::vector<int> notes;
  Note a{notes, 1};
  simulation.schedule(a, at(1s));
  simulation.run();
  CHECK_THROWS_AS(simulation.schedule(a, at(999ms)), std::invalid_argument);
  CHECK_THROWS_AS(simulation.delay(-1ns), std::invalid_argument);
  CHECK_FALSE(a.armed());
  simulation.schedule(a, kNever);
  CHECK(a.armed());
  CHECK(simulation.run());
  CHECK(simulation.run_until(kNever));
  CHECK(notes == std::vector{1});
  CHECK(simulation.now() == at(1s));
  simulation.spawn(note_after(simulation, Duration::max(), notes, 2));
  CHECK(simulation.run());
  CHECK(notes == std::vector{1});
}

TEST_CASE("run_until runs what is due at its end and sets the clock there", "[simulation]") {
  Simulation simulation;
  std::vector<int> notes;
  Note a{notes, 1}, b{notes, 2}, c{notes, 3};
  simulation.schedule(a, at(1s));
  simulation.schedule(b, at(2s));
  simulation.schedule(c, at(2s + 1ns));
  CHECK(simulation.run_until(at(2s)));
  CHECK(notes == std::vector{1, 2});
  CHECK(simulation.now() == at(2s));
  CHECK(simulation.run_until(at(2s)));
  CHECK(simulation.next_event_time() == at(2s + 1ns));
  CHECK(simulation.run_until(at(10s)));
  CHECK(simulation.now() == at(10s));
  CHECK(notes == std::vector{1, 2, 3});
}

TEST_CASE("a run can be stopped from within and from another thread, and continues where it was", "[simulation]") {
  Simulation simulation;
  int ticks = 0;
  std::stop_source source;
  struct Tick : Timer {
    Tick(Simulation& s, int& n) : Timer{&Tick::go}, simulation{s}, count{n} {}
    static void go(Timer& timer) {
      auto& self = static_cast<Tick&>(timer);
      if (++self.count == 10) self.simulation.stop();
      if (self.count < 100'000) self.simulation.schedule(self, self.simulation.now() + 1us);
    }
    Simulation& simulation;
    int& count;
  } tick{simulation, ticks};
  simulation.schedule(tick, at(0s));
  CHECK_FALSE(simulation.run_until(at(1h)));
  CHECK(ticks == 10);
  CHECK(simulation.now() == at(9us));
  source.request_stop();
  CHECK_FALSE(simulation.run(source.get_token()));
  CHECK(ticks <= 10 + 4096);
  CHECK(simulation.run());
  CHECK(ticks == 100'000);
}

TEST_CASE("the order is that of a sorted list, with ties, cancelled and re-armed timers", "[simulation]") {
  struct Entry {
    Instant due;
    std::uint64_t order;
    int number;
    bool operator<(const Entry& other) const { return std::tie(due, order) < std::tie(other.due, other.order); }
  };
  struct World {
    explicit World(std::uint64_t first_sequence) : simulation{first_sequence} {}

    void act() {
      // What to do comes from the generator, so that a failure shrinks.
      for (int n = *rc::gen::inRange(0, 4); n > 0; --n) {
        const int number = *rc::gen::inRange<int>(0, kTimers);
        const auto i = static_cast<std::size_t>(number);
        std::erase_if(reference, [&](const Entry& e) { return e.number == number; });
        if (*rc::gen::inRange(0, 4) == 0) {
          simulation.cancel(*timers[i]);
        } else {
          const Instant due = simulation.now() + Duration{*rc::gen::element(0, 0, 1, 2, 3, 100, 1'000'000)};
          simulation.schedule(*timers[i], due);
          reference.push_back({due, ++order, number});
        }
      }
    }

    struct Event : Timer {
      Event(World& w, int n) : Timer{&Event::go}, world{w}, number{n} {}
      static void go(Timer& timer) {
        auto& self = static_cast<Event&>(timer);
        World& world = self.world;
        const auto next = std::min_element(world.reference.begin(), world.reference.end());
        RC_ASSERT(next != world.reference.end());
        RC_ASSERT(next->number == self.number);
        RC_ASSERT(next->due == world.simulation.now());
        world.reference.erase(next);
        if (world.simulation.events() < 200) world.act();
      }
      World& world;
      int number;
    };

    enum { kTimers = 40 };
    Simulation simulation;
    std::vector<Entry> reference;
    std::uint64_t order = 0;
    std::vector<std::unique_ptr<Event>> timers;
  };

  REQUIRE(rc::check([] {
    // Some runs start where the sequence numbers are about to run out.
    World world{*rc::gen::element(std::uint64_t{0}, EventKey::kMaxSequence - 20)};
    for (int i = 0; i < World::kTimers; ++i) world.timers.push_back(std::make_unique<World::Event>(world, i));
    for (int i = 0; i < 10; ++i) world.act();
    RC_ASSERT(world.simulation.pending() == world.reference.size());
    world.simulation.run();
    RC_ASSERT(world.reference.empty());
    RC_ASSERT(world.simulation.pending() == 0U);
  }));
}

TEST_CASE("a large queue pops in order, also after most of it was cancelled", "[simulation]") {
  struct Check : Timer {
    Check() : Timer{&Check::go} {}
    static void go(Timer& timer) {
      auto& self = static_cast<Check&>(timer);
      if (self.simulation->now() < *self.latest) ++*self.wrong;
      if (self.simulation->now() == *self.latest && self.order < *self.latest_order) ++*self.wrong;
      *self.latest = self.simulation->now();
      *self.latest_order = self.order;
    }
    Simulation* simulation = nullptr;
    Instant* latest = nullptr;
    std::size_t* latest_order = nullptr;
    int* wrong = nullptr;
    std::size_t order = 0;
  };
  constexpr std::size_t kCount = 100'000;
  const bool cancel = GENERATE(false, true);
  const std::uint64_t spread = GENERATE(std::uint64_t{1000}, std::uint64_t{1'000'000'000'000});
  Simulation simulation;
  Instant latest{};
  std::size_t latest_order = 0;
  int wrong = 0;
  std::vector<Check> timers(kCount);
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < kCount; ++i) {
    state = state * 6364136223846793005 + 1442695040888963407;
    timers[i].simulation = &simulation;
    timers[i].latest = &latest;
    timers[i].latest_order = &latest_order;
    timers[i].wrong = &wrong;
    timers[i].order = i;
    simulation.schedule(timers[i], at(Duration{static_cast<std::int64_t>((state >> 20) % spread)}));
  }
  if (cancel) {
    for (std::size_t i = 0; i < kCount; ++i) {
      if (i % 10 != 0) simulation.cancel(timers[i]);
    }
  }
  const std::size_t expected = cancel ? kCount / 10 : kCount;
  CHECK(simulation.pending() == expected);
  simulation.run();
  CHECK(simulation.events() == expected);
  CHECK(wrong == 0);
}

namespace {

/// Hops on by random steps, many of them equal to those of others.
struct Hopper : Timer {
  Hopper(Simulation& s, std::vector<std::pair<std::int64_t, int>>& h, int n, bool p)
      : Timer{&Hopper::go},
        simulation{&s},
        hops{&h},
        random{7, "hopper", static_cast<std::uint64_t>(n)},
        number{n},
        passes{p} {}
  static void go(Timer& timer) {
    auto& self = static_cast<Hopper&>(timer);
    for (;;) {
      self.hops->emplace_back(self.simulation->now().time_since_epoch().count(), self.number);
      if (--self.left == 0) return;
      const Instant next = self.simulation->now() + Duration{static_cast<std::int64_t>(self.random.below(100))};
      if (self.passes && self.simulation->pass_to(next)) {
        ++self.passed;
      } else {
        return self.simulation->schedule(self, next);
      }
    }
  }

  Simulation* simulation;
  std::vector<std::pair<std::int64_t, int>>* hops;
  RandomStream random;
  int number;
  bool passes;
  int left = 2000;
  int passed = 0;
};

struct Hops {
  std::vector<std::pair<std::int64_t, int>> hops;
  std::uint64_t events = 0;
  int passed = 0;
};

template <class Run>
Hops hop(int hoppers, bool pass, Run run) {
  Hops result;
  Simulation simulation;
  std::deque<Hopper> all;
  for (int i = 0; i < hoppers; ++i) {
    all.emplace_back(simulation, result.hops, i, pass);
    simulation.schedule(all.back(), at(Duration{i % 3}));
  }
  run(simulation);
  result.events = simulation.events();
  for (const Hopper& hopper : all) result.passed += hopper.passed;
  return result;
}

}  // namespace

TEST_CASE("an event that passes on to the next does what scheduling it would have done", "[simulation]") {
  for (const int hoppers : {1, 2, 3, 7, 30, 400}) {
    INFO(hoppers);
    const Hops scheduled = hop(hoppers, false, [](Simulation& s) { s.run(); });
    const Hops passed = hop(hoppers, true, [](Simulation& s) { s.run(); });
    CHECK(passed.hops == scheduled.hops);
    CHECK(passed.events == scheduled.events);
    CHECK(scheduled.passed == 0);
    CHECK((hoppers > 30 || passed.passed > 0));
  }
}

TEST_CASE("an event passes on no further than it was asked for", "[simulation]") {
  SECTION("not at all, event by event") {
    const Hops hops = hop(1, true, [](Simulation& s) {
      for (int i = 0; i < 5; ++i) s.step();
    });
    CHECK(hops.hops.size() == 5);
    CHECK(hops.passed == 0);
  }
  SECTION("a number of events") {
    const Hops hops = hop(1, true, [](Simulation& s) { CHECK(s.run_some(100)); });
    CHECK(hops.hops.size() == 100);
    CHECK(hops.events == 100);
  }
  SECTION("an instant") {
    const Hops all = hop(1, true, [](Simulation& s) { s.run(); });
    const auto last = static_cast<std::size_t>(std::ranges::count_if(all.hops, [](auto h) { return h.first <= 5000; }));
    const Hops hops = hop(1, true, [](Simulation& s) {
      CHECK(s.run_until(at(Duration{5000})));
      CHECK(s.now() == at(Duration{5000}));
    });
    CHECK(hops.hops.size() == last);
  }
  SECTION("where it was stopped") {
    Simulation simulation;
    simulation.run();
    CHECK_FALSE(simulation.run_some(1));
    struct Stopper : Timer {
      explicit Stopper(Simulation& s) : Timer{&Stopper::go}, simulation{s} {}
      static void go(Timer& timer) {
        auto& self = static_cast<Stopper&>(timer);
        self.simulation.stop();
        self.passed = self.simulation.pass_to(self.simulation.now() + 1s);
      }
      Simulation& simulation;
      bool passed = true;
    } stopper{simulation};
    simulation.schedule(stopper, at(1s));
    CHECK_FALSE(simulation.run());
    CHECK_FALSE(stopper.passed);
    CHECK(simulation.now() == at(1s));
  }
}

TEST_CASE("the event queue pops like a sorted list, whatever the shape of the delays", "[simulation]") {
  for (int law = 0; law < tests::kDelayLaws; ++law) {
    for (const std::size_t keys : tests::kTrialKeys) {
      for (const bool renumbered : {false, true}) {
        INFO("law " << law << ", " << keys << " keys, renumbered: " << renumbered);
        CHECK(tests::queue_trial(law, keys, renumbered) == "");
      }
    }
  }
}
