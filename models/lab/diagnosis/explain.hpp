// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of a diagnosis: what is said of a run that broke, and of one that did not.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "models/concurrency/registry.hpp"
#include "models/lab/diagnosis/diagnosis.hpp"

namespace spawnpoint {

void explain_failure(Diagnosis& diagnosis, const Scenario& scenario, std::size_t run, const RunResult& result,
                     std::span<const Limit> limits);
void explain_success(Diagnosis& diagnosis, const Scenario& scenario, std::size_t run, const RunResult& result,
                     std::span<const Limit> limits);

/// Of the latter, where jobs are tasks of one thread.
void explain_tasks(Diagnosis& diagnosis, const Scenario& scenario, const RunSpec& spec, const ConcurrencyModel& model,
                   const RunResult& result);

// What all are made of.
void add(Diagnosis& diagnosis, std::string text);
void explain_by(Diagnosis& diagnosis, const Mechanism* mechanism);
void explain_by(Diagnosis& diagnosis, const ConcurrencyModel& model);
void show(Diagnosis& diagnosis, const RunResult& result, Instant at, JobId job, std::string text);
/// It met a limit that each thread has to itself.
bool is_of_one_thread(const FailurePoint& failure);
/// The most threads at a time that a run has made for its jobs, besides the program's own.
std::int64_t threads_of_jobs(const RunResult& result);
/// Whose memory is told: "process", or of a live run "live run's process", which is this program's own worker.
std::string_view process_words(const RunResult& result);
/// "7.02 MiB resident, 2.05 MiB of it before its first job, and 92 KiB in the kernel", where that was seen.
std::string memory_taken(const RunResult& result);
/// What a run's threads or tasks took, besides what the program has without them; per one of `count`.
Bytes memory_of_each(const RunResult& result, std::int64_t count);
/// Of it, what is resident: what the process has beyond what it had before its first job, for each of `count`.
Bytes resident_of_each(const RunResult& result, std::int64_t count);
/// The tasks that there were when memory was at its measured peak: a live run that is killed gets more of them after
/// its last sample. The peak of tasks where the run has no record.
std::int64_t tasks_when_measured(const RunResult& result);

}  // namespace spawnpoint
