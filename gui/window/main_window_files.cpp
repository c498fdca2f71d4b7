// SPDX-License-Identifier: GPL-3.0-or-later
// The main window's files: opening, saving, dropping, and what is asked before something would be lost.
#include "gui/window/main_window.hpp"

#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QMimeData>
#include <QScreen>
#include <QTabWidget>
#include <algorithm>

#include "core/trace/csv_tables.hpp"
#include "gui/compare/compare_page.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/gallery/home_page.hpp"
#include "gui/page/page.hpp"
#include "gui/text/to_qstring.hpp"
#include "models/lab/saved/saved_record.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint::gui {
namespace {

constexpr const char* kPlainest = "plain.toml";

/// The one local file of a drop; empty: none.
QString dropped_file(const QMimeData* data) {
  if (!data->hasUrls()) return {};
  for (const QUrl& url : data->urls()) {
    if (url.isLocalFile()) return url.toLocalFile();
  }
  return {};
}

}  // namespace

bool MainWindow::may_leave() {
  return !document().is_open() || !file_->edit().document()->isModified() || questions_.leave(*this);
}

bool MainWindow::can_read(const QString& path) {
  const QFileInfo file(path);
  if (file.isReadable() && !file.isDir()) return true;
  questions_.tell(this, tr("Cannot open"), tr("%1 cannot be read.").arg(QDir::toNativeSeparators(path)));
  return false;
}

bool MainWindow::open_file(const QString& path) {
  if (is_record(path.toStdString())) {
    const auto records = records_at(path.toStdString());
    if (QFileInfo(path).isDir() && records.front() == path.toStdString() &&
        !QFileInfo::exists(QDir(path).filePath(to_qstring(kRunTable.file)))) {
      questions_.tell(this, tr("Cannot open"),
                      tr("%1 is a folder without a saved record.").arg(QDir::toNativeSeparators(path)));
      return false;
    }
    show_docks();
    for (const auto& record : records) workspace_.open_record(to_qstring(record.string()));
    return true;
  }
  if (!may_leave() || !can_read(path)) return false;
  QString error;
  if (!workspace_.open(path, error)) {
    questions_.tell(this, tr("Cannot open"), tr("%1: %2").arg(path, error));
    return false;
  }
  show_opened();
  return true;
}

void MainWindow::restore_place() {
  const auto place = session_.place();
  QString error;
  if (!place || !can_read(place->file) || !workspace_.open(*place, error)) return;
  show_opened();
  if (place->page.isEmpty()) return;
  if (auto* looked_at = pages_->findChild<Page*>(place->page)) pages_->setCurrentWidget(looked_at);
}

void MainWindow::show_opened() {
  show_docks();
  show_title();
  show_actions();
  show_status();
}

void MainWindow::open_files(const std::vector<std::string>& files) {
  QStringList scenarios, records;
  for (const std::string& file : files) {
    const QString path = to_qstring(file);
    if (is_record(file))
      records += path;
    else if (const QString whole = QFileInfo(path).absoluteFilePath(); !scenarios.contains(whole))
      scenarios += whole;
  }
  // A scenario first: records are shown beside its runs.
  if (!scenarios.isEmpty()) open_file(scenarios.front());
  for (const QString& record : records) open_file(record);
  MainWindow* last = this;
  for (const QString& scenario : scenarios.mid(1)) last = &last->open_window(scenario);
}

void MainWindow::begin_scenario(const QString& template_file) {
  if (!may_leave()) return;
  QFile file(template_file.isEmpty() ? to_qstring((scenario_templates() / kPlainest).string()) : template_file);
  if (!file.open(QIODevice::ReadOnly)) {
    questions_.tell(this, tr("Cannot open"), tr("%1: %2").arg(file.fileName(), file.errorString()));
    return;
  }
  workspace_.begin(QString::fromUtf8(file.readAll()));
  show_opened();
  file_dock_->show();
  file_dock_->raise();
  file_->edit().setFocus();
}

MainWindow& MainWindow::open_window(const QString& path) {
  auto* other = new MainWindow(session_, worker_);
  other->setAttribute(Qt::WA_DeleteOnClose);
  other->questions_ = questions_;
  // Not exactly over this one, which would look as if it were gone.
  constexpr QPoint kBeside{32, 32};
  other->resize(size());
  const QRect room = screen()->availableGeometry();
  const QPoint beside = pos() + kBeside;
  // Nor partly off the screen where it fits one: then at its beginning again.
  const bool fits = room.width() >= frameSize().width() && room.height() >= frameSize().height();
  other->move(!fits || room.contains(QRect(beside, frameSize())) ? beside : room.topLeft());
  other->show();
  if (!path.isEmpty()) other->open_file(path);
  return *other;
}

