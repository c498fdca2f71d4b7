// SPDX-License-Identifier: GPL-3.0-or-later
// Records to draw: a tiny one, one that fails at thread 508, and large ones. All are computed, so that a test knows
// what is where.
#pragma once

#include <memory>

#include "core/trace/recorder.hpp"
#include "core/trace/trace.hpp"

namespace spawnpoint::gui {

inline Instant seconds(double s) {
  return Instant(Duration(static_cast<std::int64_t>(s * 1e9 + 0.5)));
}

/// Three threads: each runs from 0 to 0.25 s, then waits until 1 s. Thread n has job n.
inline std::shared_ptr<const Trace> three_threads() {
  auto trace = std::make_shared<Trace>();
  TraceRecorder recorder(*trace, 3);
  for (JobId job = 0; job < 3; ++job) recorder.enter(job, JobState::running, job + 1, seconds(0));
  recorder.sample(SeriesKind::threads, seconds(0), 4);
  recorder.sample(SeriesKind::resident, seconds(0), 2 << 20);
  recorder.sample(SeriesKind::virtual_size, seconds(0), 4 << 20);
  recorder.sample(SeriesKind::kernel_stacks, seconds(0), 64 << 10);
  recorder.sample(SeriesKind::page_tables, seconds(0), 96 << 10);
  recorder.sample(SeriesKind::virtual_size, seconds(0.001), 404 << 20);
  for (JobId job = 0; job < 3; ++job) recorder.enter(job, JobState::waiting, job + 1, seconds(0.25));
  recorder.sample(SeriesKind::resident, seconds(0.5), 3 << 20);
  for (JobId job = 0; job < 3; ++job) recorder.enter(job, JobState::done, job + 1, seconds(1));
  recorder.sample(SeriesKind::threads, seconds(1), 1);
  recorder.finish(seconds(1));
  return trace;
}

/// A thousand jobs of one second, a thread each, started 100 µs apart; the 508th is refused.
inline std::shared_ptr<const Trace> refused_at_508() {
  auto trace = std::make_shared<Trace>();
  TraceRecorder recorder(*trace, 1000);
  const double spawn = 100e-6;
  for (JobId job = 0; job < 1000; ++job) recorder.enter(job, JobState::queued, 0, seconds(0));
  for (JobId job = 0; job < 507; ++job) {
    const double at = job * spawn;
    recorder.enter(job, JobState::starting, job + 1, seconds(at));
    recorder.enter(job, JobState::running, job + 1, seconds(at + 80e-6));
    recorder.enter(job, JobState::waiting, job + 1, seconds(at + 90e-6));
    recorder.sample(SeriesKind::threads, seconds(at), job + 2);
    recorder.sample(SeriesKind::resident, seconds(at), 2e6 + job * 12e3);
    recorder.sample(SeriesKind::virtual_size, seconds(at), 4e6 + job * 2.1e6);
    recorder.sample(SeriesKind::kernel_stacks, seconds(at), (job + 2) * 16384.0);
    recorder.sample(SeriesKind::page_tables, seconds(at), (job + 2) * 8192.0);
  }
  const Instant refused = seconds(507 * spawn);
  recorder.enter(507, JobState::failed, 0, refused);
  recorder.mark({MarkKind::failure, refused, 0, 507, "pthread_create: EAGAIN (pids.max is 512)"});
  for (JobId job = 0; job < 507; ++job) {
    const double at = 1 + 90e-6 + job * (spawn + 15e-6);
    recorder.enter(job, JobState::done, job + 1, seconds(at));
    recorder.sample(SeriesKind::threads, seconds(at), 507.0 - job);
    recorder.sample(SeriesKind::resident, seconds(at), 8e6 - job * 11e3);
  }
  recorder.finish(seconds(1.2));
  return trace;
}

/// `lanes` workers share a million segments of running and waiting, of different lengths.
inline std::shared_ptr<const Trace> many_segments(LaneId lanes, std::size_t segments = 1'000'000) {
  auto trace = std::make_shared<Trace>();
  trace->lanes = lanes;
  trace->segments.reserve(segments);
  trace->jobs.resize(segments / 2);
  const std::size_t each = segments / lanes;
  const std::int64_t mean = 10'000'000'000 / static_cast<std::int64_t>(each);
  std::uint32_t state = 12345;
  std::vector<std::int64_t> now(lanes, 0);
  JobId job = 0;
  for (std::size_t i = 0; i < each; ++i) {
    for (LaneId lane = 0; lane < lanes; ++lane) {
      state = state * 1664525U + 1013904223U;
      const std::int64_t length = 1 + static_cast<std::int64_t>(mean * 2 * (state >> 8) / (1U << 24));
      // Busy at first, idle later, and a wave over the lanes.
      const bool runs = (state >> 4) % 100 < (i * 100 / each + lane) % 100;
      const Instant begin(Duration(now[lane]));
      now[lane] += length;
      trace->segments.append({lane, job % static_cast<JobId>(segments / 2),
                              runs ? JobState::running : JobState::waiting, begin, Instant(Duration(now[lane]))});
      trace->end = std::max(trace->end, Instant(Duration(now[lane])));
      ++job;
    }
  }
  return trace;
}

/// A million tasks on one thread: each is started, waits a second and ends.
inline std::shared_ptr<const Trace> million_tasks(std::uint32_t jobs = 1'000'000) {
  auto trace = std::make_shared<Trace>();
  TraceRecorder recorder(*trace, jobs);
  const double step = 0.4 / jobs;
  for (JobId job = 0; job < jobs; ++job) recorder.enter(job, JobState::queued, 0, seconds(0));
  for (JobId job = 0; job < jobs; ++job) {
    recorder.enter(job, JobState::waiting, 0, seconds((job + 1) * step));
    if (job % 100 == 0) recorder.sample(SeriesKind::tasks, seconds((job + 1) * step), job + 1.0);
    if (job % 100 == 0) recorder.sample(SeriesKind::resident, seconds((job + 1) * step), 3e6 + job * 85.0);
  }
  for (JobId job = 0; job < jobs; ++job) {
    recorder.enter(job, JobState::running, 0, seconds(1 + (job + 1) * step));
    recorder.enter(job, JobState::done, 0, seconds(1 + (job + 1.9) * step));
    if (job % 100 == 0) recorder.sample(SeriesKind::tasks, seconds(1 + (job + 2) * step), jobs - 1.0 - job);
  }
  recorder.sample(SeriesKind::tasks, seconds(1.45), 0);
  recorder.sample(SeriesKind::virtual_size, seconds(0), 350e6);
  recorder.finish(seconds(1.45));
  return trace;
}

}  // namespace spawnpoint::gui
