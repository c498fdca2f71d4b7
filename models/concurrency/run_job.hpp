// SPDX-License-Identifier: GPL-3.0-or-later
// One job, as each concurrency model runs it: "start n", its steps, "end n".
#pragma once

#include <cstdint>

#include "models/concurrency/traits.hpp"
#include "models/workload/workload.hpp"
#include "models/world/world.hpp"

namespace spawnpoint::concurrency {

/// Not in the job's own coroutine, whose frame would keep what is computed on the way.
template <World W>
typename W::Wait perform_step(W& world, const Workload& work, JobId job, std::uint32_t step) {
  return steps::perform(world, work.steps()[step].kind, work.duration(job, step));
}

/// Its frame is kept small, since a million of them wait at a time: one more variable is one more word for each.
template <World W>
Task<> run_job(W& world, const Workload& work, JobId job) {
  world.enter(job, JobState::running);
  for (std::uint32_t step = 0; step < work.steps().size(); ++step) {
    world.enter(job, traits_of(work.steps()[step].kind).shown);
    co_await perform_step(world, work, job, step);
    world.enter(job, JobState::running);
  }
  world.enter(job, JobState::done);
}

/// Waits for the job's arrival first.
template <World W>
Task<> run_job_on_arrival(W& world, const Workload& work, JobId job) {
  if (!work.at_once()) co_await world.sleep_until(work.arrival(job));
  co_await run_job(world, work, job);
}

/// A job as a future. Where all jobs are there from the beginning it takes one frame: a million of them would be
/// costly.
template <World W>
Task<> job_future(W& world, const Workload& work, JobId job) {
  return world.task(work.at_once() ? run_job(world, work, job) : run_job_on_arrival(world, work, job));
}

}  // namespace spawnpoint::concurrency
