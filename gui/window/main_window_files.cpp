// SPDX-License-Identifier: GPL-3.0-or-later
// The main window's files: opening, saving, dropping, and what is asked before something would be lost.
#include "gui/window/main_window.hpp"

#include <QCloseEvent>
#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QMimeData>
#include <QTabWidget>

#include "gui/compare/compare_page.hpp"
#include "gui/diagnosis/diagnosis_panel.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/gallery/home_page.hpp"

namespace spawnpoint::gui {
namespace {

/// The one local file of a drop; empty: none.
QString dropped_file(const QMimeData* data) {
  if (!data->hasUrls()) return {};
  for (const QUrl& url : data->urls()) {
    if (url.isLocalFile()) return url.toLocalFile();
  }
  return {};
}

}  // namespace

bool MainWindow::open_file(const QString& path) {
  if (document_.is_open() && file_->edit().document()->isModified() && !questions_.leave(*this)) return false;
  QString error;
  if (!QFileInfo(path).isReadable() || QFileInfo(path).isDir()) {
    questions_.tell(this, tr("Cannot open"), tr("%1 cannot be read.").arg(QDir::toNativeSeparators(path)));
    return false;
  }
  // Views hear of the new document at once: results of the old one must be gone by then.
  forget_live_wish();
  runs_.clear();
  select_after_parse_.reset();
  run_after_parse_ = false;
  waiting_turn_.reset();
  last_turn_.reset();
  place_to_restore_.reset();
  if (!document_.open(path, error)) {
    questions_.tell(this, tr("Cannot open"), tr("%1: %2").arg(path, error));
    return false;
  }
  session_.add_recent(document_.path());
  show_recent();
  show_docks();
  scenarios_->set_current(document_.path());
  diagnosis_->show_words(tr("Reading the scenario …"));
  diagnosis_->set_about({}, {});
  pages_->setCurrentWidget(compare_);
  show_title();
  show_actions();
  return true;
}

void MainWindow::choose_file() {
  const QString path = questions_.file_to_open(this, session_.last_folder("open"));
  if (path.isEmpty()) return;
  session_.set_last_folder("open", QFileInfo(path).absolutePath());
  open_file(path);
}

bool MainWindow::save() {
  if (!document_.is_open()) return false;
  // The gallery stays as it was shipped.
  if (document_.is_shipped()) return save_as();
  QString error;
  if (document_.save(document_.path(), error)) return true;
  questions_.tell(this, tr("Cannot save"), tr("%1: %2").arg(document_.path(), error));
  return false;
}

bool MainWindow::save_as() {
  if (!document_.is_open()) return false;
  const QString folder =
      document_.is_shipped() ? session_.last_folder("open") : QFileInfo(document_.path()).absolutePath();
  const QString path = questions_.file_to_save(this, folder + "/" + QFileInfo(document_.path()).fileName());
  if (path.isEmpty()) return false;
  QString error;
  if (document_.save(path, error)) return true;
  questions_.tell(this, tr("Cannot save"), tr("%1: %2").arg(path, error));
  return false;
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (document_.is_open() && file_->edit().document()->isModified() && !questions_.leave(*this)) {
    event->ignore();
    return;
  }
  session_.set_layout(saveGeometry(), docks_shown_ ? saveState() : session_.layout());
  std::optional<Place> place;
  if (document_.is_open()) {
    const TimeRange& visible = compare_->time().visible();
    place = Place{document_.path(), pages_->currentIndex(), static_cast<int>(compare_->selected_run()),
                  visible.begin.time_since_epoch().count(), visible.end.time_since_epoch().count()};
  }
  session_.set_place(place);
  runs_.clear();
  event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (!dropped_file(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  const QString path = dropped_file(event->mimeData());
  if (path.isEmpty()) return;
  event->acceptProposedAction();
  // After the drop has ended, since a question may come up.
  QMetaObject::invokeMethod(this, [this, path] { open_file(path); }, Qt::QueuedConnection);
}

bool MainWindow::ask_before_leaving(MainWindow& window) {
  QMessageBox box(QMessageBox::Question, tr("Save the changes?"),
                  tr("<b>%1 has changes that are not saved.</b>").arg(QFileInfo(window.document_.path()).fileName()),
                  QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, &window);
  box.setDefaultButton(QMessageBox::Save);
  const int answer = box.exec();
  if (answer == QMessageBox::Save) return window.save();
  return answer == QMessageBox::Discard;
}

QString MainWindow::ask_file_to_open(QWidget* parent, const QString& folder) {
  return QFileDialog::getOpenFileName(parent, tr("Open a scenario"), folder, tr("Scenarios (*.toml);;All files (*)"));
}

QString MainWindow::ask_file_to_save(QWidget* parent, const QString& suggestion) {
  return QFileDialog::getSaveFileName(parent, tr("Save the scenario"), suggestion,
                                      tr("Scenarios (*.toml);;All files (*)"));
}

void MainWindow::tell_problem(QWidget* parent, const QString& title, const QString& words) {
  QMessageBox::warning(parent, title, words);
}

}  // namespace spawnpoint::gui
