// SPDX-License-Identifier: GPL-3.0-or-later
// The main window's help: keys, reference, tour, and the list of all that can be done.
#include <QAction>
#include <QDockWidget>
#include <QMenuBar>
#include <QMessageBox>
#include <QTabWidget>
#include <QToolBar>

#include "gui/compare/compare_page.hpp"
#include "gui/export/export_format.hpp"
#include "gui/gallery/gallery_model.hpp"
#include "gui/gallery/home_page.hpp"
#include "gui/help/reference_dialog.hpp"
#include "gui/help/tour.hpp"
#include "gui/text/keys.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/window/command_palette.hpp"
#include "gui/window/icons.hpp"
#include "gui/window/key_sheet.hpp"
#include "gui/window/main_window.hpp"
#include "models/machine/profile_file.hpp"

namespace spawnpoint::gui {
namespace {

/// The scenario that the tour shows where none is open: it runs in a second, and it breaks.
constexpr const char* kTourScenario = "04-a-thousand-threads-playground.toml";

}  // namespace

void MainWindow::show_keys() {
  show_key_sheet(this);
}

void MainWindow::show_reference() {
  auto* dialog = new ReferenceDialog(this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->show();  // Beside the text: it is read while writing.
}

void MainWindow::show_palette() {
  std::vector<Command> commands;
  for (QAction* known : findChildren<QAction*>(QString(), Qt::FindDirectChildrenOnly)) {
    const QString title = known->text().remove('&').remove(QStringLiteral(" …"));
    if (title.isEmpty() || known->isSeparator() || !known->isEnabled() || !known->isVisible() ||
        known->objectName() == "palette")
      continue;
    commands.push_back(
        {title, known->shortcut().toString(QKeySequence::NativeText), {}, [known] { known->trigger(); }});
  }
  if (act("export")->isEnabled()) {
    for (const ExportFormat& format : export_formats())
      commands.push_back(
          {tr("Export: %1").arg(tr(format.title.data())), {}, {}, [this, &format] { export_figures(&format); }});
  }
  for (int row = 0; row < gallery().rowCount(); ++row) {
    const QModelIndex index = gallery().index(row);
    const QString path = index.data(GalleryModel::kPathRole).toString();
    commands.push_back({index.data().toString(), tr("scenario"), index.data(GalleryModel::kSearchRole).toString(),
                        [this, path] { open_file(path); }});
  }
  auto* palette = new CommandPalette(std::move(commands), this);
  palette->setAttribute(Qt::WA_DeleteOnClose);
  palette->open();
}

void MainWindow::start_tour() {
  if (findChild<Tour*>() != nullptr) return;
  if (!document().is_open()) pages_->setCurrentWidget(home_);
  new Tour(tour_steps(), theme_, this);
}

std::vector<TourStep> MainWindow::tour_steps() {
  const auto with_scenario = [this] {
    if (!document().is_open()) open_file(to_qstring((shipped_scenarios() / kTourScenario).string()));
    pages_->setCurrentWidget(compare_);
  };
  std::vector<TourStep> steps;
  steps.push_back({tr("Scenarios"),
                   tr("A scenario says what jobs there are, how to run them, and on which machine. These come with the "
                      "program: first a story, from three jobs to a million, then questions that people "
                      "ask. Type to search. Your own files can be dropped anywhere in the window."),
                   [this]() -> QWidget* {
                     if (!document().is_open()) return home_;
                     scenarios_dock_->show();
                     return scenarios_dock_;
                   }});
  steps.push_back(
      {tr("Two worlds"),
       tr("%1 runs the model: a simulated kernel, for the machine that the scenario names. %2 runs the same "
          "jobs live on this machine, for real, in a process of its own that cannot harm it. %3 does both. "
          "The jobs and the machine can be changed here: that is written into the text, and %4 undoes it.")
           .arg(keys::kRunModel, keys::kRunLive, keys::kRunBoth, keys::kUndo),
       [this, with_scenario]() -> QWidget* {
         with_scenario();
         return findChild<QToolBar*>("toolbar");
       }});
  steps.push_back(
      {tr("Compare"),
       tr("Model and live run on one time axis: the model dashed and hollow, your machine solid; the strip between "
          "them shows where they differ. Memory and threads are below. Zoom with the wheel, %1 shows all, %2 goes to "
          "the next failure, marked with ✕. Drag, or set markers with Shift+A and Shift+B, to see what happens in "
          "between; %3 shows runs side by side. The Jobs page lists every job.")
           .arg(keys::kFit, keys::kNextFailure, keys::kBeside),
       [this, with_scenario]() -> QWidget* {
         with_scenario();
         return compare_;
       }});
  steps.push_back(
      {tr("Diagnosis"),
       tr("What broke, which limit it was, whether model and live run agree, and what would break next. “Why?” "
          "explains the mechanism, links lead to the moment, and the buttons below “Try instead” add another run. "
          "The Limits page has every limit, the failure map where each concurrency model ends."),
       [this, with_scenario]() -> QWidget* {
         with_scenario();
         diagnosis_dock_->show();
         return diagnosis_dock_;
       }});
  steps.push_back({tr("The file, and what if"),
                   tr("The scenario's text. Change a number, or drag a slider of the “What if” panel above: the model "
                      "runs again at once, and %1 undoes it. Errors are underlined, %2 offers completions, and %3 has "
                      "the whole reference. %4 exports what you see, %5 finds everything else that this window can "
                      "do.")
                       .arg(keys::kUndo, keys::kComplete, keys::kReference, keys::kExport, keys::kPalette),
                   [this, with_scenario]() -> QWidget* {
                     with_scenario();
                     file_dock_->show();
                     what_if_dock_->show();
                     what_if_dock_->raise();
                     return file_dock_;
                   }});
  return steps;
}

void MainWindow::show_about() {
  auto* box = new QMessageBox(this);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setWindowTitle(tr("About Spawnpoint"));
  box->setIconPixmap(app_icon().pixmap(64, 64));
  box->setText(
      tr("<h3>Spawnpoint %1</h3><p>A laboratory for concurrency models: how should a program run many jobs at once, "
         "what does that cost, and where exactly does it break?</p>"
         "<p>Free software under the GNU General Public License, version 3 or later. Charts are drawn with "
         "QCustomPlot, the window with Qt %2.</p>")
          .arg(QStringLiteral(SPAWNPOINT_VERSION), QString::fromLatin1(qVersion())));
  box->open();
}

}  // namespace spawnpoint::gui
