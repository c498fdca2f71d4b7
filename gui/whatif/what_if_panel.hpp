// SPDX-License-Identifier: GPL-3.0-or-later
// WhatIfPanel: sliders for jobs, stack, limits and the machine. What is dragged is written into the scenario, and
// modeled at once.
#pragma once

#include <QScrollArea>
#include <memory>
#include <vector>

#include "gui/whatif/knob.hpp"
#include "gui/workspace/workspace.hpp"

class QLabel;
class QLineEdit;
class QGridLayout;
class QSlider;

namespace spawnpoint::gui {

class WhatIfPanel : public QScrollArea {
  Q_OBJECT

 public:
  explicit WhatIfPanel(Workspace& workspace, QWidget* parent = nullptr);
  bool eventFilter(QObject* watched, QEvent* event) override;

  /// The slider and the field of a key, such as "jobs.count" or "run.stack", and of a limit's level; null: there is
  /// none.
  QSlider* slider(const std::string& key, std::size_t level = 0) const;
  QLineEdit* field(const std::string& key, std::size_t level = 0) const;

 private:
  struct Row {
    Knob knob;
    QSlider* slider = nullptr;
    QLineEdit* field = nullptr;
  };
  void refresh();
  /// A row for each knob, in place of those that were there.
  void build_rows(const std::vector<Knob>& knobs);
  void add_row(QGridLayout& grid, const Knob& knob);
  /// Null: there is nothing to turn.
  void show_scenario(std::shared_ptr<const Scenario> scenario, std::size_t run);
  void ask(Row& row, KnobValue value);
  void read_field(Row& row);
  void show_row(Row& row);
  const Row* find(const std::string& key, std::size_t level) const;

  Workspace& workspace_;
  std::shared_ptr<const Scenario> scenario_;
  std::size_t run_ = 0;
  std::vector<Row> rows_;
  QLabel* words_ = nullptr;
  int gesture_ = 0;  ///< Changes of the same one are one step to undo.
};

}  // namespace spawnpoint::gui
