// SPDX-License-Identifier: GPL-3.0-or-later
// Running one [[run]] of a scenario live, in a process of its own. The app and the command line both call this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "models/lab/run/run.hpp"

namespace spawnpoint {

struct LiveOptions {
  std::filesystem::path worker;     ///< The spawnpoint-run program; default: beside this program.
  bool uncapped = false;            ///< Lift the default cap of half the machine's free memory and thread slots.
  std::optional<Bytes> memory_cap;  ///< Another cap on memory than the default one.
};

/// A live run in its own process. Everything that the process does, its death included, is reported in the result.
class LiveRun {
 public:
  LiveRun(const Scenario& scenario, std::size_t index, const RunOptions& options, const LiveOptions& live);
  LiveRun(const LiveRun&) = delete;
  LiveRun& operator=(const LiveRun&) = delete;
  ~LiveRun();  ///< Kills the process if it still runs.

  /// Takes in what the process has written since the last call; false when the run is over. Never blocks for long.
  bool poll();
  /// A thread was refused, or the run has ended with a failure point.
  bool has_failed() const;
  /// Waits for something to happen, at most `timeout`.
  void wait(Duration timeout);
  void stop();                 ///< Ends it now; what was recorded is kept.
  const Trace& trace() const;  ///< The record so far; changes with each poll().
  Progress progress() const;
  /// After poll() has returned false.
  RunResult result();

 private:
  friend std::expected<struct LiveProbe, std::string> probe_live(const Scenario&, std::size_t, const LiveOptions&);
  struct State;
  std::unique_ptr<State> state_;
};

/// LiveRun from start to end on the calling thread.
RunResult run_live(const Scenario& scenario, std::size_t index, const RunOptions& options, const LiveOptions& live);

/// The modeled twin of a live run: the scenario with its machine, and run `index`'s runtime, as the worker that runs
/// live meets them. On this host that is its user and namespaces, its control groups, and the limits that are really
/// imposed. The program is the runtime's, for the imposed limits leave as much room as they leave to that. A named
/// machine stays as it is, for it is the live run that is made like it.
struct LiveTwin {
  Scenario scenario;
  std::vector<std::string> notes;  ///< What is left out, and why.
};
LiveTwin live_twin(const Scenario& scenario, std::size_t index, const LiveOptions& live);

/// run_modeled() of the twin.
RunResult run_modeled_twin(const Scenario& scenario, std::size_t index, const RunOptions& options,
                           const LiveOptions& live);

/// What a live run would take, against what this machine has free: shown before a risky run.
struct LiveEstimate {
  std::int64_t threads = 0;  ///< Besides the main thread.
  MemoryUse memory;
  std::int64_t thread_cap = 0;  ///< Of all threads, the main thread too.
  Bytes memory_cap{};
  bool over_cap = false;
  Duration wall{};             ///< By the model: how long it takes.
  bool wall_is_least = false;  ///< Modeling it would take long as well, or fails: it takes at least that long.
  std::string failure;         ///< How it fails in the model; empty: it does not.
};
/// `stop` ends what is computed for it.
LiveEstimate estimate_live(const Scenario& scenario, std::size_t index, const std::stop_token& stop = {});

}  // namespace spawnpoint
