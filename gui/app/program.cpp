// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/program.hpp"

#include <QApplication>
#include <QHashFunctions>
#include <QScreen>
#include <QTimer>
#include <cstdlib>
#include <iostream>

#include "core/files/streams.hpp"
#include "gui/app/application.hpp"
#include "gui/app/command_line.hpp"
#include "gui/app/display.hpp"
#include "gui/app/export_command.hpp"
#include "gui/theme/style.hpp"
#include "gui/theme/theme.hpp"
#include "gui/window/icons.hpp"
#include "gui/window/main_window.hpp"
#include "gui/workspace/session.hpp"

namespace spawnpoint::gui {
namespace {

/// Containers and cron jobs have no XDG_RUNTIME_DIR, an export needs none, and Qt complains about it each time.
void tell_all_but_runtime_dir(QtMsgType type, const QMessageLogContext& context, const QString& message) {
  if (message.startsWith(QStringLiteral("QStandardPaths: XDG_RUNTIME_DIR"))) return;
  std::cerr << qFormatLogMessage(type, context, message).toStdString() << '\n';
}

void dress(QApplication& app) {
  QApplication::setApplicationName("spawnpoint");
  QApplication::setApplicationDisplayName("Spawnpoint");
  QApplication::setApplicationVersion(SPAWNPOINT_VERSION);
  QApplication::setDesktopFileName("spawnpoint");
  // Qt 6.4 knows no colour scheme: one style that follows the palette, with palettes of our own.
  QApplication::setStyle(new Style);
  load_icons();
  app.setWindowIcon(app_icon());
}

int export_without_window(const ExportRequest& request, int argc, char** argv) {
  setenv("QT_QPA_PLATFORM", "offscreen", /*overwrite=*/1);
  qInstallMessageHandler(tell_all_but_runtime_dir);
  QApplication app(argc, argv);
  dress(app);
  return static_cast<int>(run_export(request, std::cout, std::cerr));
}

int open_window(const AppRequest& request, int argc, char** argv) {
  if (const std::string missing = missing_display(); !missing.empty()) {
    std::cerr << "spawnpoint: no window can be opened here: " << missing << ".\n"
              << "Without a display, `spawnpoint export FILE -o DIR` draws the charts and `spawnpoint-run run FILE` "
                 "prints the figures.\n";
    return static_cast<int>(Exit::cannot_run);
  }
  Application app(argc, argv);
  dress(app);
  Session session;
  if (request.reset) session.reset();
  if (!request.theme.empty()) session.set_dark(request.theme == "dark");
  MainWindow window(session);
  // With large letters a screen is small.
  window.resize(window.size().boundedTo(window.screen()->availableSize()));
  window.show();
  // The window is on the screen before the first file is read.
  QTimer::singleShot(0, &window, [&] {
    if (request.files.empty()) return window.restore_place();
    window.open_files(request.files);
  });
  return QApplication::exec();
}

}  // namespace

int run_program(int argc, char** argv) {
  guard_standard_streams();
  const Request request = parse_command_line(argc, argv, std::cout, std::cerr);
  if (const auto* status = std::get_if<Exit>(&request)) {
    // Help that nobody could read is no help.
    const bool lost = !std::cout.flush() || !standard_streams_hold();
    return static_cast<int>(lost && *status == Exit::ok ? Exit::cannot_run : *status);
  }
  // Qt writes a PDF's fonts in the order of a hash: the same run must give the same file.
  QHashSeed::setDeterministicGlobalSeed();
  if (const auto* pictures = std::get_if<ExportRequest>(&request)) return export_without_window(*pictures, argc, argv);
  return open_window(std::get<AppRequest>(request), argc, argv);
}

}  // namespace spawnpoint::gui
