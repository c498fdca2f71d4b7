// SPDX-License-Identifier: GPL-3.0-or-later
// Selection: what of the open scenario is looked at: a run, a job, a range of time; and how its worlds are aligned.
// Knows no widgets.
#pragma once

#include <QObject>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/trace/time_range.hpp"
#include "core/trace/trace.hpp"
#include "gui/workspace/row_choice.hpp"
#include "models/result/result.hpp"

namespace spawnpoint::gui {

/// A range of time that was selected, or that lies between the markers A and B.
struct SelectedRange {
  TimeRange time;
  bool between_markers = false;
  friend bool operator==(const SelectedRange&, const SelectedRange&) = default;
};

/// What both worlds have at one place.
enum class Alignment : std::uint8_t { start, failure };

/// Each signal comes after the change, and only where there is one.
class Selection : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  /// Which [[run]], by its place in the scenario.
  std::size_t run() const { return run_; }
  void select_run(std::size_t run);
  /// Other runs of the scenario are shown beside the selected one.
  bool is_side_by_side() const { return side_by_side_; }
  void set_side_by_side(bool on);
  RowChoice rows() const { return rows_; }
  void set_rows(RowChoice rows);
  Alignment alignment() const { return alignment_; }
  void set_alignment(Alignment alignment);
  /// The same job in both worlds; kNoJob: none.
  JobId job() const { return job_; }
  void select_job(JobId job);
  /// The world in which it was pointed at.
  WorldKind job_world() const { return job_world_; }
  void select_job(JobId job, WorldKind world);
  std::optional<SelectedRange> range() const { return range_; }
  void select_range(std::optional<SelectedRange> range);
  /// How much later than in its own record a world is shown, so that what is aligned has one place.
  Duration shift(WorldKind world) const { return world == WorldKind::modeled ? modeled_shift_ : live_shift_; }
  void set_shifts(Duration modeled, Duration live);

 signals:
  void run_changed();
  void side_by_side_changed();
  void rows_changed();
  void alignment_changed();
  void job_changed();
  void range_changed();
  void shifts_changed();

 private:
  std::size_t run_ = 0;
  bool side_by_side_ = false;
  RowChoice rows_ = RowChoice::automatic;
  Alignment alignment_ = Alignment::start;
  JobId job_ = kNoJob;
  WorldKind job_world_ = WorldKind::modeled;
  std::optional<SelectedRange> range_;
  Duration modeled_shift_{};
  Duration live_shift_{};
};

}  // namespace spawnpoint::gui
