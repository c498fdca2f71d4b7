// SPDX-License-Identifier: GPL-3.0-or-later
// MapPage: the failure map of the open scenario, computed in the background while one looks at it.
#pragma once

#include "gui/map/map_shelf.hpp"
#include "gui/map/map_sweep.hpp"
#include "gui/map/map_view.hpp"
#include "gui/page/page.hpp"

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;

namespace spawnpoint::gui {

class MapPage : public Page {
  Q_OBJECT

 public:
  static constexpr PageName kName{"map", "Failure map"};

  explicit MapPage(Workspace& workspace, QWidget* parent = nullptr);

  void set_theme(const Theme& theme) override;
  /// While it is on, nothing is computed: a live run wants the cores to itself.
  void hold(bool on);
  /// Begins, or continues, if the page is visible and the map is not there.
  void compute_if_needed();

  MapSweep& sweep() { return sweep_; }
  MapView& view() { return *view_; }
  /// A copy of what is there, for an export; null where there is nothing.
  std::shared_ptr<const MapResult> snapshot() const;

 signals:
  /// There is more, or less, to export.
  void changed();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void document_changed(bool scenario_changed);
  /// Puts the map away, and takes out that of the scenario that is open, if there is one.
  void change_map();
  /// Where a point was dropped, back to the run that was selected before it.
  void leave_point();
  /// The user wants to see this very run.
  void open_run(const MapItem& item);
  void act();
  void refresh();
  void show_state();
  void show_progress();
  QString why_empty() const;
  /// What is, or will be, computed.
  QString plan_words() const;
  QString result_words(const MapResult& result) const;
  QString marks_words(const MapResult& result) const;
  void show_marked();

  Workspace& workspace_;
  Document& document_;
  MapSweep sweep_;
  MapShelf shelf_;
  std::string key_;  ///< What the map depends on; empty: there is none.
  bool held_ = false;
  bool stopped_by_user_ = false;
  /// What was open and selected before a point was tried.
  struct Before {
    QString text;
    std::size_t run = 0;
  };
  std::optional<Before> before_;
  QLabel* title_;
  QLabel* state_;
  QComboBox* value_;
  QPushButton* act_;
  QProgressBar* progress_;
  MapView* view_;
  QLabel* detail_;
};

}  // namespace spawnpoint::gui
