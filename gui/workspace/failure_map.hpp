// SPDX-License-Identifier: GPL-3.0-or-later
// FailureMap: the failure map of the open scenario: when it is computed, what is kept of maps that were, and what was
// open before one of its points was tried. Knows no widgets.
#pragma once

#include <QObject>
#include <QString>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/workspace/map_shelf.hpp"
#include "gui/workspace/map_sweep.hpp"

namespace spawnpoint::gui {

class Document;
class Workspace;

class FailureMap : public QObject {
  Q_OBJECT

 public:
  /// A part of the workspace.
  explicit FailureMap(Workspace& workspace);

  /// Whether somebody looks at it: it is computed only then.
  void look(bool on);
  /// A live run wants the cores to itself: nothing is computed meanwhile.
  bool is_held() const { return held_; }
  /// Stops what is being computed, or goes on with what is not complete.
  void stop_or_go_on();
  /// Opens the run of a point, over the text as it is.
  void open_run(const std::vector<Setting>& settings, std::size_t run);

  MapSweep& sweep() { return sweep_; }
  const MapSweep& sweep() const { return sweep_; }
  std::shared_ptr<const MapResult> result() const { return sweep_.result(); }

 signals:
  /// There is another map, or more of it.
  void changed();
  /// What is said of it is another thing.
  void state_changed();

 private:
  /// What was open and selected before a point was tried.
  struct Before {
    QString text;
    std::size_t run = 0;
  };

  void hold(bool on);
  void document_changed(bool scenario_changed);
  /// Puts the map away, and takes out that of the scenario that is open, if there is one.
  void change_map();
  /// Where a point was dropped, back to the run that was selected before it.
  void leave_point();
  /// Begins, or continues, if somebody looks and the map is not there.
  void compute_if_needed();

  Workspace& workspace_;
  Document& document_;
  MapSweep sweep_;
  MapShelf shelf_;
  std::string key_;  ///< What the map depends on; empty: there is none.
  bool looked_at_ = false;
  bool held_ = false;
  bool stopped_by_user_ = false;
  std::optional<Before> before_;
};

}  // namespace spawnpoint::gui
