// SPDX-License-Identifier: GPL-3.0-or-later
// TimeView: the one time axis that the overview, both timelines and every chart share: what is visible, the crosshair,
// the selection, the markers, the failure points to go to, and the history of navigation.
#pragma once

#include <QObject>
#include <QTimer>
#include <array>
#include <optional>
#include <vector>

#include "core/trace/trace.hpp"
#include "gui/time/time_axis.hpp"

class QKeyEvent;

namespace spawnpoint::gui {

/// Where plots begin and end in every view, so that one moment has one x on the whole page.
struct PlotMargins {
  int left = 96;
  int right = 18;
};

class TimeView : public QObject {
  Q_OBJECT

 public:
  explicit TimeView(QObject* parent = nullptr);

  const TimeRange& extent() const { return bounds_.extent; }
  const TimeRange& visible() const { return visible_; }
  const TimeBounds& bounds() const { return bounds_; }
  std::optional<Instant> crosshair() const { return crosshair_; }
  std::optional<TimeRange> selection() const { return selection_; }
  std::optional<Instant> marker(std::size_t which) const { return markers_.at(which); }
  JobId selected_job() const { return selected_job_; }
  const std::vector<Instant>& landmarks() const { return landmarks_; }
  /// The plot's pixels of `width`-wide widgets as an axis.
  TimeAxis axis(int width) const;
  PlotMargins margins() const { return {}; }

  /// The whole run, from 0. A view that showed all of it keeps doing so while a live run grows.
  void set_extent(const TimeRange& extent);
  /// A new run: shows all of it, and forgets selection, markers and history.
  void reset(const TimeRange& extent);
  void set_visible(const TimeRange& range);
  void zoom(Instant about, double factor);
  void pan(Duration by);
  void fit();
  /// To what was dragged over or, where nothing was, to what lies between the markers.
  void zoom_to_selection();
  bool can_zoom_to_selection() const { return range_to_zoom_to().has_value(); }
  /// Brings `at` into the middle; zooms in to `around` where that is given and shorter than what is visible.
  void go_to(Instant at, std::optional<Duration> around = std::nullopt);

  void set_crosshair(std::optional<Instant> at);
  /// No selection, no markers, no selected job. False: there were none of the first two.
  bool clear_selection();
  void set_selection(std::optional<TimeRange> range);
  void set_marker(std::size_t which, std::optional<Instant> at);
  void select_job(JobId job);
  /// Failure points, for `go_to_next_landmark`.
  void set_landmarks(std::vector<Instant> at);
  /// The first one after the middle of the view, then round again. False: there is none.
  bool go_to_next_landmark();

  bool can_go_back() const { return !past_.empty() || uncommitted(); }
  bool can_go_forward() const { return !future_.empty(); }
  void go_back();
  void go_forward();
  /// Ends the running gesture: what follows is a new step of the history. Happens by itself after a short rest.
  void commit();

 signals:
  void visible_changed();
  void extent_changed();
  /// Everything was asked for, by the user or as a new run is shown: other axes show all of theirs.
  void fitted();
  void crosshair_changed();
  void selection_changed();
  void markers_changed();
  void selected_job_changed();
  void history_changed();
  /// There are landmarks now, or none any more.
  void landmarks_changed();

 private:
  void show(const TimeRange& range);
  void navigate(const TimeRange& range);
  std::optional<TimeRange> range_to_zoom_to() const;
  bool uncommitted() const { return committed_ != visible_; }

  TimeBounds bounds_;
  TimeRange visible_;
  TimeRange committed_;  ///< The view as it was before the running gesture.
  std::vector<TimeRange> past_;
  std::vector<TimeRange> future_;
  std::optional<Instant> crosshair_;
  std::optional<TimeRange> selection_;
  std::array<std::optional<Instant>, 2> markers_;
  std::vector<Instant> landmarks_;
  std::optional<Instant> last_landmark_;
  JobId selected_job_ = kNoJob;
  QTimer rest_;
};

/// The navigation keys of every view on the time axis: W/S zoom (at the crosshair), A/D and the arrows pan, Home, Z, N,
/// Esc, Alt+left/right, Shift+A and Shift+B. Letters go by the key's place on the keyboard, not by its layout. True:
/// taken.
bool handle_navigation_key(TimeView& view, const QKeyEvent& event);

}  // namespace spawnpoint::gui
