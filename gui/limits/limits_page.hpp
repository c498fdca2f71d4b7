// SPDX-License-Identifier: GPL-3.0-or-later
// LimitsPage: the ladder of limits: one bar per limit, on a logarithmic scale, the one that binds on top; and what that
// many threads would need.
#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "gui/charts/drawing.hpp"
#include "gui/page/page.hpp"
#include "models/lab/limits/limits.hpp"

class QLabel;
class QSpinBox;

namespace spawnpoint::gui {

class Veil;

/// The bars. Knows only the ladder.
class LadderView : public QWidget, public DrawingSource {
  Q_OBJECT

 public:
  explicit LadderView(QWidget* parent = nullptr);

  void set_ladder(const LimitLadder& ladder);
  void set_theme(const Theme& theme);
  void set_wanted(std::int64_t threads);
  /// The row of the limit that has ended the run that is shown; LadderPicture::kNone: none has.
  void set_ended(int row);
  int ended() const { return ended_; }
  const LimitLadder& ladder() const { return ladder_; }
  int selected() const { return selected_; }
  void select(int rung);

  std::unique_ptr<Drawing> drawing() override;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {320, sizeHint().height()}; }

 signals:
  void selected_changed(int rung);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  /// For screen readers: what binds, and the chosen limit.
  void describe();

  LimitLadder ladder_;
  Theme theme_ = make_theme(ThemeKind::light);
  std::int64_t wanted_ = 0;
  int ended_;
  int selected_ = 0;
};

class LimitsPage : public Page {
  Q_OBJECT

 public:
  static constexpr PageName kName{"limits", "Limits"};

  explicit LimitsPage(Workspace& workspace, QWidget* parent = nullptr);

  void set_theme(const Theme& theme) override;
  LadderView& ladder() { return *view_; }
  /// How many threads are wanted: the scenario's, or what was typed.
  std::int64_t wanted() const;
  /// The command that raises the chosen limit, or words where there is none.
  QString how_to_raise() const;

 private:
  void name_parts();
  void lay_out();
  /// The limits of the scenario's machine, for the selected run.
  void refresh();
  /// `wanted`: threads that the scenario's run would make; the page answers for them first. 0: none.
  void show_machine(const Machine& machine, const Runtime& runtime, std::int64_t wanted);
  /// The threads that the run would have at once besides the runtime's own.
  std::int64_t wish() const;
  void show_wish(std::int64_t threads);
  void show_nothing();
  void show_rung(int rung);
  void show_needs();
  /// What has ended the run that is shown, of its results; null: nothing has, or it is not known.
  std::shared_ptr<const RunResult> ended() const;
  void show_ended();
  QString ended_words(const RunResult& result) const;
  void show_age();

  Workspace& workspace_;
  Machine machine_;
  Runtime runtime_;
  bool own_wish_ = false;  ///< The user has said how many threads: it holds for other machines too.
  QLabel* title_;
  QLabel* sentence_;
  QWidget* question_;
  QSpinBox* wanted_;
  QLabel* besides_;
  QLabel* answer_;
  LadderView* view_;
  QLabel* detail_;
  std::vector<Veil*> veils_;
};

}  // namespace spawnpoint::gui