void MainWindow::close_document() {
  const auto is_other = [this](const QWidget* top) {
    return top != this && top->isVisible() && qobject_cast<const MainWindow*>(top) != nullptr;
  };
  if (std::ranges::any_of(QApplication::topLevelWidgets(), is_other)) {
    close();
  } else if (document().is_open() && may_leave()) {
    document().close();
  }
}

void MainWindow::choose_file() {
  const QString path = questions_.file_to_open(this, session_.last_folder("open"));
  if (path.isEmpty()) return;
  session_.set_last_folder("open", QFileInfo(path).absolutePath());
  open_file(path);
}

bool MainWindow::save() {
  if (!document().is_open()) return false;
  // The gallery stays as it was shipped.
  return document().is_shipped() || document().path().isEmpty() ? save_as() : save_to(document().path());
}

bool MainWindow::save_to(const QString& path) {
  if (QFileInfo(path).absoluteFilePath() == document().path()) {
    document().look_at_file();
    if (!settle_outside_change(/*saving=*/true)) return false;
  }
  QString error;
  if (document().save(path, error)) return true;
  questions_.tell(this, tr("Cannot save"), tr("%1: %2").arg(path, error));
  return false;
}

bool MainWindow::settle_outside_change(bool saving) {
  if (!document().outside_text()) return true;
  switch (questions_.outside(*this, saving)) {
    case OutsideAnswer::reload:
      document().take_outside();
      return false;
    case OutsideAnswer::keep:
      document().keep_own();
      return true;
    case OutsideAnswer::cancel:
      break;
  }
  return false;
}

bool MainWindow::save_as() {
  if (!document().is_open()) return false;
  const bool has_own_folder = !document().is_shipped() && !document().path().isEmpty();
  const QString folder = has_own_folder ? QFileInfo(document().path()).absolutePath() : session_.last_folder("save");
  const QString path = questions_.file_to_save(this, folder + "/" + document().name());
  if (path.isEmpty() || !save_to(path)) return false;
  session_.set_last_folder("save", QFileInfo(path).absolutePath());
  return true;
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!may_leave()) {
    event->ignore();
    return;
  }
  session_.set_layout(saveGeometry(), docks_shown_ ? saveState() : session_.layout());
  std::optional<Place> place;
  if (!document().path().isEmpty()) {
    const TimeRange& visible = compare_->time().visible();
    // A record is not opened again.
    const std::size_t run = workspace_.record(selection().run()) == nullptr ? selection().run() : 0;
    place = Place{document().path(), pages_->currentWidget()->objectName(), static_cast<int>(run),
                  visible.begin.time_since_epoch().count(), visible.end.time_since_epoch().count()};
  }
  session_.set_place(place);
  workspace_.close();
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
                  tr("<b>%1 has changes that are not saved.</b>").arg(window.document().name().toHtmlEscaped()),
                  QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, &window);
  box.setDefaultButton(QMessageBox::Save);
  const int answer = box.exec();
  if (answer == QMessageBox::Save) return window.save();
  return answer == QMessageBox::Discard;
}

QString MainWindow::ask_file_to_open(QWidget* parent, const QString& folder) {
  return QFileDialog::getOpenFileName(
      parent, tr("Open a scenario or a saved record"), folder,
      tr("Scenarios and records (*.toml %1);;All files (*)").arg(to_qstring(kRunTable.file)));
}

QString MainWindow::ask_file_to_save(QWidget* parent, const QString& suggestion) {
  return QFileDialog::getSaveFileName(parent, tr("Save the scenario"), suggestion,
                                      tr("Scenarios (*.toml);;All files (*)"));
}

OutsideAnswer MainWindow::ask_about_outside(MainWindow& window, bool saving) {
  OutsideChangeDialog dialog(window.document(), saving, &window);
  dialog.exec();
  return dialog.answer();
}

void MainWindow::tell_problem(QWidget* parent, const QString& title, const QString& words) {
  QMessageBox::warning(parent, title, words);
}

}  // namespace spawnpoint::gui
