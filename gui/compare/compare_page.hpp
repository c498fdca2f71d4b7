// SPDX-License-Identifier: GPL-3.0-or-later
// ComparePage: both worlds of one run, or of up to three side by side, on one time axis, with an overview of the whole
// time.
#pragma once

#include <QStringList>
#include <QTimer>
#include <memory>
#include <optional>
#include <vector>

#include "gui/compare/run_column.hpp"
#include "gui/page/page.hpp"
#include "gui/time/time_view.hpp"
#include "gui/timeline/overview.hpp"

class QBoxLayout;
class QComboBox;
class QSplitter;
class QTabBar;
class QToolButton;

namespace spawnpoint::gui {

class Veil;

class ComparePage : public Page {
  Q_OBJECT

 public:
  static constexpr PageName kName{"compare", "Compare"};

  explicit ComparePage(Workspace& workspace, QWidget* parent = nullptr);

  TimeView& time() { return time_; }
  /// The selected run's column; those beside it follow.
  RunColumn& column(std::size_t place = 0) const { return *columns_[place]; }
  TimelineWidget& timeline(WorldKind world) const { return column().timeline(world); }
  ChartView& memory() const { return column().memory(); }
  ChartView& threads() const { return column().threads(); }
  QComboBox& alignment() { return *alignment_; }
  QToolButton& beside() { return *beside_; }

  Duration shift(WorldKind world) const { return column().shift(world); }
  void set_theme(const Theme& theme) override;
  /// False: there is no failure to go to.
  bool next_failure() { return time_.go_to_next_landmark(); }
  /// A moment of a world's own record.
  void go_to(Instant at, WorldKind world);
  /// Selects the job, and brings it into view in both timelines.
  void show_job(WorldKind world, JobId job);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  std::size_t selected_run() const { return workspace_.selection().run(); }
  /// The tab of a run; -1: it has none.
  int tab_of(std::size_t run) const;
  void name_choices();
  void lay_out();
  void take_choices();
  void subscribe();
  void follow_selection();
  void show_rows();
  void show_runs();
  /// Of a saved record, at a place of the tabs.
  void show_tab_menu(const QPoint& at);
  void lay_out_bar();
  /// Shows the results as they are now.
  void refresh();
  /// What a live run in progress has recorded so far.
  void refresh_live(std::size_t run);
  void show_alignment();
  /// Nothing: those that suit each record.
  void show_columns();
  RunColumn* column_of(std::size_t run) const;
  RunColumn* add_column();
  /// The time axis holds all that is drawn.
  void fit_time();
  void show_overview();
  /// Charts that lie side by side have one scale, and lie on one height.
  void share_scales();
  void line_up();
  std::vector<TimelineWidget*> timelines() const;
  void show_crosses();
  void restore_range();
  std::shared_ptr<const RunResult> result(WorldKind world) const { return workspace_.result(world); }

  Workspace& workspace_;
  Document& document_;
  Runs& runs_;
  TimeView time_;
  QTabBar* run_tabs_;
  std::vector<std::size_t> tab_runs_;  ///< Of each tab.
  QStringList tab_names_;              ///< As they fit, without the ✕ of a run that fails.
  QTimer crosses_patience_;
  QComboBox* rows_;
  QToolButton* logarithmic_;
  QComboBox* alignment_;
  QToolButton* beside_;
  QWidget* choices_;  ///< How the runs are shown.
  QBoxLayout* bar_;   ///< The tabs and the choices.
  Overview* overview_;
  Veil* overview_veil_;
  QSplitter* splitter_;              ///< Of the columns.
  std::vector<RunColumn*> columns_;  ///< The selected run first; there is always one.
  Theme theme_ = make_theme(ThemeKind::light);
  bool showed_something_ = false;
};

}  // namespace spawnpoint::gui
