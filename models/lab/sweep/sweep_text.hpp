// SPDX-License-Identifier: GPL-3.0-or-later
// Sweeps as text: JSON and CSV for programs, sentences for people, and the exact record of a task's result that goes
// into a journal or from one process to another.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "models/lab/sweep/sweep.hpp"

namespace spawnpoint {

/// One line of `spawnpoint-run sweep --json`: the run's object (of replication 0), then the swept keys, the statistics
/// of the replications, and null as the edge. Without `compute_s`: the same sweep gives the same lines, bit for bit.
std::string to_json_line(const SweepPlan& plan, const SweepCell& cell);
/// The run at the first value that fails; `edge` says which that is, and the last that does not.
std::string to_json_line(const SweepPlan& plan, const SweepEdge& edge);

/// The same as rows of CSV, each with its newline.
std::string csv_header(const SweepPlan& plan);
std::string csv_row(const SweepPlan& plan, const SweepCell& cell);
std::string csv_row(const SweepPlan& plan, const SweepEdge& edge);

/// "thread_per_job breaks at jobs.count = 508; with 507 it does not: EAGAIN by pids.max = 512".
std::string describe(const SweepPlan& plan, const SweepEdge& edge);
/// "jobs.count = 1000, run.threads = 4".
std::string describe_point(const SweepPlan& plan, std::size_t point);

/// The machines that the sweep models: "laptop-8g and rust-playground" where it varies them, else the scenario's.
std::string machines(const SweepPlan& plan);
/// What the table shows, in sentences: where each run begins to fail, and what fails without a place where it begins;
/// "nothing fails" only of a sweep that is complete and in which nothing does.
std::vector<std::string> conclusions(const SweepPlan& plan, const SweepOutcome& outcome);

/// One line, without its newline. Reads back as the same value, bit for bit (but for the trace, which there is none
/// of).
std::string to_record(const SweepTask& task, const SweepTaskResult& result);
struct SweepRecord {
  std::size_t task = 0;
  SweepTaskResult result;
};
/// Error: what is wrong with the line.
std::expected<SweepRecord, std::string> from_record(std::string_view line);
/// A task as one line, and back; for workers in other processes.
std::string to_text(const SweepTask& task);
std::expected<SweepTask, std::string> task_from_text(std::string_view line);

}  // namespace spawnpoint
