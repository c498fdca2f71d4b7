// SPDX-License-Identifier: GPL-3.0-or-later
// Sleeping jobs as raw timers of libuv: callbacks, no coroutines. See sleepers.hpp.
#include <uv.h>

#include <vector>

#include "tests/bench/executor/sleepers.hpp"

namespace {

struct Job {
  uv_timer_t timer;
};
struct TimedJob {
  uv_timer_t timer;
  bench::Clock::time_point began;
  std::uint64_t milliseconds;
};

bench::Sleepers* all = nullptr;

void end(uv_timer_t*) {}
void end_timed(uv_timer_t* timer) {
  const auto* job = reinterpret_cast<TimedJob*>(timer);
  all->woke(job->began, job->milliseconds);
}

}  // namespace

int main(int argc, char** argv) {
  bench::Sleepers sleepers(argc, argv);
  all = &sleepers;
  uv_loop_t* loop = uv_default_loop();
  uv_update_time(loop);
  std::vector<Job> jobs(sleepers.lateness() ? 0 : sleepers.jobs());
  std::vector<TimedJob> timed(sleepers.lateness() ? sleepers.jobs() : 0);
  for (std::uint64_t i = 0; i < jobs.size(); ++i) {
    uv_timer_init(loop, &jobs[i].timer);
    uv_timer_start(&jobs[i].timer, end, sleepers.milliseconds(i), 0);
  }
  for (std::uint64_t i = 0; i < timed.size(); ++i) {
    timed[i].milliseconds = sleepers.milliseconds(i);
    uv_timer_init(loop, &timed[i].timer);
    // The loop knows the time only as of its last turn: what starts later would end early.
    uv_update_time(loop);
    timed[i].began = bench::Clock::now();
    uv_timer_start(&timed[i].timer, end_timed, timed[i].milliseconds, 0);
  }
  uv_run(loop, UV_RUN_DEFAULT);
  sleepers.report();
}
