// SPDX-License-Identifier: GPL-3.0-or-later
// What a screen reader finds on every page, panel and dialog: names, roles, and a way to reach it with the keyboard.
#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QDialog>
#include <QDockWidget>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTabWidget>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <set>

#include "gui/compare/compare_page.hpp"
#include "gui/diagnosis/diagnosis_panel.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/completion_popup.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/gallery/gallery_model.hpp"
#include "gui/gallery/home_page.hpp"
#include "gui/help/tour.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/limits/limits_page.hpp"
#include "gui/map/map_page.hpp"
#include "tests/gui/app_fixture.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

/// Widgets that others are made of: the whole is what is named.
bool is_inner(const QWidget& widget) {
  const QWidget* parent = widget.parentWidget();
  if (widget.objectName().startsWith("qt_") || qobject_cast<const QScrollBar*>(&widget)) return true;
  if (!parent) return false;
  if (qobject_cast<const QAbstractSpinBox*>(parent) || qobject_cast<const QComboBox*>(parent)) return true;
  if (qobject_cast<const QHeaderView*>(&widget) && qobject_cast<const QTableView*>(parent)) return true;
  if (qobject_cast<const QLineEdit*>(parent) || qobject_cast<const QTabBar*>(parent)) return true;
  const auto* scrolls = qobject_cast<const QAbstractScrollArea*>(parent);
  return scrolls && scrolls->viewport() == &widget;
}

bool takes_input(const QWidget& widget) {
  return qobject_cast<const QAbstractButton*>(&widget) || qobject_cast<const QAbstractSlider*>(&widget) ||
         qobject_cast<const QAbstractSpinBox*>(&widget) || qobject_cast<const QComboBox*>(&widget) ||
         qobject_cast<const QLineEdit*>(&widget) || qobject_cast<const QAbstractItemView*>(&widget) ||
         qobject_cast<const QPlainTextEdit*>(&widget);
}

/// It draws itself, so nobody but itself can tell what it shows.
bool is_own_view(const QWidget& widget) {
  static const std::set<std::string> views = {"TimelineWidget", "Overview", "ChartView",
                                              "LadderView",     "MapView",  "DifferenceStrip"};
  const std::string name = widget.metaObject()->className();
  return views.contains(name.substr(name.rfind(':') + 1));
}

/// A button of a toolbar is reached by the menu or by its keys, as everywhere.
bool has_other_way(const QWidget& widget) {
  const auto* button = qobject_cast<const QToolButton*>(&widget);
  if (!button || !button->defaultAction()) return false;
  if (!button->defaultAction()->shortcut().isEmpty()) return true;
  for (const QObject* in : button->defaultAction()->associatedObjects()) {
    if (qobject_cast<const QMenu*>(in)) return true;
  }
  return false;
}

/// Looks at the widget and at all in it that can be seen; returns the classes of our own views among them.
std::set<std::string> look_through(QWidget& root) {
  std::set<std::string> seen;
  QList<QWidget*> all = root.findChildren<QWidget*>();
  all.push_front(&root);
  for (QWidget* widget : all) {
    if (!widget->isVisible() || is_inner(*widget)) continue;
    if (const auto* tabs = qobject_cast<QTabBar*>(widget); tabs && tabs->count() == 0) continue;  // Qt keeps them.
    const bool own = is_own_view(*widget);
    const bool input = takes_input(*widget);
    const bool focus = widget->focusPolicy() != Qt::NoFocus;
    if (!own && !input && !focus) continue;
    INFO(widget->metaObject()->className() << " \"" << widget->objectName().toStdString() << "\" in "
                                           << (widget->parent() ? widget->parent()->metaObject()->className() : "-")
                                           << " of " << root.metaObject()->className());
    QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(widget);
    REQUIRE(interface != nullptr);
    CHECK_FALSE(interface->text(QAccessible::Name).trimmed().isEmpty());
    CHECK(interface->role() != QAccessible::NoRole);
    if (own) {
      seen.insert(widget->metaObject()->className());
      CHECK(interface->role() == QAccessible::Chart);
      CHECK_FALSE(interface->text(QAccessible::Description).trimmed().isEmpty());
    }
    if (input) CHECK(interface->role() != QAccessible::Client);
    // A popup has the keys of the widget that it belongs to.
    if ((own || input) && widget->isEnabled() && !widget->windowFlags().testFlag(Qt::Popup))
      CHECK(((widget->focusPolicy() & Qt::TabFocus) != 0 || has_other_way(*widget)));
  }
  return seen;
}

