// SPDX-License-Identifier: GPL-3.0-or-later
// The app without a person, for ./run soak:
//   soak_app once FILE      open FILE, run it in both worlds, change it, save it, end
//   soak_app saves FILE     save FILE with one of two texts, then with the other, until this is killed
//   soak_app runs FILE N    run it N times in both worlds; tells the memory and the descriptors after the first hundred
//                           (or half of N), and at the end
// Its settings are beside FILE.
#include <malloc.h>
#include <unistd.h>

#include <QApplication>
#include <QFileInfo>
#include <QHashFunctions>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>

#include "gui/file/file_panel.hpp"
#include "gui/window/main_window.hpp"
#include "tests/gui/eventually.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

constexpr int kMistake = 2;
constexpr int kCannot = 3;

int cannot(const char* what) {
  std::fprintf(stderr, "soak_app: %s\n", what);
  return kCannot;
}

struct Usage {
  long long resident_bytes = 0;
  long long descriptors = 0;
};

Usage usage_of_this_process() {
  // What the allocator keeps for later is not lost.
  malloc_trim(0);
  Usage usage;
  long long size = 0;
  long long resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  usage.resident_bytes = resident * sysconf(_SC_PAGESIZE);
  const std::filesystem::directory_iterator open("/proc/self/fd");
  usage.descriptors = std::distance(begin(open), end(open));
  return usage;
}

bool run_both(MainWindow& window) {
  constexpr int kStarts = 10'000;  // ms
  window.run(/*modeled=*/true, /*live=*/true);
  if (!eventually([&] { return window.runs().is_running(); }, kStarts)) return false;
  return eventually([&] { return !window.runs().is_running(); }) && window.runs().result({0, WorldKind::modeled}) &&
         window.runs().result({0, WorldKind::live});
}

int run_once(MainWindow& window) {
  if (!run_both(window)) return cannot("a run has no result");
  window.file_panel().replace_text(window.document().text() + "# changed\n");
  return window.save() ? EXIT_SUCCESS : cannot("it could not be saved");
}

int run_often(MainWindow& window, int runs) {
  const int first = std::min(100, runs / 2);
  Usage early;
  for (int run = 1; run <= runs; ++run) {
    if (!run_both(window)) return cannot("a run has no result");
    if (run == first) early = usage_of_this_process();
  }
  const Usage late = usage_of_this_process();
  std::printf("{\"runs\": %d, \"first\": %d, \"resident\": [%lld, %lld], \"descriptors\": [%lld, %lld]}\n", runs, first,
              early.resident_bytes, late.resident_bytes, early.descriptors, late.descriptors);
  return EXIT_SUCCESS;
}

int save_for_ever(MainWindow& window) {
  const QString one = window.document().text();
  const QString other = one + "# the other text\n" + QString(20'000, '#') + "\n";
  for (bool is_one = false;; is_one = !is_one) {
    window.file_panel().replace_text(is_one ? one : other);
    if (!window.save()) return cannot("it could not be saved");
    if (!is_one) {
      std::puts("saved");
      std::fflush(stdout);
    }
    QCoreApplication::processEvents();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 2 ? argv[1] : "";
  if (mode != "once" && mode != "saves" && (mode != "runs" || argc < 4)) {
    std::fputs("usage: soak_app once FILE | saves FILE | runs FILE N\n", stderr);
    return kMistake;
  }
  const int runs = argc > 3 ? std::max(std::atoi(argv[3]), 2) : 2;
  setenv("QT_QPA_PLATFORM", "offscreen", /*overwrite=*/0);
  QHashSeed::setDeterministicGlobalSeed();
  QApplication app(argc, argv);
  QApplication::setStyle(QStringLiteral("Fusion"));
  const QFileInfo file(QString::fromLocal8Bit(argv[2]));
  Session session(file.dir().filePath(QStringLiteral("settings.ini")));
  MainWindow window(session);
  window.questions().live = [](QWidget*, const LiveEstimate&) { return LiveAnswer::run; };
  window.questions().leave = [](MainWindow&) { return true; };
  window.questions().outside = [](MainWindow&, bool) { return OutsideAnswer::keep; };
  window.questions().tell = [](QWidget*, const QString& title, const QString& words) {
    std::fprintf(stderr, "%s: %s\n", qUtf8Printable(title), qUtf8Printable(words));
  };
  window.show();
  if (!window.open_file(file.filePath())) return kCannot;
  const Document& document = window.document();
  const bool ready = eventually(
      [&] { return (!document.scenario_is_old() || document.error_count() > 0) && !window.runs().is_running(); });
  if (!ready || document.error_count() > 0) return cannot("it is not read");
  if (mode == "saves") return save_for_ever(window);
  const int status = mode == "once" ? run_once(window) : run_often(window, runs);
  window.close();
  return status;
}
