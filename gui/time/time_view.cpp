// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/time/time_view.hpp"

#include <QKeyEvent>
#include <algorithm>
#include <utility>

namespace spawnpoint::gui {
namespace {

constexpr std::size_t kHistory = 200;
constexpr int kRestMilliseconds = 500;

Instant middle(const TimeRange& range) {
  return range.begin + range.length() / 2;
}

/// The letter that a US keyboard has at this key's place; the key's own meaning where the place is not known.
int key_by_place(const QKeyEvent& event) {
  // X11 and Wayland: evdev's code + 8.
  switch (event.nativeScanCode()) {
    case 25:
      return Qt::Key_W;
    case 38:
      return Qt::Key_A;
    case 39:
      return Qt::Key_S;
    case 40:
      return Qt::Key_D;
    default:
      return event.key();
  }
}

}  // namespace

TimeView::TimeView(QObject* parent) : QObject(parent) {
  bounds_.extent = {Instant{}, Instant(std::chrono::seconds(1))};
  visible_ = committed_ = bounds_.extent;
  rest_.setSingleShot(true);
  rest_.setInterval(kRestMilliseconds);
  connect(&rest_, &QTimer::timeout, this, &TimeView::commit);
}

TimeAxis TimeView::axis(int width) const {
  const PlotMargins m = margins();
  return {visible_, static_cast<double>(m.left), std::max(1.0, static_cast<double>(width - m.left - m.right))};
}

void TimeView::set_extent(const TimeRange& extent) {
  if (extent == bounds_.extent) return;
  const bool showed_all = visible_ == clamped(bounds_.extent, bounds_);
  bounds_.extent = extent;
  emit extent_changed();
  const bool moved = uncommitted();
  show(clamped(showed_all ? extent : visible_, bounds_));
  // Growth is not a step of the user's.
  if (!moved) committed_ = visible_;
}

void TimeView::reset(const TimeRange& extent) {
  bounds_.extent = extent;
  rest_.stop();
  past_.clear();
  future_.clear();
  last_landmark_.reset();
  markers_ = {};
  selection_.reset();
  emit extent_changed();
  show(clamped(extent, bounds_));
  committed_ = visible_;
  emit fitted();
  emit selection_changed();
  emit markers_changed();
  emit history_changed();
  select_job(kNoJob);
}

void TimeView::show(const TimeRange& range) {
  if (range == visible_) return;
  visible_ = range;
  emit visible_changed();
}

void TimeView::navigate(const TimeRange& range) {
  const TimeRange wanted = clamped(range, bounds_);
  if (wanted == visible_) return;
  show(wanted);
  rest_.start();
  emit history_changed();
}

void TimeView::set_visible(const TimeRange& range) {
  navigate(range);
}
void TimeView::zoom(Instant about, double factor) {
  navigate(zoomed(visible_, about, factor, bounds_));
}
void TimeView::pan(Duration by) {
  navigate(panned(visible_, by, bounds_));
}

void TimeView::fit() {
  commit();
  navigate(bounds_.extent);
  commit();
  emit fitted();
}

std::optional<TimeRange> TimeView::range_to_zoom_to() const {
  std::optional<TimeRange> wanted = selection_;
  if (!wanted && markers_[0] && markers_[1]) wanted = ordered(*markers_[0], *markers_[1]);
  return wanted && !wanted->empty() ? wanted : std::nullopt;
}

void TimeView::zoom_to_selection() {
  const auto wanted = range_to_zoom_to();
  if (!wanted) return;
  commit();
  // A little space on both sides, so that the edges are seen.
  const Duration air = wanted->length() / 20;
  navigate({wanted->begin - air, wanted->end + air});
  commit();
}

void TimeView::go_to(Instant at, std::optional<Duration> around) {
  commit();
  const Duration length = around ? std::min(*around, visible_.length()) : visible_.length();
  navigate({at - length / 2, at - length / 2 + length});
  commit();
}

void TimeView::set_crosshair(std::optional<Instant> at) {
  if (at == crosshair_) return;
  crosshair_ = at;
  emit crosshair_changed();
}

bool TimeView::clear_selection() {
  const bool had = selection() || marker(0) || marker(1);
  set_selection(std::nullopt);
  set_marker(0, std::nullopt);
  set_marker(1, std::nullopt);
  select_job(kNoJob);
  return had;
}

void TimeView::set_selection(std::optional<TimeRange> range) {
  if (range) range = intersection(ordered(range->begin, range->end), bounds_.extent);
  if (range == selection_) return;
  selection_ = range;
  emit selection_changed();
}

void TimeView::set_marker(std::size_t which, std::optional<Instant> at) {
  if (markers_.at(which) == at) return;
  markers_.at(which) = at;
  emit markers_changed();
}

void TimeView::select_job(JobId job) {
  if (job == selected_job_) return;
  selected_job_ = job;
  emit selected_job_changed();
}

void TimeView::set_landmarks(std::vector<Instant> at) {
  std::sort(at.begin(), at.end());
  const bool had_any = !std::exchange(landmarks_, std::move(at)).empty();
  if (had_any == landmarks_.empty()) emit landmarks_changed();
}

bool TimeView::go_to_next_landmark() {
  if (landmarks_.empty()) return false;
  auto next = landmarks_.begin();
  if (last_landmark_) {
    next = std::upper_bound(landmarks_.begin(), landmarks_.end(), *last_landmark_);
    if (next == landmarks_.end()) next = landmarks_.begin();
  }
  last_landmark_ = *next;
  go_to(*next,
        visible_ == clamped(bounds_.extent, bounds_) ? std::optional(bounds_.extent.length() / 10) : std::nullopt);
  set_crosshair(*next);
  return true;
}

void TimeView::commit() {
  rest_.stop();
  if (!uncommitted()) return;
  past_.push_back(committed_);
  if (past_.size() > kHistory) past_.erase(past_.begin());
  future_.clear();
  committed_ = visible_;
  emit history_changed();
}

void TimeView::go_back() {
  commit();
  if (past_.empty()) return;
  future_.push_back(visible_);
  committed_ = clamped(past_.back(), bounds_);
  past_.pop_back();
  show(committed_);
  emit history_changed();
}

void TimeView::go_forward() {
  commit();
  if (future_.empty()) return;
  past_.push_back(visible_);
  committed_ = clamped(future_.back(), bounds_);
  future_.pop_back();
  show(committed_);
  emit history_changed();
}

bool handle_navigation_key(TimeView& view, const QKeyEvent& event) {
  constexpr double kZoomStep = 1.4;
  const bool shift = event.modifiers() & Qt::ShiftModifier;
  const bool alt = event.modifiers() & Qt::AltModifier;
  if (event.modifiers() & (Qt::ControlModifier | Qt::MetaModifier)) return false;
  const TimeRange& visible = view.visible();
  const Duration step = visible.length() / 8;
  const auto here = [&] {
    const auto crosshair = view.crosshair();
    return crosshair && visible.contains(*crosshair) ? *crosshair : middle(visible);
  };
  const int key = key_by_place(event);
  if (alt) {
    if (key == Qt::Key_Left) return view.go_back(), true;
    if (key == Qt::Key_Right) return view.go_forward(), true;
    return false;
  }
  if (shift) {
    if (key == Qt::Key_A) return view.set_marker(0, here()), true;
    if (event.key() == Qt::Key_B) return view.set_marker(1, here()), true;
    return false;
  }
  switch (key) {
    case Qt::Key_W:
      return view.zoom(here(), 1 / kZoomStep), true;
    case Qt::Key_S:
      return view.zoom(here(), kZoomStep), true;
    case Qt::Key_A:
    case Qt::Key_Left:
      return view.pan(-step), true;
    case Qt::Key_D:
    case Qt::Key_Right:
      return view.pan(step), true;
    default:
      break;
  }
  switch (event.key()) {
    case Qt::Key_Home:
      return view.fit(), true;
    case Qt::Key_Z:
      return view.zoom_to_selection(), true;
    case Qt::Key_N:
      return view.go_to_next_landmark(), true;
    case Qt::Key_Escape:
      return view.clear_selection();
    default:
      return false;
  }
}

}  // namespace spawnpoint::gui
