// SPDX-License-Identifier: GPL-3.0-or-later
// What others must know about a concurrency model: each model says it in its own struct, so nobody asks for its name.
#pragma once

#include <cstdint>
#include <string_view>

namespace spawnpoint {

namespace concurrency {

/// What a scenario file may ask for as `run.threads`.
inline constexpr std::int64_t kMostWorkers = 1'000'000;

/// What a model's [[run]] can set.
struct Settings {
  std::int64_t threads = 1;  ///< `run.threads`: how many workers, 1 to kMostWorkers.
};

}  // namespace concurrency

/// How a model's jobs run alongside each other. A diagnosis explains each of these in its own way.
enum class JobsRun : std::uint8_t {
  one_at_a_time,   ///< The next begins when the previous one has ended.
  on_own_threads,  ///< Each on a thread that is started for it.
  in_a_pool,       ///< On workers that take one after the other.
  as_tasks         ///< Several at a time, on the one thread of an executor.
};

/// Of the jobs' start lines and of their end lines: whether they come in the order of the jobs' numbers, which is that
/// of their arrivals.
struct InOrder {
  bool starts = false;
  bool ends = false;

  friend bool operator==(const InOrder&, const InOrder&) = default;
};

struct ConcurrencyTraits {
  std::string_view name;  ///< As scenario files write it.
  std::string_view title;
  std::string_view summary;
  bool async = false;  ///< Runs in an executor, on one thread; otherwise on threads.
  JobsRun jobs_run = JobsRun::one_at_a_time;
  /// How many threads it has at a time, besides the main thread and at most, if nothing refuses them.
  std::int64_t (*threads)(std::int64_t jobs, const concurrency::Settings& settings) =
      [](std::int64_t, const concurrency::Settings&) { return std::int64_t{0}; };
  bool takes_threads = false;                                ///< `run.threads` is a setting of it.
  std::string_view title_with_threads = "{1}, {0} threads";  ///< A format string: the number, and the title.
  /// The runtime profile of a run that names none: what this program itself is, C++ threads or its own executor.
  std::string_view default_runtime = async ? "spawnpoint" : "glibc";
  std::string_view queued_for;  ///< What a job that has not begun waits for: "for a free worker".
  std::string_view started_by;  ///< Who begins a job, and on what: "by the main thread, on itself".
  /// What a program promises, whatever machine it runs on. What it does not promise, such as where its threads run,
  /// follows from the seed in the model.
  InOrder order;
  std::string_view order_words;  ///< The same in a sentence or two.
  std::string_view serial_why;   ///< Where jobs run one at a time: why, in a sentence or two.
  std::string_view question;     ///< "Why do the jobs queue while the cores are idle?"
  std::string_view answer;       ///< Short paragraphs, with an empty line between them.
};

}  // namespace spawnpoint
