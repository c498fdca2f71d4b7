// SPDX-License-Identifier: GPL-3.0-or-later
// A main window with settings of its own in a folder of its own, and no question that waits for a person.
#pragma once

#include <QCoreApplication>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "gui/diagnosis/diagnosis_panel.hpp"
#include "gui/window/main_window.hpp"
#include "tests/catch.hpp"
#include "tests/gui/application.hpp"
#include "tests/gui/eventually.hpp"

namespace spawnpoint::gui {

/// The first run's results.
inline constexpr RunKey kModeled{0, WorldKind::modeled};
inline constexpr RunKey kLive{0, WorldKind::live};

/// Thread 508 is refused there, and the second run goes through.
inline const char* const kRefused = R"(spawnpoint = 1
title = "Refused"
about = "A thousand threads. The 508th is *refused*."
[machine]
profile = "rust-playground"
[jobs]
count = 1000
steps = [{ sleep = "1s" }]
[[run]]
concurrency = "thread_per_job"
runtime = "rust-std"
[[run]]
concurrency = "join_all"
)";

/// Three jobs that are over in a moment, also live.
inline const char* const kQuick = R"(spawnpoint = 1
title = "Quick"
[jobs]
count = 3
steps = [{ sleep = "60ms" }]
[[run]]
concurrency = "thread_per_job"
)";

struct AppFixture {
  AppFixture() : warnings(), session(folder.filePath("settings.ini")), window(std::make_unique<MainWindow>(session)) {
    REQUIRE(folder.isValid());
    window->document().set_delay(std::chrono::milliseconds(1));
    window->questions().tell = [this](QWidget*, const QString&, const QString& words) { told += words; };
    window->questions().leave = [](MainWindow&) { return true; };
    window->questions().live = [](QWidget*, const LiveEstimate&) { return LiveAnswer::cancel; };
  }

  QString write(const QString& name, const QString& text) {
    const QString path = folder.filePath(name);
    QFile file(path);
    REQUIRE(file.open(QIODevice::WriteOnly));
    file.write(text.toUtf8());
    return path;
  }

  /// Opens it, and waits for the parser and for the model that runs by itself.
  void open(const QString& text, const QString& name = "scenario.toml") {
    REQUIRE(window->open_file(write(name, text)));
    REQUIRE(eventually([&] { return parsed(); }));
    REQUIRE(eventually([&] { return !window->runs().is_running(); }));
  }

  bool parsed() const { return !window->document().scenario_is_old() || window->document().error_count() > 0; }

  /// What would do better than the run that is shown, once it is computed.
  std::vector<Suggestion> suggestions() {
    (void)eventually([&] { return !window->diagnosis().suggestions().empty(); });
    return window->diagnosis().suggestions();
  }

  /// Starts a live run, and answers the question before it with no: what was asked.
  LiveEstimate asked_before_live() {
    std::optional<LiveEstimate> asked;
    window->questions().live = [&](QWidget*, const LiveEstimate& estimate) {
      asked = estimate;
      return LiveAnswer::cancel;
    };
    action("run_live").trigger();
    REQUIRE(eventually([&] { return asked.has_value(); }));
    window->questions().live = [](QWidget*, const LiveEstimate&) { return LiveAnswer::cancel; };
    CHECK_FALSE(window->runs().is_running());
    return *asked;
  }

  QAction& action(const char* name) {
    auto* found = window->findChild<QAction*>(name);
    REQUIRE(found != nullptr);
    return *found;
  }

  QtWatch warnings;  ///< First in, last out: it also watches the window go.
  QTemporaryDir folder;
  Session session;
  QStringList told;
  std::unique_ptr<MainWindow> window;
};

}  // namespace spawnpoint::gui
