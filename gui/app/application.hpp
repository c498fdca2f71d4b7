// SPDX-License-Identifier: GPL-3.0-or-later
// Application: Qt's application, which an exception does not end: what the user has written is still there.
#pragma once

#include <QApplication>
#include <QString>
#include <functional>

namespace spawnpoint::gui {

class Application : public QApplication {
 public:
  using QApplication::QApplication;

  /// What a handler of events has thrown is told once the event is over; what follows before that is not told again.
  std::function<void(const QString& words)> tell = tell_in_a_box;

  bool notify(QObject* receiver, QEvent* event) override;

 private:
  static void tell_in_a_box(const QString& words);
  void note(const char* what) noexcept;

  bool telling_ = false;
};

}  // namespace spawnpoint::gui
