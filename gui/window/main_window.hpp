// SPDX-License-Identifier: GPL-3.0-or-later
// MainWindow: frames the pages and the panels, and gives them menus, a toolbar and keys. What is known is in the
// workspace; what a page shows is the page's own business.
#pragma once

#include <QMainWindow>
#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "gui/file/outside_change.hpp"
#include "gui/theme/theme.hpp"
#include "gui/window/live_question.hpp"
#include "gui/workspace/workspace.hpp"

class QComboBox;
class QLabel;
class QMenu;
class QSpinBox;
class QTabWidget;

namespace spawnpoint::gui {

class ComparePage;
class DiagnosisPanel;
struct ExportFormat;
class FilePanel;
class GalleryModel;
class HomePage;
class JobDetails;
class JobsPage;
class LimitsPage;
class MapPage;
class Page;
class ScenarioList;
class StatusLine;
struct TourStep;
class WhatIfPanel;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  /// What the window cannot decide itself; a test gives its own answers.
  struct Questions {
    std::function<LiveAnswer(QWidget*, const LiveEstimate&)> live = ask_before_live;
    /// The text has changes that are not saved: true continues without saving (or after saving), false stays.
    std::function<bool(MainWindow&)> leave = ask_before_leaving;
    std::function<QString(QWidget*, const QString& folder)> file_to_open = ask_file_to_open;
    std::function<QString(QWidget*, const QString& suggestion)> file_to_save = ask_file_to_save;
    /// Another program has changed the open file; `saving`: it is about to be written over.
    std::function<OutsideAnswer(MainWindow&, bool saving)> outside = ask_about_outside;
    std::function<void(QWidget*, const QString& title, const QString& words)> tell = tell_problem;
  };

  /// `worker`: the program for live runs; empty: beside this one.
  explicit MainWindow(Session& session, std::filesystem::path worker = {}, QWidget* parent = nullptr);

  bool open_file(const QString& path);
  /// Each scenario in a window of its own, the first one here; saved records beside the first.
  void open_files(const std::vector<std::string>& files);
  /// A new scenario with the text of this template; empty: of the plainest one.
  void begin_scenario(const QString& template_file = {});
  /// Another window, with a document of its own; empty: it shows the gallery.
  MainWindow& open_window(const QString& path = {});
  /// The document goes; where there are other windows, so does this one.
  void close_document();
  bool save();
  bool save_as();
  /// Runs the selected [[run]]. Before a live run that is risky, the user is asked.
  void run(bool modeled, bool live) { workspace_.run(modeled, live); }
  void run_all() { workspace_.run_all(); }
  void set_dark(bool dark);
  const Theme& theme() const { return theme_; }
  void default_layout();
  /// Opens what was open when the session ended: the file, its page, the run and the visible range.
  void restore_place();

  // What the actions do, besides the above.
  void choose_file();
  void export_figures(const ExportFormat* only = nullptr);
  void copy_chart();
  void search();
  void next_failure();
  void toggle_side_by_side();
  void toggle_full_screen();
  /// Cut, copy, paste and the like, in whatever has the keyboard.
  void edit_focused(const char* slot);
  /// The suggestion that was tried last, if nothing has changed since, else the text's last change.
  void undo();
  void show_palette();
  void start_tour();
  void show_reference();
  void show_keys();
  void show_about();

  Workspace& workspace() { return workspace_; }
  Document& document() { return workspace_.document(); }
  Runs& runs() { return workspace_.runs(); }
  Selection& selection() { return workspace_.selection(); }
  ComparePage& compare() { return *compare_; }
  DiagnosisPanel& diagnosis() { return *diagnosis_; }
  FilePanel& file_panel() { return *file_; }
  HomePage& home() { return *home_; }
  LimitsPage& limits() { return *limits_; }
  MapPage& map() { return *map_; }
  JobsPage& job_table() { return *job_table_; }
  JobDetails& job_details() { return *job_details_; }
  WhatIfPanel& what_if() { return *what_if_; }
  GalleryModel& gallery();
  StatusLine& status() { return *status_; }
  QTabWidget& pages() { return *pages_; }
  Questions& questions() { return questions_; }

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void childEvent(QChildEvent* event) override;
  void changeEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  static bool ask_before_leaving(MainWindow& window);
  static QString ask_file_to_open(QWidget* parent, const QString& folder);
  static QString ask_file_to_save(QWidget* parent, const QString& suggestion);
  static OutsideAnswer ask_about_outside(MainWindow& window, bool saving);
  static void tell_problem(QWidget* parent, const QString& title, const QString& words);

  template <class OnePage>
  OnePage* page() const;
  void make_pages();
  void make_docks();
  std::array<QDockWidget*, 5> docks() const;
  void make_actions();
  void make_menus();
  void make_toolbar();
  std::vector<TourStep> tour_steps();
  void make_connections();
  QAction* act(const char* name) const;
  /// Empty: the action can be used; else why it cannot, which its tooltip and its key say.
  void set_hindrance(const char* name, const QString& why);
  void show_templates(QMenu& menu);
  void go_to_page(Page& page);
  QString status_words() const;
  void colour_icons();
  void show_docks();
  void name_dock_tabs();
  void place_docks();
  void size_docks();
  void show_recent();
  void show_title();
  void show_scenario();
  void show_status();
  void show_actions();
  /// After `open` of the workspace has gone well.
  void show_opened();
  bool may_leave();
  /// Writes the text to `path`; where that is the open file and another program has changed it, only if it may.
  bool save_to(const QString& path);
  /// False: the file's own text is not to be written over.
  bool settle_outside_change(bool saving);
  bool can_read(const QString& path);

  Session& session_;
  Questions questions_;
  Theme theme_;
  Workspace workspace_;
  QTabWidget* pages_;
  std::vector<Page*> page_list_;  ///< In the order of the table.
  HomePage* home_ = nullptr;
  ComparePage* compare_ = nullptr;
  LimitsPage* limits_ = nullptr;
  MapPage* map_ = nullptr;
  JobsPage* job_table_ = nullptr;
  ScenarioList* scenarios_ = nullptr;
  JobDetails* job_details_;
  DiagnosisPanel* diagnosis_;
  FilePanel* file_;
  WhatIfPanel* what_if_;
  StatusLine* status_;
  QDockWidget* scenarios_dock_ = nullptr;
  QDockWidget* file_dock_ = nullptr;
  QDockWidget* what_if_dock_ = nullptr;
  QDockWidget* diagnosis_dock_ = nullptr;
  QDockWidget* selection_dock_ = nullptr;
  QSpinBox* jobs_ = nullptr;
  QComboBox* machine_ = nullptr;
  QMenu* recent_menu_ = nullptr;
  std::filesystem::path worker_;
  bool docks_shown_ = false;
};

}  // namespace spawnpoint::gui
