// SPDX-License-Identifier: GPL-3.0-or-later
// Trials of the simulated kernel against the real one: a limit is imposed for real on a process, the thread that fails
// is predicted first, then the process runs. What is compared is the number of threads, the errno and the limit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "models/scenario/scenario.hpp"

namespace spawnpoint::fidelity {

/// One case, drawn at random.
struct Trial {
  std::string kind;   ///< "RLIMIT_NPROC", "pids.max" …: the limit that is set.
  std::string drawn;  ///< All that was drawn, in words.
  Scenario scenario;
};

/// `count` trials, all kinds in turn. The same seed draws the same.
std::vector<Trial> draw_trials(std::uint64_t seed, int count);

struct Outcome {
  std::int64_t threads = 0;
  std::string errno_name;
  std::string limit;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};
std::string to_string(const Outcome& outcome);

struct Verdict {
  Outcome predicted;
  Outcome live;
  std::string skipped;  ///< Why this machine does not allow it.
  std::string error;    ///< The run could not be made.
  bool exact() const { return skipped.empty() && error.empty() && predicted == live; }
};

/// Predicts, then runs. `worker` is the spawnpoint-run program.
Verdict try_out(const Trial& trial, const std::filesystem::path& worker);

struct Count {
  int cases = 0;
  int exact = 0;
  int off = 0;
  std::map<std::string, int> skipped;  ///< Why, and how often.
};

/// All of them; a line for each that is off goes to standard error as it happens.
std::map<std::string, Count> try_all(const std::vector<Trial>& trials, const std::filesystem::path& worker);
/// The table, for people.
std::string table(const std::map<std::string, Count>& counts);

}  // namespace spawnpoint::fidelity