QDialog* dialog_of(AppFixture& app, const char* action) {
  app.action(action).trigger();
  QDialog* found = nullptr;
  eventually(
      [&] {
        for (QDialog* dialog : app.window->findChildren<QDialog*>()) {
          if (dialog->isVisible()) found = dialog;
        }
        return found != nullptr;
      },
      5'000);
  return found;
}

}  // namespace

TEST_CASE("every page and panel can be read aloud and reached without a mouse") {
  AppFixture app;
  app.window->show();
  app.window->resize(1600, 1000);
  REQUIRE(QTest::qWaitForWindowExposed(app.window.get()));
  look_through(*app.window);  // Home alone, before a scenario is open.
  app.open(kRefused);
  for (auto* dock : app.window->findChildren<QDockWidget*>()) dock->show();
  app.window->run(/*modeled=*/true, /*live=*/true);
  REQUIRE(eventually([&] { return app.window->runs().is_running(); }));
  REQUIRE(eventually([&] { return !app.window->runs().is_running(); }));
  app.window->selection().select_run(1);
  REQUIRE(eventually([&] { return app.window->runs().result({1, WorldKind::modeled}) != nullptr; }));
  app.window->selection().select_run(0);
  app.window->compare().beside().setChecked(true);
  app.window->compare().timeline(WorldKind::modeled).show_job(507);
  std::set<std::string> seen;
  for (int page = 0; page < app.window->pages().count(); ++page) {
    app.window->pages().setCurrentIndex(page);
    // Panels that share a place are seen one after the other.
    for (auto* dock : app.window->findChildren<QDockWidget*>()) {
      dock->raise();
      QCoreApplication::processEvents();
      INFO("page " << page << ", " << dock->windowTitle().toStdString());
      seen.merge(look_through(*app.window));
    }
  }
  CHECK(seen.size() == 6);
}

TEST_CASE("every dialog can be read aloud and used without a mouse") {
  AppFixture app;
  app.window->show();
  app.open(kRefused);
  for (const char* name : {"export", "keys", "reference", "palette", "about"}) {
    INFO(name);
    QDialog* dialog = dialog_of(app, name);
    REQUIRE(dialog != nullptr);
    CHECK((!dialog->windowTitle().isEmpty() || !dialog->accessibleName().isEmpty()));
    look_through(*dialog);
    // Escape closes each of them.
    QTest::keyClick(dialog, Qt::Key_Escape);
    CHECK_FALSE(dialog->isVisible());
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
  }
  QTimer::singleShot(0, app.window.get(), [&] {
    auto* box = app.window->findChild<QMessageBox*>();
    REQUIRE(box != nullptr);
    look_through(*box);
    box->reject();
  });
  LiveEstimate estimate;
  estimate.over_cap = true;
  CHECK(ask_before_live(app.window.get(), estimate) == LiveAnswer::cancel);
}

TEST_CASE("the tour and the offered keys are read aloud too") {
  AppFixture app;
  app.window->show();
  app.open(kQuick);
  app.action("tour").trigger();
  auto* tour = app.window->findChild<Tour*>();
  REQUIRE(tour != nullptr);
  look_through(*tour);
  QTest::keyClick(tour, Qt::Key_Escape);
  QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);

  CodeEdit& edit = app.window->file_panel().edit();
  edit.setFocus();
  edit.moveCursor(QTextCursor::End);
  QTest::keyClick(&edit, Qt::Key_Space, Qt::ControlModifier);
  int popups = 0;
  for (QWidget* top : QApplication::topLevelWidgets()) {
    if (top->isVisible() && top->inherits("QListView")) {
      look_through(*top);
      ++popups;
    }
  }
  CHECK(popups == 1);
}

TEST_CASE("what delegates draw is in the models as text") {
  AppFixture app;
  GalleryModel& gallery = app.window->gallery();
  REQUIRE(gallery.rowCount() > 0);
  const QModelIndex first = gallery.index(0);
  CHECK_FALSE(first.data(Qt::AccessibleTextRole).toString().isEmpty());
  // The picture's verdict comes with the picture.
  CHECK(eventually([&] {
    for (int row = 0; row < gallery.rowCount(); ++row) {
      if (gallery.index(row).data(Qt::AccessibleDescriptionRole).toString().contains("pids.max")) return true;
    }
    return false;
  }));
}
