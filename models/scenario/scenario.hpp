// SPDX-License-Identifier: GPL-3.0-or-later
// Scenario: a parsed and validated scenario file as plain values. What to run, on which machine, and what to expect.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/units.hpp"
#include "models/machine/profile.hpp"
#include "models/machine/scheduling.hpp"
#include "models/result/world_kind.hpp"
#include "models/workload/jobs.hpp"

namespace spawnpoint {

/// One `[[run]]`: a concurrency model and its settings.
struct RunSpec {
  std::string concurrency;              ///< A name of the registry (models/concurrency/registry.hpp).
  std::string label;                    ///< Unique; people read shown_name() of models/scenario/run_names.hpp.
  bool label_is_made = false;           ///< By run_labels(), as the file gives none.
  bool added = false;                   ///< Asked for by its model's name, as the file has no such run.
  Runtime runtime;                      ///< The profile with the run's overrides applied.
  Scheduling scheduling;                ///< What it asks of the kernel's scheduler.
  std::optional<std::int64_t> threads;  ///< Workers, where the model takes them; default: the machine's cpus.
};

/// One axis of `[sweep]`: a key of the file and the values that it takes (as --set would write them).
struct SweepAxis {
  std::string key;
  std::vector<std::string> values;
};
struct Sweep {
  std::vector<SweepAxis> axes;                   ///< Their product is the sweep, zipped axes going together.
  std::vector<std::vector<std::string>> zipped;  ///< Keys that go together.
  std::int64_t repeat = 1;
};

/// One line of `[expect]`: `"thread_per_job.failure.limit" = "pids.max"`.
struct Expectation {
  /// A range of numbers; a wanted "1s +- 5%" is [0.95, 1.05] in the base unit (seconds, bytes, count).
  struct Range {
    double low = 0;
    double high = 0;
  };
  std::string key;                 ///< As written.
  std::string run;                 ///< The run's label; empty: all runs.
  std::optional<WorldKind> world;  ///< None: both.
  std::string field;  ///< "wall", "completed", "failure", "failure.limit", "failure.errno", "peak_threads" …
  std::variant<Range, std::string, bool> wanted;  ///< bool: `failure = false` is "did not fail".
  std::string written;                            ///< The wanted value as written, for messages.
  int line = 0;
};

struct Scenario {
  std::string file;  ///< Path as given; empty for text from memory.
  std::string text;  ///< The file's text.
  std::string title;
  std::string about;
  std::uint64_t seed = 1;
  bool host_machine = true;  ///< The machine is this one (profile = "host").
  std::string machine_profile = "host";
  std::vector<std::string>
      machine_overrides;  ///< Keys under `machine.` that the file or --set overrides, such as "limits.pids_max".
  Machine machine;
  Jobs jobs;
  std::vector<RunSpec> runs;
  std::optional<Sweep> sweep;
  std::vector<Expectation> expectations;
};

}  // namespace spawnpoint
