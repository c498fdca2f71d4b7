// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/workspace/selection.hpp"

#include <utility>

namespace spawnpoint::gui {

void Selection::select_run(std::size_t run) {
  if (std::exchange(run_, run) != run) emit run_changed();
}

void Selection::set_side_by_side(bool on) {
  if (std::exchange(side_by_side_, on) != on) emit side_by_side_changed();
}

void Selection::set_rows(RowChoice rows) {
  if (std::exchange(rows_, rows) != rows) emit rows_changed();
}

void Selection::set_alignment(Alignment alignment) {
  if (std::exchange(alignment_, alignment) != alignment) emit alignment_changed();
}

void Selection::select_job(JobId job) {
  if (std::exchange(job_, job) != job) emit job_changed();
}

void Selection::select_job(JobId job, WorldKind world) {
  const bool other_world = std::exchange(job_world_, world) != world;
  if (std::exchange(job_, job) != job || other_world) emit job_changed();
}

void Selection::select_range(std::optional<SelectedRange> range) {
  if (std::exchange(range_, range) != range) emit range_changed();
}

void Selection::set_shifts(Duration modeled, Duration live) {
  if (modeled == modeled_shift_ && live == live_shift_) return;
  modeled_shift_ = modeled;
  live_shift_ = live;
  emit shifts_changed();
}

}  // namespace spawnpoint::gui
