// SPDX-License-Identifier: GPL-3.0-or-later
// What a handler of events throws does not end the app.
#include "tests/gui/application.hpp"

#include <QEvent>
#include <QStringList>
#include <new>
#include <stdexcept>

#include "tests/catch.hpp"
#include "tests/gui/eventually.hpp"

namespace spawnpoint::gui {
namespace {

class Thrower : public QObject {
 public:
  bool out_of_memory = false;

  bool event(QEvent*) override {
    if (out_of_memory) throw std::bad_alloc();
    throw std::runtime_error("no luck");
  }
};

}  // namespace

TEST_CASE("an exception in a handler of events is told once, and the app goes on") {
  Application& app = application();
  QStringList told;
  const auto before = std::exchange(app.tell, [&](const QString& words) { told += words; });
  Thrower thrower;
  QCoreApplication::postEvent(&thrower, new QEvent(QEvent::User));
  QCoreApplication::postEvent(&thrower, new QEvent(QEvent::User));
  REQUIRE(eventually([&] { return !told.isEmpty(); }));
  QCoreApplication::processEvents();
  CHECK(told == QStringList{"That could not be done: no luck.\n\nWhat you have written is still here."});
  thrower.out_of_memory = true;
  QCoreApplication::postEvent(&thrower, new QEvent(QEvent::User));
  REQUIRE(eventually([&] { return told.size() == 2; }));
  CHECK(told.back().startsWith("That could not be done: there is not enough memory."));
  app.tell = before;
}

}  // namespace spawnpoint::gui
