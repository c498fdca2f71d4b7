// SPDX-License-Identifier: GPL-3.0-or-later
// How values and results are written for people, and as JSON for programs. The app and the command line both write them
// with these, so a figure looks the same wherever it is met.
#pragma once

#include <cstdint>
#include <string>

#include "core/units.hpp"
#include "models/machine/limit_table.hpp"
#include "models/result/result.hpp"

namespace spawnpoint {

/// "1.043 s", "250 µs", "3 s", "12 min 5 s". Four significant digits; fewer only where the value is exactly that, so
/// "3 s" is three seconds and "3.000 s" nearly so.
std::string format_duration(Duration duration);

/// "18.9 MiB", "512 MiB", "0 B". Three significant digits, fewer where that is exact.
std::string format_bytes(Bytes bytes);

/// "18,879"
std::string format_count(std::int64_t count);

/// "1 job", "3 jobs", "1,000 jobs": the plural is the noun with an s.
std::string format_count(std::int64_t count, const std::string& noun);

/// "508 threads with main": those that were alive at once; "1 thread" where there was only the main thread.
std::string format_threads(std::int64_t alive);
/// The same of a result; "40 threads, 19 of them the runtime's own", where the runtime has several.
std::string format_threads(const RunResult& result);

/// How much larger `value` is than `reference`: "+14%", "-0.3%", "×12" beyond ten times; "" where the reference is 0.
/// "equal" only where they are: a small difference has as many digits as show it, "+0.002%".
std::string format_difference(double value, double reference);

/// "no step began or ended for too long while it was computed": why a run ended early; empty where the user asked for
/// it, or it did not.
std::string stop_words(StopCause cause);

/// A limit's value in its own unit: "512", "8 GiB".
std::string format_value(const Limit& limit, std::int64_t value);

/// "4.58 MiB for the jobs": what they took, resident, at its peak. "13.2 MiB" where the program's own part is not
/// known, "memory not measured" where nothing is; "61.2 MiB for the jobs, last seen 3 ms before it was killed".
std::string format_jobs_memory(const RunResult& result);
std::string format_jobs_memory(Bytes resident);
/// Of a run that could not tell its peaks: "last seen 3 ms before it was killed". Else empty.
std::string format_memory_seen(const RunResult& result);
/// A size at its peak, as a cell of a table: "61.2 MiB", "≥ 61.2 MiB" where the peak was not seen.
std::string format_peak(const RunResult& result, Bytes peak);
/// "8.63 MiB for the program": what the program itself had before its first job; empty: not known.
std::string format_program_memory(const RunResult& result);

/// "job 508": people count jobs from 1.
std::string format_job(JobId job);
/// As lane_name(), for people: "main", "thread 1,600".
std::string format_lane(LaneId lane);

/// What ended a run, in a word: "EAGAIN", "SIGSEGV"; "failed" where it is not known.
std::string format_cause(const FailurePoint& failure);
/// In a few words: "EAGAIN by pids.max".
std::string format_failure(const FailurePoint& failure);
/// With the limit's value: "EAGAIN by pids.max = 512".
std::string format_failure_in_full(const FailurePoint& failure);
/// With the call and how far it came: "clone3 gave EAGAIN after 507 threads (pids.max)".
std::string format_failed_call(const FailurePoint& failure);
/// Of a run: "EAGAIN by pids.max at job 508", "a worker refused (EAGAIN by pids.max), all jobs done"; empty where
/// nothing failed.
std::string format_failure(const RunResult& result);

/// One line of `spawnpoint-run run --json`, without its newline. Its fields are part of the command line's contract;
/// new ones are only ever added at the end.
std::string to_json_line(const RunResult& result);

}  // namespace spawnpoint
