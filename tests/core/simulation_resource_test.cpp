// SPDX-License-Identifier: GPL-3.0-or-later
// Resources: fair queues, and whole queueing systems made of them against theory.
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/coroutine/task.hpp"
#include "core/simulation/distribution.hpp"
#include "core/simulation/resource.hpp"
#include "core/simulation/simulation.hpp"
#include "core/statistics/queueing.hpp"
#include "core/statistics/tally.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

Process use(Simulation& simulation, Resource& resource, Duration d, std::vector<int>& order, int number) {
  const auto unit = co_await resource.acquire();
  order.push_back(number);
  co_await simulation.delay(d);
}

/// Waits of the customers after the first `warm_up` of them.
class Station {
 public:
  Station(Simulation& simulation, std::size_t servers, Distribution service, std::uint64_t replication, int warm_up)
      : simulation_{simulation},
        servers_{simulation, servers},
        service_{std::move(service)},
        services_{1, "service", replication},
        left_to_ignore_{warm_up} {}

  Process customer() {
    const Instant arrived = simulation_.now();
    const auto server = co_await servers_.acquire();
    note(simulation_.now() - arrived);
    co_await simulation_.delay(service_.sample(services_));
  }

  Resource& servers() { return servers_; }
  const Tally& waits() const { return waits_; }
  double waiting_chance() const { return static_cast<double>(waited_) / static_cast<double>(waits_.count()); }

 private:
  void note(Duration wait) {
    if (left_to_ignore_ > 0) {
      if (--left_to_ignore_ == 0) servers_.restart_statistics();
      return;
    }
    waits_.add(to_seconds(wait));
    waited_ += wait > 0s;
  }

  Simulation& simulation_;
  Resource servers_;
  Distribution service_;
  RandomStream services_;
  int left_to_ignore_;
  Tally waits_;
  std::uint64_t waited_ = 0;
};

Process arrivals(Simulation& simulation, Station& station, Distribution gap, std::uint64_t replication, int customers) {
  RandomStream stream{1, "arrivals", replication};
  for (int i = 0; i < customers; ++i) {
    co_await simulation.delay(gap.sample(stream));
    simulation.spawn(station.customer());
  }
}

struct Estimate {
  Tally wait, waiting_chance, queue_length, utilisation;
};

Estimate replicate(double arrival_rate, const Distribution& service, std::size_t servers, int replications,
                   int customers) {
  Estimate estimate;
  const auto gap = Distribution::exponential(Duration{static_cast<Duration::rep>(std::llround(1e9 / arrival_rate))});
  for (int r = 0; r < replications; ++r) {
    Simulation simulation;
    const auto replication = static_cast<std::uint64_t>(r);
    Station station{simulation, servers, service, replication, customers / 10};
    simulation.spawn(arrivals(simulation, station, gap, replication, customers));
    simulation.run();
    estimate.wait.add(station.waits().mean());
    estimate.waiting_chance.add(station.waiting_chance());
    estimate.queue_length.add(station.servers().mean_queue_length());
    estimate.utilisation.add(station.servers().utilisation());
  }
  return estimate;
}

}  // namespace

TEST_CASE("a resource serves processes first come, first served", "[simulation]") {
  Simulation simulation;
  Resource resource{simulation, 2};
  std::vector<int> order;
  for (int i = 0; i < 6; ++i) simulation.spawn(use(simulation, resource, 1s, order, i));
  simulation.run_until(Instant{1500ms});
  CHECK(order == std::vector{0, 1, 2, 3});
  CHECK(resource.in_use() == 2);
  CHECK(resource.waiting() == 2);
  simulation.run();
  CHECK(order == std::vector{0, 1, 2, 3, 4, 5});
  CHECK(simulation.now() == Instant{3s});
  CHECK(resource.available() == 2);
  CHECK(resource.utilisation() == Approx(1.0));
  CHECK(resource.mean_queue_length() == Approx((4.0 + 2.0 + 0.0) / 3));
  CHECK(resource.max_queue_length() == 4);
}

TEST_CASE("nobody overtakes the one whose turn it is", "[simulation]") {
  Simulation simulation;
  Resource resource{simulation, 1};
  std::vector<int> order;
  simulation.spawn(use(simulation, resource, 1s, order, 0));
  simulation.spawn(use(simulation, resource, 1s, order, 1));
  // Comes at the very instant at which the unit is handed over, before the second has resumed.
  const auto late = [](Simulation& s, Resource& r, std::vector<int>& o) -> Process {
    co_await s.delay(1s);
    CHECK_FALSE(r.try_acquire());
    const auto unit = co_await r.acquire();
    o.push_back(2);
  };
  simulation.spawn(late(simulation, resource, order));
  simulation.run();
  CHECK(order == std::vector{0, 1, 2});
}

TEST_CASE("a unit can be released early, moved and tried for", "[simulation]") {
  Simulation simulation;
  Resource resource{simulation, 1};
  auto unit = resource.try_acquire();
  REQUIRE(unit);
  CHECK_FALSE(resource.try_acquire());
  auto moved = std::move(unit);
  CHECK(resource.available() == 0);
  moved.release();
  moved.release();
  CHECK(resource.available() == 1);
  CHECK_FALSE(moved);
}

