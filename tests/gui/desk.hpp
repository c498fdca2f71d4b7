// SPDX-License-Identifier: GPL-3.0-or-later
// A workspace for tests, with a folder of its own, and no window and no widget.
#pragma once

#include <QFile>
#include <QTemporaryDir>
#include <chrono>
#include <memory>

#include "gui/workspace/workspace.hpp"
#include "tests/catch.hpp"
#include "tests/gui/application.hpp"
#include "tests/gui/eventually.hpp"

namespace spawnpoint::gui {

inline constexpr const char* kTwoRuns = R"(spawnpoint = 1
title = "Two runs"
[machine]
profile = "rust-playground"
[jobs]
count = 20
steps = [{ sleep = "1ms" }]
[[run]]
concurrency = "thread_per_job"
[[run]]
concurrency = "thread_pool"
threads = 4
)";

struct Desk {
  Desk() {
    application();
    workspace = std::make_unique<Workspace>(session);
    workspace->document().set_delay(std::chrono::milliseconds(1));
  }
  QString write(const QString& name, const QString& text) {
    const QString path = folder.filePath(name);
    QFile file(path);
    REQUIRE(file.open(QIODevice::WriteOnly));
    file.write(text.toUtf8());
    return path;
  }
  void open(const QString& text, const QString& name = "scenario.toml") {
    QString error;
    REQUIRE(workspace->open(write(name, text), error));
    REQUIRE(eventually([&] { return is_modeled(0); }));
  }
  bool is_modeled(std::size_t run) {
    const RunKey key{run, WorldKind::modeled};
    return workspace->runs().result(key) && workspace->is_of_present_text(key) && !workspace->runs().is_running();
  }

  QTemporaryDir folder;
  Session session{folder.filePath("settings.ini")};
  std::unique_ptr<Workspace> workspace;
};

}  // namespace spawnpoint::gui
