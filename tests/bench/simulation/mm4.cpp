// SPDX-License-Identifier: GPL-3.0-or-later
// M/M/4 at 90% load, each customer a process: 3.6 arrivals per second, services of one second.
//
//     mm4 CUSTOMERS [REPLICATIONS|recorded]
//
// With replications: the mean wait over them against the Erlang C formula. With `recorded`: with the trace and the
// statistics of a modeled run.
#include <cmath>
#include <cstring>

#include "core/coroutine/frame_arena.hpp"
#include "core/simulation/resource.hpp"
#include "core/simulation/simulation.hpp"
#include "core/simulation/variates.hpp"
#include "core/statistics/quantile_sketch.hpp"
#include "core/statistics/queueing.hpp"
#include "core/statistics/tally.hpp"
#include "core/trace/recorder.hpp"
#include "tests/bench/simulation/measure.hpp"

using namespace spawnpoint;

namespace {

Duration exponential(RandomStream& random, double rate) {
  return Duration{static_cast<Duration::rep>(1e9 / rate * standard_exponential(random))};
}

struct Plain {
  explicit Plain(std::uint64_t) {}
  void enter(JobId, JobState, LaneId, Instant) {}
  void waited(Duration wait) { total += wait; }
  double mean(std::uint64_t customers) const { return to_seconds(total) / static_cast<double>(customers); }

  Duration total{};
};

struct Recorded {
  explicit Recorded(std::uint64_t customers) : recorder(trace, customers) {}
  void enter(JobId job, JobState state, LaneId lane, Instant at) { recorder.enter(job, state, lane, at); }
  void waited(Duration wait) {
    tally.add(to_seconds(wait));
    quantiles.add(wait);
  }
  double mean(std::uint64_t) const { return tally.mean(); }

  Trace trace;
  TraceRecorder recorder;
  Tally tally;
  QuantileSketch quantiles;
};

template <class Record>
class Queue {
 public:
  Queue(std::uint64_t customers, std::uint64_t replication)
      : customers_(customers),
        record_(customers),
        arrivals_{1, "arrivals", replication},
        services_{1, "services", replication} {}

  double mean_wait() {
    const FrameArena::Scope scope(frames_);
    simulation_.spawn(source());
    simulation_.run();
    return record_.mean(customers_);
  }
  std::uint64_t events() const { return simulation_.events(); }

 private:
  Process source() {
    for (JobId i = 0; i < customers_; ++i) {
      co_await simulation_.delay(exponential(arrivals_, 3.6));
      simulation_.spawn(customer(i));
    }
  }

  Process customer(JobId id) {
    const Instant arrived = simulation_.now();
    record_.enter(id, JobState::queued, 0, arrived);
    const auto turn = co_await servers_.acquire();
    record_.enter(id, JobState::running, 0, simulation_.now());
    record_.waited(simulation_.now() - arrived);
    co_await simulation_.delay(exponential(services_, 1.0));
    record_.enter(id, JobState::done, 0, simulation_.now());
  }

  std::uint64_t customers_;
  Record record_;
  RandomStream arrivals_;
  RandomStream services_;
  FrameArena frames_;  // outlives the simulation, which destroys the processes
  Simulation simulation_;
  Resource servers_{simulation_, 4};
};

template <class Record>
void measure(std::uint64_t customers) {
  const double begin = bench::processor_seconds();
  Queue<Record> queue(customers, 0);
  const double wait = queue.mean_wait();
  const double took = bench::processor_seconds() - begin;
  std::printf("cpu_s=%.6f\n", took);
  std::printf("events_per_second=%.0f\n", static_cast<double>(queue.events()) / took);
  std::printf("mean_wait_s=%.6f\n", wait);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t customers = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  if (argc < 3) {
    measure<Plain>(customers);
  } else if (std::strcmp(argv[2], "recorded") == 0) {
    measure<Recorded>(customers);
  } else {
    Tally means;
    for (int i = 1; i <= std::atoi(argv[2]); ++i) {
      means.add(Queue<Plain>(customers, static_cast<std::uint64_t>(i)).mean_wait());
    }
    const double theory = queueing::mmc(3.6, 1.0, 4)->wait;
    const auto interval = means.confidence_interval(0.99);
    std::printf("theory_wait_s=%.6f\n", theory);
    std::printf("mean_wait_s=%.6f\n", interval.mean);
    std::printf("half_width_s=%.6f\n", interval.half_width);
    std::printf("distance=%.4f\n", std::abs(interval.mean - theory) / interval.half_width);
  }
}
