// SPDX-License-Identifier: GPL-3.0-or-later
// LivePlan: what a live run's worker is to do, as it is handed over to it: one [[run]] of a scenario, and its limits.
// The board beside it is where the worker's counters can be read at any time, its death included.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/concurrency/traits.hpp"
#include "models/scenario/scenario.hpp"
#include "models/world/live_record.hpp"

namespace spawnpoint {

/// The subcommand of spawnpoint-run that no user types: the process becomes the worker.
inline constexpr std::string_view kLiveWorkerCommand = "live-worker";

/// The open files that the worker is started with, besides the three standard ones.
inline constexpr int kWorkerBoard = 3;     ///< LiveBoard and the plan.
inline constexpr int kWorkerTrace = 4;     ///< The shared trace.
inline constexpr int kWorkerLifeline = 5;  ///< A pipe: when its other end closes, the run dies.

/// Rows that the record of a live run gets for each job at most, on threads: two of each step, and those of the job's
/// own states, where a thread's start and end are two each.
constexpr std::size_t rows_per_job(const Jobs& jobs) {
  return 8 + 2 * jobs.steps.size();
}

struct LivePlan {
  std::string concurrency;
  concurrency::Settings settings;
  std::uint64_t seed = 1;
  Jobs jobs;
  Runtime runtime;
  Bytes stack{};             ///< Of a thread.
  std::int64_t threads = 0;  ///< Threads that it may start, at most.

  // What the worker imposes on itself; see impose.hpp. The limits on memory leave as much to the run as they leave to
  // the runtime's own program: whatever this one takes, they are met at the same thread.
  std::optional<std::int64_t> threads_by_rlimit;
  std::optional<std::int64_t> threads_by_pid_namespace;  ///< Else by RLIMIT_NPROC.
  std::optional<Bytes> address_space;
  std::optional<Bytes> data;
  std::optional<std::int64_t> max_map_count;  ///< Below this machine's own.
  std::optional<std::int64_t> cpus;
  std::vector<std::int64_t> cpuset;  ///< Empty: all, or as many as `cpus`.
  Scheduling scheduling;
  bool probe = false;        ///< Ends before the first job.
  Bytes warm{};              ///< Memory to touch once and give back before the run; see warm_memory().
  std::string memory_group;  ///< Folder of the memory control group that the worker is in; empty: none of its own.
};

std::string encode(const LivePlan& plan);
std::expected<LivePlan, std::string> decode_live_plan(std::string_view text);

/// What a worker does to itself before its run; see impose.hpp.
enum class WorkerStep : std::uint8_t {
  drop_root,
  use_cpus,
  use_cpuset,
  set_policy,
  set_nice,
  limit_threads_by_rlimit,
  limit_threads_by_pid_namespace,
  limit_address_space,
  limit_data,
  fill_maps
};
inline constexpr std::size_t kWorkerSteps = 10;

/// How a step came out. Lies in shared memory.
struct StepReport {
  enum class State : std::uint8_t { untold, done, failed };
  std::atomic<State> state{State::untold};  ///< Written last.
  FixedText<240> means;                     ///< In words: what was done, or why it could not be.
};

/// The first page of the file in which the plan is handed over; shared.
struct LiveBoard {
  static constexpr std::uint64_t kMagic = 0x6472616f62707338;  ///< Changes with the plan's form.
  static constexpr std::size_t kSize = 4096;

  std::uint64_t magic = kMagic;
  std::uint64_t plan_size = 0;
  LiveCounters counters;
  std::atomic<std::int32_t> worker{
      0};                         ///< Pid of the process that runs the jobs, where it is not the one that was started.
  std::atomic<bool> warm{false};  ///< The memory that was to be touched has been, and the worker waits to be let go.
  std::atomic<std::uint32_t> go{0};  ///< Not 0: the run may begin. The worker waits for it by a futex.
  std::atomic<bool> ready{
      false};  ///< A probe has reported what there is before the first thread, and waits to be ended.
  std::atomic<bool> worker_ended{false};  ///< Then `worker_status` is its wait status.
  std::atomic<std::int32_t> worker_status{0};
  std::atomic<bool> aborted{false};  ///< It called abort().
  std::array<StepReport, kWorkerSteps> steps;

  StepReport& report(WorkerStep step) { return steps[static_cast<std::size_t>(step)]; }
  const StepReport& report(WorkerStep step) const { return steps[static_cast<std::size_t>(step)]; }

  // Before the first thread.
  std::atomic<std::int64_t> base_maps{0};
  std::atomic<std::int64_t> base_virtual{0};
  std::atomic<std::int64_t> base_data{0};
  std::atomic<std::int64_t> base_resident{0};
  std::atomic<std::int64_t> base_page_tables{0};
  std::atomic<std::int64_t> heap_per_thread{0};  ///< What a thread takes of the heap.
  // What is not the program's: the record, and memory that was made ready for the run's own bookkeeping.
  std::atomic<std::int64_t> other_virtual{0};
  std::atomic<std::int64_t> other_resident{0};
  // Who the worker is.
  std::atomic<std::int64_t> user{0};
  std::atomic<bool> own_user_namespace{false};
  std::atomic<std::int64_t> nproc{-1};        ///< RLIMIT_NPROC in force; -1: unlimited.
  std::atomic<std::int64_t> nproc_above{-1};  ///< And before anything was imposed: holds at the parent user namespace.
  std::atomic<std::int64_t> base_slab{0};     ///< SUnreclaim of the whole machine.
  std::atomic<std::int64_t> base_charged{
      -1};  ///< The kernel's memory of the run's memory control group; -1: not known.
  std::atomic<std::int64_t> filled_maps{0};
  // At the run's end.
  std::atomic<std::int64_t> main_cpu{0};     ///< Nanoseconds of CPU time that the main thread used in the run,
  std::atomic<std::int64_t> process_cpu{0};  ///< and all threads together.
  std::atomic<std::int64_t> peak_virtual{0};
  std::atomic<std::int64_t> peak_resident{0};
};
static_assert(sizeof(LiveBoard) <= LiveBoard::kSize);

}  // namespace spawnpoint
