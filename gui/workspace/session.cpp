// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/workspace/session.hpp"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

namespace spawnpoint::gui {
namespace {
constexpr int kMostRecent = 12;
}  // namespace

Session::Session(const QString& file) {
  settings_ = file.isEmpty()
                  ? std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope, "spawnpoint", "spawnpoint")
                  : std::make_unique<QSettings>(file, QSettings::IniFormat);
}

bool Session::dark() const {
  return settings_->value("theme").toString() == "dark";
}
void Session::set_dark(bool dark) {
  settings_->setValue("theme", dark ? "dark" : "light");
}

QStringList Session::recent() const {
  QStringList files = settings_->value("recent").toStringList();
  files.removeIf([](const QString& path) { return !QFileInfo::exists(path); });
  return files;
}

void Session::add_recent(const QString& path) {
  const QString absolute = QFileInfo(path).absoluteFilePath();
  QStringList files = recent();
  files.removeAll(absolute);
  files.prepend(absolute);
  while (files.size() > kMostRecent) files.removeLast();
  settings_->setValue("recent", files);
}

void Session::clear_recent() {
  settings_->remove("recent");
}

QByteArray Session::geometry() const {
  return settings_->value("window/geometry").toByteArray();
}
QByteArray Session::layout() const {
  return settings_->value("window/layout").toByteArray();
}
void Session::set_layout(const QByteArray& geometry, const QByteArray& layout) {
  settings_->setValue("window/geometry", geometry);
  settings_->setValue("window/layout", layout);
}

QString Session::last_folder(const QString& what) const {
  const QString folder = settings_->value("folders/" + what).toString();
  if (QFileInfo(folder).isDir()) return folder;
  const QString documents = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
  return QFileInfo(documents).isDir() ? documents : QDir::homePath();
}
void Session::set_last_folder(const QString& what, const QString& folder) {
  settings_->setValue("folders/" + what, folder);
}

std::optional<Place> Session::place() const {
  Place place;
  place.file = settings_->value("place/file").toString();
  if (place.file.isEmpty() || !QFileInfo::exists(place.file)) return std::nullopt;
  place.page = settings_->value("place/page").toString();
  place.run = settings_->value("place/run").toInt();
  place.begin = settings_->value("place/begin").toLongLong();
  place.end = settings_->value("place/end").toLongLong();
  return place;
}
void Session::set_place(const std::optional<Place>& place) {
  settings_->remove("place");
  if (!place) return;
  settings_->setValue("place/file", place->file);
  settings_->setValue("place/page", place->page);
  settings_->setValue("place/run", place->run);
  settings_->setValue("place/begin", place->begin);
  settings_->setValue("place/end", place->end);
}

void Session::reset() {
  settings_->clear();
}

}  // namespace spawnpoint::gui
