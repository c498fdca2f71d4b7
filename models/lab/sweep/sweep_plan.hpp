// SPDX-License-Identifier: GPL-3.0-or-later
// SweepPlan: a scenario with its [sweep], expanded: the points, the runs at each, the replications of each run. A point
// is the same scenario as `--set` would make of the file, so that anyone can run it alone.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/scenario/parse.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// What a sweep is made of. Its settings hold at every point; those of the sweep go over them.
using SweepSource = ScenarioSource;

class SweepPlan {
 public:
  /// The map that a scenario without [sweep] gets: all concurrency models, with 1 to so many jobs, in so many points.
  static constexpr std::int64_t kDefaultMillions = 10;
  static constexpr int kDefaultPoints = 29;
  /// "1 to 10 million jobs"
  static std::string default_words();

  /// Reads this host at most once, if at all. Errors: the file's mistakes, or that the sweep is too large.
  static std::expected<SweepPlan, std::vector<Diagnostic>> make(SweepSource source);

  const SweepSource& source() const { return source_; }
  /// The file's own scenario, with the runs that the sweep makes.
  const Scenario& scenario() const { return scenario_; }
  const Sweep& sweep() const { return *scenario_.sweep; }
  /// The file has no [sweep]: it is the default map.
  bool is_default() const { return is_default_; }

  std::size_t points() const { return points_; }
  std::size_t runs() const { return scenario_.runs.size(); }
  /// What people read of run `run`: without the number of threads where the sweep changes it.
  std::string run_name(std::size_t run) const;
  std::int64_t repeat() const { return sweep().repeat; }
  std::size_t cells() const { return points() * runs(); }
  /// One for each run of each replication at each point.
  std::size_t tasks() const { return cells() * static_cast<std::size_t>(repeat()); }

  /// Whether the two are one, or zipped.
  bool go_together(std::size_t axis, std::size_t other) const { return group_of_[axis] == group_of_[other]; }
  /// Which value of axis `axis` point `point` has. The last axis changes fastest; axes that are zipped go together.
  std::size_t value_of(std::size_t point, std::size_t axis) const;
  /// The axis goes together with another one.
  bool is_zipped(std::size_t axis) const { return groups_[group_of_[axis]].axes.size() > 1; }
  /// The point at which only axis `axis` (with those that go with it) has another value: the one `step` further.
  std::optional<std::size_t> neighbour(std::size_t point, std::size_t axis, int step) const;
  /// As `--set` writes them, the sweep's own alone.
  std::vector<Setting> settings(std::size_t point) const;
  /// Jobs at the point, before it is read; for estimates.
  std::int64_t jobs(std::size_t point) const;

  /// The scenario at a point, perhaps with one of its values changed. May be called from several threads. Error: what
  /// is wrong with the point, in words.
  std::expected<Scenario, std::string> at(std::size_t point, const std::optional<Setting>& changed = {}) const;

  /// Replication 0 has the point's own seed, so that it is the very run that the file makes; the others have seeds
  /// drawn from it (below 2^53: any reader of JSON takes them).
  static std::uint64_t seed(const Scenario& at_point, std::int64_t replication);

  /// Says whether two sweeps are the same one: the text, the contents of all files that it reads, the settings, the
  /// seed, the machine, the program's version.
  std::string fingerprint() const;

 private:
  /// Axes that go together, as one digit of the point's number.
  struct Group {
    std::vector<std::size_t> axes;
    std::size_t length = 1;
    std::size_t stride = 1;
  };

  SweepPlan() = default;
  void lay_out();
  void name_runs();
  void read_all_files() const;

  SweepSource source_;
  Scenario scenario_;
  bool is_default_ = false;
  bool is_of_all_models_ = false;  ///< A default map for which no model was named.
  std::vector<Group> groups_;
  std::vector<std::size_t> group_of_;  ///< Of each axis.
  std::size_t points_ = 1;
  std::vector<std::string> names_;  ///< Of the runs.
};

}  // namespace spawnpoint
