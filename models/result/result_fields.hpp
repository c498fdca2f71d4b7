// SPDX-License-Identifier: GPL-3.0-or-later
// The fields of a run's result, described once: JSON, tables, records, sweeps and expectations visit the same list. Its
// order is that of the JSON lines of `spawnpoint-run run --json`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "models/result/result.hpp"

namespace spawnpoint {

/// Who gets to see a field: each has what the previous one has, and more.
enum class Told : std::uint8_t {
  records,      ///< Saved records and sweeps' journals alone: what the program needs to show the run again.
  programs,     ///< The JSON too, which is a contract: a field may be added at the end of the list, and none may go.
  expectations  ///< `[expect]` too.
};

inline constexpr std::array<std::string_view, 6> kStopWords{"nothing", "the user", "events", "memory", "time", "idle"};
inline constexpr std::array<std::string_view, 3> kImposedWords{"no", "yes", "not needed"};

template <class Visitor>
void describe(Visitor& visit, FailurePoint& failure) {
  visit.job("job", failure.job, Told::expectations, "the job that could not be started or was hit");
  visit.count("threads", failure.threads, Told::expectations, "threads that were created before it");
  visit.text("call", failure.call, Told::expectations, "the call that failed");
  std::string cause = name_of(failure.cause);
  visit.text("errno", cause, Told::expectations, "its error, or the signal that ended the process");
  if (cause != name_of(failure.cause)) failure.cause = cause_named(cause);
  visit.optional_text("limit", failure.limit, Told::expectations, "the limit that refused it, where it is known");
  visit.optional_amount("value", failure.value, Told::expectations, "the limit's value, in its own unit");
  visit.text("message", failure.message, Told::programs, "what the program's user sees");
  visit.instant("at", failure.at, Told::programs, "when");
}

template <class Visitor>
void describe(Visitor& visit, CoreUse& cores) {
  visit.count("most_runnable", cores.most_runnable, Told::programs, "threads that could run at a time");
  visit.duration("busy", cores.busy, Told::programs,
                 "how long cores ran threads, added up, with all that the kernel does for them");
  visit.duration("waited", cores.waited, Told::programs, "how long threads that could run had no core, added up");
  visit.count("migrations", cores.migrations, Told::programs, "how often a thread changed its core");
  visit.duration("throttled", cores.throttled, Told::programs, "how long a quota kept cores from it, added up");
  visit.count("throttled_periods", cores.throttled_periods, Told::programs, "in how many of the quota's periods");
}

template <class Visitor>
void describe(Visitor& visit, RealCores& cores) {
  visit.count("cpus", cores.cpus, Told::records, "that it could use");
  visit.optional_duration("quota", cores.quota, Told::records, "CPU time that it was allowed in each period");
  visit.optional_duration("throttled", cores.throttled, Told::records, "how long that kept cores from it, added up");
  visit.count("throttled_periods", cores.throttled_periods, Told::records, "in how many of the quota's periods");
  visit.duration("busy", cores.busy, Told::records, "CPU time of its process");
  visit.duration("held", cores.held, Told::records, "how long jobs had threads, added up");
}

template <class Visitor>
void describe(Visitor& visit, ImposedLimit& limit) {
  visit.text("limit", limit.limit, Told::programs, "its name");
  visit.count("value", limit.value, Told::programs, "in its own unit");
  bool held = limit.held();
  visit.flag("imposed", held, Told::programs, "whether it held");
  if (held != limit.held()) limit.imposed = held ? Imposed::yes : Imposed::no;
  visit.choice("state", limit.imposed, kImposedWords, Told::records, "the same, and whether it was needed");
  visit.text("means", limit.means, Told::programs, "how it was imposed, or why it could not be");
}

template <class Visitor>
void describe(Visitor& visit, RunResult& result) {
  visit.text("scenario", result.scenario, Told::programs, "the file's name, or the title");
  visit.text("concurrency", result.concurrency, Told::programs, "the concurrency model");
  visit.choice("world", result.world, kWorldWords, Told::programs, "where it ran");
  visit.count("jobs", result.jobs, Told::expectations, "how many there were to run");
  visit.count("completed", result.completed, Told::expectations, "how many of them have ended");
  visit.duration("wall", result.wall, Told::expectations, "how long it took");
  visit.count("peak_threads", result.peak_threads, Told::expectations, "threads at a time, the main thread included");
  visit.section("memory", "at each one's own peak", [&](auto& inner) {
    inner.size("resident", result.memory.resident, Told::expectations, "of the process");
    inner.size("virtual", result.memory.virtual_size, Told::expectations, "address space");
    inner.size("kernel", result.memory.kernel, Told::expectations, "kernel memory of the run's threads");
  });
  visit.optional_section("failure", result.failure, Told::expectations, "where and why it broke",
                         [](auto& inner, FailurePoint& failure) { describe(inner, failure); });
  visit.natural("seed", result.seed, Told::programs, "of the random streams");
  visit.natural("events", result.events, Told::programs, "simulated events, or live polls");
  visit.duration("compute", result.compute, Told::programs, "real time that it took to compute or to run");
  visit.text("label", result.label, Told::programs, "shown to people");
  visit.section("kernel_memory", "the parts of memory.kernel", [&](auto& inner) {
    inner.size("stack", result.memory.kernel_stacks, Told::programs, "kernel stacks");
    inner.size("page_table", result.memory.page_tables, Told::programs, "page tables");
    inner.size("slab", result.memory.slab, Told::programs, "tasks, mappings and the like");
  });
  visit.count("peak_tasks", result.peak_tasks, Told::expectations, "async tasks at a time");
  visit.duration("longest_poll", result.longest_poll, Told::programs,
                 "the longest time that one job held the executor's thread");
  visit.flag("stopped", result.stopped, Told::programs, "it was ended before its program did: the record is partial");
  visit.choice("stopped_by", result.stop_cause, kStopWords, Told::programs, "what ended it so");
  visit.optional_text("error", result.error, Told::programs, "why it could not be run at all");
  visit.list("imposed", result.imposed, "what a live run imposed on itself",
             [](auto& inner, ImposedLimit& limit) { describe(inner, limit); });
  visit.texts("notes", result.notes, Told::programs, "about the figures");
  visit.duration("main_cpu", result.main_cpu, Told::records, "CPU time of the main thread");
  visit.section("base", "what the program itself had before its first job", [&](auto& inner) {
    inner.size("resident", result.base.resident, Told::programs, "of the process");
    inner.size("virtual", result.base.virtual_size, Told::programs, "address space");
    inner.size("kernel", result.base.kernel, Told::records, "kernel memory");
    inner.size("stack", result.base.kernel_stacks, Told::records, "kernel stacks");
    inner.size("page_table", result.base.page_tables, Told::records, "page tables");
    inner.size("slab", result.base.slab, Told::records, "tasks, mappings and the like");
  });
  MemoryUse of_jobs = result.jobs_memory();
  visit.section("jobs_memory", "of memory, what came with the jobs: without the program itself", [&](auto& inner) {
    inner.size("resident", of_jobs.resident, Told::expectations, "of the process");
    inner.size("virtual", of_jobs.virtual_size, Told::expectations, "address space");
  });
  visit.optional_section("cores", result.cores, Told::programs, "what the scheduler did with the threads",
                         [](auto& inner, CoreUse& cores) { describe(inner, cores); });
  visit.job("longest_poll_job", result.longest_poll_job, Told::programs, "whose the longest poll was");
  visit.optional_duration("memory_unseen", result.memory_unseen, Told::programs,
                          "if its process could not tell its peaks: how long before its end its memory was last seen");
  visit.optional_section("real_cores", result.real_cores, Told::records, "what a live run had of its machine's cores",
                         [](auto& inner, RealCores& cores) { describe(inner, cores); });
}

}  // namespace spawnpoint