TEST_CASE("a process destroyed while waiting leaves the queue, and a unit on its way goes to the next",
          "[simulation]") {
  Simulation simulation;
  Resource resource{simulation, 1};
  std::vector<int> order;
  const auto waiter = [](Resource& r, std::vector<int>& o, int number) -> Task<> {
    const auto unit = co_await r.acquire();
    o.push_back(number);
  };
  auto unit = resource.try_acquire();
  std::optional<Task<>> first = waiter(resource, order, 1);
  std::optional<Task<>> second = waiter(resource, order, 2);
  Task<> third = waiter(resource, order, 3);
  first->start();
  second->start();
  third.start();
  CHECK(resource.waiting() == 3);
  first.reset();
  CHECK(resource.waiting() == 2);
  unit.release();  // on its way to the second
  second.reset();
  simulation.run();
  CHECK(order == std::vector{3});
  CHECK(resource.available() == 1);
}

TEST_CASE("resource and simulation may go in either order, with processes in the queue", "[simulation]") {
  std::vector<int> order;
  {
    Simulation simulation;
    auto resource = std::make_unique<Resource>(simulation, 1);
    for (int i = 0; i < 5; ++i) simulation.spawn(use(simulation, *resource, 1s, order, i));
    simulation.run_until(Instant{1500ms});
    resource.reset();
  }
  CHECK(order == std::vector{0, 1});
  {
    auto simulation = std::make_unique<Simulation>();
    Resource resource{*simulation, 1};
    for (int i = 0; i < 5; ++i) simulation->spawn(use(*simulation, resource, 1s, order, i));
    simulation->run_until(Instant{1500ms});
    simulation.reset();
  }
  CHECK(order == std::vector{0, 1, 0, 1});
}

TEST_CASE("M/M/c made of processes agrees with Erlang", "[simulation]") {
  struct Case {
    double rate;
    Duration service;
    int servers;
  };
  const auto c = GENERATE(values<Case>({{0.35, 10s, 4}, {2.0, 1s, 3}, {8.0, 1s, 10}, {0.5, 1s, 1}}));
  const Estimate estimate =
      replicate(c.rate, Distribution::exponential(c.service), static_cast<std::size_t>(c.servers), 20, 40'000);
  const auto theory = queueing::mmc(c.rate, to_seconds(c.service), c.servers).value();
  INFO(c.rate << " " << c.servers << ": " << estimate.wait.mean() << " for " << theory.wait);
  CHECK(estimate.wait.confidence_interval(0.99).contains(theory.wait));
  CHECK(estimate.waiting_chance.confidence_interval(0.99).contains(theory.waiting_chance));
  CHECK(estimate.queue_length.confidence_interval(0.99).contains(theory.queue_length));
  CHECK(estimate.utilisation.confidence_interval(0.99).contains(theory.utilisation));
  // And the interval is narrow enough to mean something.
  CHECK(estimate.wait.confidence_interval(0.99).half_width < 0.08 * theory.wait);
}

TEST_CASE("M/D/1 made of processes waits half as long as M/M/1", "[simulation]") {
  const Estimate estimate = replicate(0.8, Distribution::constant(1s), 1, 20, 40'000);
  CHECK(estimate.wait.confidence_interval(0.99).contains(queueing::md1(0.8, 1)->wait));
  CHECK(estimate.wait.confidence_interval(0.99).half_width < 0.2);
}

TEST_CASE("a closed system of processes has the throughput of theory", "[simulation]") {
  struct Counter {
    std::uint64_t served = 0;
  };
  const auto customer = [](Simulation& simulation, Resource& servers, Counter& counter,
                           RandomStream stream) -> Process {
    const auto second = Distribution::exponential(1s);
    for (;;) {
      co_await simulation.delay(second.sample(stream));
      const auto server = co_await servers.acquire();
      co_await simulation.delay(second.sample(stream));
      ++counter.served;
    }
  };
  Tally throughput;
  for (std::uint64_t r = 0; r < 20; ++r) {
    Simulation simulation;
    Resource servers{simulation, 2};
    Counter counter;
    for (std::uint64_t i = 0; i < 4; ++i) {
      simulation.spawn(customer(simulation, servers, counter, RandomStream{1, "closed", r, i}));
    }
    simulation.run_until(Instant{100s});
    const auto before = counter.served;
    simulation.run_until(Instant{10'100s});
    throughput.add(static_cast<double>(counter.served - before) / 10'000);
  }
  CHECK(throughput.confidence_interval(0.99).contains(queueing::closed(4, 1, 1, 2).throughput));
  CHECK(throughput.confidence_interval(0.99).half_width < 0.02);
}

TEST_CASE("the same seed gives the same run, event for event", "[simulation]") {
  const auto fingerprint = [](std::uint64_t replication) {
    Simulation simulation;
    Station station{simulation, 3, Distribution::lognormal(1s, 2.0), replication, 0};
    simulation.spawn(arrivals(simulation, station, Distribution::exponential(400ms), replication, 2000));
    std::uint64_t hash = 0xCBF29CE484222325;
    while (simulation.step()) {
      hash = (hash ^ static_cast<std::uint64_t>(simulation.now().time_since_epoch().count())) * 0x100000001B3;
    }
    return hash;
  };
  CHECK(fingerprint(0) == fingerprint(0));
  CHECK(fingerprint(0) != fingerprint(1));
  CHECK(fingerprint(0) == 13585968834043077590U);  // what it was when it was written, on any machine
}
