// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/application.hpp"

#include <QHashFunctions>
#include <QMutex>
#include <utility>

#include "gui/theme/style.hpp"
#include "tests/catch.hpp"

namespace spawnpoint::gui {
namespace {

// Qt's message handler is a plain function, so what it collects is too.
QMutex collected_mutex;
QStringList collected;
QtMessageHandler before = nullptr;

void collect(QtMsgType type, const QMessageLogContext& context, const QString& message) {
  // The offscreen platform says this of every window; it is not our fault.
  const bool expected = message.contains(QStringLiteral("This plugin does not support"));
  if (type != QtDebugMsg && type != QtInfoMsg && !expected) {
    const QMutexLocker lock(&collected_mutex);
    collected += message;
  }
  if (before) before(type, context, message);
}

}  // namespace

Application& application() {
  static int argc = 1;
  static char name[] = "gui_tests";
  static char* argv[] = {name, nullptr};
  // Never destroyed: other statics of Qt and of the tests would be gone before it.
  static Application* const made = [] {
    QHashSeed::setDeterministicGlobalSeed();  // As the program does.
    auto* app = new Application(argc, argv);
    QApplication::setStyle(new Style);
    return app;
  }();
  return *made;
}

QtWatch::QtWatch() {
  application();
  take();
  before = qInstallMessageHandler(collect);
}

QtWatch::~QtWatch() {
  qInstallMessageHandler(std::exchange(before, nullptr));
  for (const QString& warning : take()) {
    UNSCOPED_INFO(warning.toStdString());
    CHECK(warning.isEmpty());
  }
}

QStringList QtWatch::take() {
  const QMutexLocker lock(&collected_mutex);
  return std::exchange(collected, {});
}

}  // namespace spawnpoint::gui
