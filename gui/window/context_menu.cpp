// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/context_menu.hpp"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QMenu>
#include <QTableView>
#include <functional>

#include "gui/charts/chart_view.hpp"
#include "gui/charts/drawing.hpp"
#include "gui/compare/compare_page.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/limits/limits_page.hpp"
#include "gui/map/map_page.hpp"
#include "gui/time/accessible.hpp"
#include "gui/timeline/timeline_widget.hpp"
#include "gui/window/main_window.hpp"

namespace spawnpoint::gui {
namespace {

/// A view that can only be painted as it is on the screen, such as the overview.
class WidgetDrawing final : public Drawing {
 public:
  explicit WidgetDrawing(QWidget& widget) : widget_(widget) {}
  double width() const override { return widget_.width(); }
  double height() const override { return widget_.height(); }
  void paint(FigurePainter& painter, double /*pixels*/) override {
    widget_.render(&*painter, QPoint(), QRegion(), QWidget::DrawChildren);
  }

 private:
  QWidget& widget_;
};

std::unique_ptr<Drawing> drawing_of(QWidget& view) {
  if (auto* source = dynamic_cast<DrawingSource*>(&view)) return source->drawing();
  return std::make_unique<WidgetDrawing>(view);
}

class MenuMaker {
 public:
  MenuMaker(MainWindow& window, QMenu& menu) : window_(window), menu_(menu) {}

  /// `what` is done to the view, which may go while the menu is open: nothing is done then.
  void add(QWidget& view, const QString& title, bool enabled, std::function<void()> what) {
    QAction* made = menu_.addAction(title, &view, std::move(what));
    made->setEnabled(enabled);
  }
  /// One of the window's own actions, with its key.
  void add(const char* name) {
    if (auto* action = window_.findChild<QAction*>(QString::fromLatin1(name), Qt::FindDirectChildrenOnly))
      menu_.addAction(action);
  }
  void add(QAction& action) { menu_.addAction(&action); }
  void line() { menu_.addSeparator(); }

  void of_drawing(QWidget& view) {
    const auto source = drawing_of(view);
    add(view, QObject::tr("&Copy as picture and SVG"), source != nullptr, [&view] {
      if (const auto drawing = drawing_of(view)) copy_drawing(*drawing);
    });
    add("export");
  }

  /// Of a view on the page that the time axis belongs to.
  void of_time_axis(QWidget& view, TimeView& time) {
    line();
    add("fit");
    add(view, QObject::tr("&Zoom to the selection\tZ"), time.can_zoom_to_selection(),
        [&time] { time.zoom_to_selection(); });
    add(view, QObject::tr("Clear selection and &markers\tEsc"), true, [&time] { time.clear_selection(); });
    add("back");
    add("forward");
    add("next_failure");
  }

 private:
  MainWindow& window_;
  QMenu& menu_;
};

/// The view itself, or the one that it is a part of: a chart's plot, a timeline's viewport.
template <class View>
View* enclosing(QWidget& widget) {
  for (QWidget* at = &widget; at != nullptr; at = at->parentWidget())
    if (auto* found = qobject_cast<View*>(at)) return found;
  return nullptr;
}

bool fill(MenuMaker& menu, MainWindow& window, QWidget& widget) {
  TimeView& time = window.compare().time();
  if (auto* chart = enclosing<ChartView>(widget)) {
    menu.of_drawing(*chart);
    menu.of_time_axis(*chart, time);
    menu.line();
    menu.add(*chart, chart->is_logarithmic() ? QObject::tr("&Linear values\tL") : QObject::tr("&Logarithmic values\tL"),
             true, [chart] { chart->set_logarithmic(!chart->is_logarithmic()); });
    return true;
  }
  if (auto* timeline = enclosing<TimelineWidget>(widget)) {
    menu.of_drawing(*timeline);
    menu.of_time_axis(*timeline, time);
    menu.line();
    const bool job = time.selected_job() != kNoJob;
    menu.add(*timeline, QObject::tr("Zoom to the selected &job\tF"), job, [timeline] { timeline->focus_job(); });
    menu.add(*timeline, QObject::tr("All &rows"), timeline->trace() != nullptr,
             [timeline] { timeline->set_row_height(0); });
    return true;
  }
  if (auto* map = enclosing<MapView>(widget)) {
    menu.of_drawing(*map);
    menu.line();
    menu.add(*map, QObject::tr("&Open this run\tEnter"), map->marked() != nullptr, [map] { map->open_marked(); });
    menu.add(*map,
             map->value() == MapValue::time ? QObject::tr("Show &memory\tM") : QObject::tr("Show completion ti&me\tM"),
             !map->content().empty(),
             [map] { map->set_value(map->value() == MapValue::time ? MapValue::memory : MapValue::time); });
    return true;
  }
  if (auto* ladder = enclosing<LadderView>(widget)) {
    menu.of_drawing(*ladder);
    menu.line();
    const QString how = window.limits().how_to_raise();
    menu.add(*ladder, QObject::tr("Copy how the limit is &raised"), !how.isEmpty(),
             [how] { QApplication::clipboard()->setText(how); });
    return true;
  }
  if (enclosing<QTableView>(widget) == &window.job_table().table()) {
    for (QAction* own : window.job_table().table().actions()) menu.add(*own);
    menu.line();
    menu.add("export");
    return true;
  }
  // The overview and the strip of differences.
  if (enclosing<ComparePage>(widget) != nullptr && is_accessible_chart(widget)) {
    menu.of_drawing(widget);
    menu.of_time_axis(widget, time);
    return true;
  }
  return false;
}

}  // namespace

bool show_context_menu(MainWindow& window, QWidget& widget, const QContextMenuEvent& event) {
  auto* menu = new QMenu(&window);
  menu->setObjectName("context_menu");
  menu->setAttribute(Qt::WA_DeleteOnClose);
  MenuMaker maker(window, *menu);
  if (!fill(maker, window, widget)) {
    delete menu;
    return false;
  }
  menu->popup(event.reason() == QContextMenuEvent::Keyboard ? widget.mapToGlobal(widget.rect().center())
                                                            : event.globalPos());
  return true;
}

std::unique_ptr<Drawing> drawing_to_copy(QWidget& page) {
  for (QWidget* at = QApplication::focusWidget(); at != nullptr && page.isAncestorOf(at); at = at->parentWidget()) {
    if (auto* source = dynamic_cast<DrawingSource*>(at)) return source->drawing();
  }
  for (QWidget* view : page.findChildren<QWidget*>()) {
    auto* source = dynamic_cast<DrawingSource*>(view);
    if (source == nullptr || !view->isVisible()) continue;
    if (auto made = source->drawing()) return made;
  }
  return nullptr;
}

}  // namespace spawnpoint::gui
