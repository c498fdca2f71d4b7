// SPDX-License-Identifier: GPL-3.0-or-later
// MapPage: the failure map of the open scenario, computed in the background while one looks at it.
#pragma once

#include <vector>

#include "gui/map/map_view.hpp"
#include "gui/page/page.hpp"
#include "gui/workspace/failure_map.hpp"

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;

namespace spawnpoint::gui {

class Veil;

class MapPage : public Page {
  Q_OBJECT

 public:
  static constexpr PageName kName{"map", "Failure map"};

  explicit MapPage(Workspace& workspace, QWidget* parent = nullptr);

  void set_theme(const Theme& theme) override;

  MapSweep& sweep() { return map_.sweep(); }
  MapView& view() { return *view_; }
  /// A copy of what is there, for an export; null where there is nothing.
  std::shared_ptr<const MapResult> snapshot() const;

 signals:
  /// There is more, or less, to export.
  void changed();

 protected:
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void name_parts();
  void lay_out();
  void make_connections();
  void refresh();
  void show_state();
  void show_progress();
  QString why_empty() const;
  /// What is, or will be, computed.
  QString plan_words() const;
  QString result_words(const MapResult& result) const;
  QString marks_words(const MapResult& result) const;
  void show_marked();
  /// What is pointed at must not move away as its words come: they have room before.
  void make_room_for_words();

  Workspace& workspace_;
  Document& document_;
  FailureMap& map_;
  QLabel* title_;
  QLabel* state_;
  QComboBox* value_;
  QPushButton* act_;
  QProgressBar* progress_;
  MapView* view_;
  QLabel* detail_;
  std::vector<Veil*> veils_;
};

}  // namespace spawnpoint::gui
