// SPDX-License-Identifier: GPL-3.0-or-later
// MainWindow: puts the document, the runs and the views together. What a view shows is the view's own business.
#pragma once

#include <QMainWindow>
#include <QStringList>
#include <QTimer>
#include <array>
#include <filesystem>
#include <functional>
#include <optional>

#include "gui/background/latest_job.hpp"
#include "gui/theme/theme.hpp"
#include "gui/window/live_question.hpp"
#include "gui/workspace/document.hpp"
#include "gui/workspace/result_cache.hpp"
#include "gui/workspace/runs.hpp"
#include "gui/workspace/session.hpp"

class QComboBox;
class QLabel;
class QMenu;
class QSpinBox;
class QTabWidget;

namespace spawnpoint::gui {

class ComparePage;
class DiagnosisPanel;
class ExportDialog;
class FilePanel;
class GalleryModel;
class HomePage;
class JobDetails;
class JobsPage;
class LimitsPage;
class MapPage;
struct MapItem;
class ScenarioList;
class StatusLine;
class WhatIfPanel;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  /// What the window cannot decide itself; a test gives its own answers.
  struct Questions {
    std::function<LiveAnswer(QWidget*, const LiveEstimate&)> live = ask_before_live;
    /// The text has changes that are not saved: true goes on without (or after saving), false stays.
    std::function<bool(MainWindow&)> leave = ask_before_leaving;
    std::function<QString(QWidget*, const QString& folder)> file_to_open = ask_file_to_open;
    std::function<QString(QWidget*, const QString& suggestion)> file_to_save = ask_file_to_save;
    std::function<void(QWidget*, const QString& title, const QString& words)> tell = tell_problem;
  };

  /// `worker`: the program for live runs; empty: beside this one.
  explicit MainWindow(Session& session, std::filesystem::path worker = {}, QWidget* parent = nullptr);

  bool open_file(const QString& path);
  bool save();
  bool save_as();
  /// Runs the selected [[run]]. Before a live run that is risky, the user is asked.
  void run(bool modeled, bool live);
  void set_dark(bool dark);
  const Theme& theme() const { return theme_; }
  void default_layout();
  /// Opens what was open when the session ended: the file, its page, the run and the visible range.
  void restore_place();

  Document& document() { return document_; }
  Runs& runs() { return runs_; }
  ComparePage& compare() { return *compare_; }
  DiagnosisPanel& diagnosis() { return *diagnosis_; }
  FilePanel& file_panel() { return *file_; }
  HomePage& home() { return *home_; }
  LimitsPage& limits() { return *limits_; }
  MapPage& map() { return *map_; }
  JobsPage& job_table() { return *job_table_; }
  JobDetails& job_details() { return *job_details_; }
  WhatIfPanel& what_if() { return *what_if_; }
  GalleryModel& gallery() { return *gallery_; }
  StatusLine& status() { return *status_; }
  QTabWidget& pages() { return *pages_; }
  Questions& questions() { return questions_; }

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void childEvent(QChildEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  static bool ask_before_leaving(MainWindow& window);
  static QString ask_file_to_open(QWidget* parent, const QString& folder);
  static QString ask_file_to_save(QWidget* parent, const QString& suggestion);
  static void tell_problem(QWidget* parent, const QString& title, const QString& words);

  /// A live run that was asked for, with what it would take.
  struct LiveWish {
    RunRequest request;
    LiveEstimate estimate;
  };

  void make_docks();
  std::array<QDockWidget*, 5> docks() const;
  void make_actions();
  void make_connections();
  QAction* action(const char* name, const QString& text, const QKeySequence& keys, const QString& icon_name = {});
  void colour_icons();
  void show_docks();
  void name_dock_tabs();
  void size_docks();
  void show_recent();
  void show_title();
  void show_scenario(bool changed);
  void show_diagnosis();
  void show_diagnosis_soon();
  void show_limits();
  void show_job();
  void show_range();
  void show_status();
  void show_actions();
  void forget_live_wish();
  /// Before a live run that is risky, the user is asked.
  void start_live(LiveWish wish);
  void model_if_needed();
  void take_known_results();
  void keep_result(RunKey key);
  void restore_range();
  /// Writes a value into the text, and models it. While a model is being computed the newest wish waits, so that what
  /// is dragged is drawn again and again.
  void turn(const QString& key, const QString& value, int gesture);
  void turn_waiting(bool patient = true);
  void try_suggestion(const Suggestion& suggestion);
  void open_point(const MapItem& item);
  void export_figures();
  // Help: main_window_help.cpp.
  void make_help_menu();
  void show_keys();
  void show_reference();
  void show_palette();
  void start_tour();
  void show_about();
  void choose_file();

  Session& session_;
  Questions questions_;
  Theme theme_;
  Document document_;
  Runs runs_;
  ResultCache results_;
  std::string results_key_;  ///< Of the scenario as it is.
  GalleryModel* gallery_;
  HomePage* home_;
  ScenarioList* scenarios_;
  ComparePage* compare_;
  LimitsPage* limits_;
  MapPage* map_;
  JobsPage* job_table_;
  JobDetails* job_details_;
  DiagnosisPanel* diagnosis_;
  FilePanel* file_;
  WhatIfPanel* what_if_;
  StatusLine* status_;
  QTabWidget* pages_;
  QDockWidget* scenarios_dock_ = nullptr;
  QDockWidget* file_dock_ = nullptr;
  QDockWidget* what_if_dock_ = nullptr;
  QDockWidget* diagnosis_dock_ = nullptr;
  QDockWidget* selection_dock_ = nullptr;
  QSpinBox* jobs_ = nullptr;
  QComboBox* machine_ = nullptr;
  QAction* own_values_ = nullptr;
  QMenu* recent_menu_ = nullptr;
  std::vector<std::pair<QAction*, QString>> icons_;
  bool docks_shown_ = false;
  std::optional<Place> place_to_restore_;
  static constexpr int kNoGesture = -1;  ///< A step of its own.
  struct Turn {
    QString key;
    QString value;
    int gesture = 0;
  };
  std::optional<Turn> waiting_turn_;
  std::optional<Turn> last_turn_;  ///< Its gesture may go on.
  QString text_of_last_turn_;
  QTimer turn_patience_;
  QTimer diagnosis_patience_;
  QTimer range_timer_;
  std::optional<std::size_t> select_after_parse_;  ///< The run that a suggestion has added.
  bool run_after_parse_ = false;                   ///< A point of the map was opened: its run was asked for.
  std::uint64_t wishes_ = 0;
  LatestJob<LiveWish> estimating_;
};

}  // namespace spawnpoint::gui
