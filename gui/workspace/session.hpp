// SPDX-License-Identifier: GPL-3.0-or-later
// What the app remembers from one start to the next: the window's layout, the theme, the recent files, and
// what was looked at.
#pragma once

#include <QByteArray>
#include <QSettings>
#include <QString>
#include <QStringList>
#include <memory>
#include <optional>

namespace spawnpoint::gui {

/// What is looked at: the file, the page by its id, the run by its number, the visible range in nanoseconds.
struct Place {
  QString file;
  QString page;
  int run = 0;
  qint64 begin = 0;
  qint64 end = 0;
};

class Session {
 public:
  /// Keeps in the user's settings; a test gives a file of its own.
  explicit Session(const QString& file = {});

  bool dark() const;
  void set_dark(bool dark);

  /// Newest first; files that are gone are left out.
  QStringList recent() const;
  void add_recent(const QString& path);
  void clear_recent();

  QByteArray geometry() const;
  QByteArray layout() const;
  void set_layout(const QByteArray& geometry, const QByteArray& layout);

  /// Of the dialog that is called so; before the first time that of the user's documents.
  QString last_folder(const QString& what) const;
  void set_last_folder(const QString& what, const QString& folder);

  /// Where the session ended; nothing where no file was open.
  std::optional<Place> place() const;
  void set_place(const std::optional<Place>& place);

  /// Forgets everything.
  void reset();

 private:
  std::unique_ptr<QSettings> settings_;
};

}  // namespace spawnpoint::gui
