// SPDX-License-Identifier: GPL-3.0-or-later
// Page: one of the window's pages. It is given the workspace, and wires itself; the window only frames it. The list
// of pages is in gui/window/pages.cpp.
#pragma once

#include <QWidget>
#include <string_view>

#include "gui/theme/theme.hpp"
#include "gui/workspace/workspace.hpp"

namespace spawnpoint::gui {

class Page : public QWidget {
  Q_OBJECT

 public:
  using QWidget::QWidget;

  virtual void set_theme(const Theme& /*theme*/) {}

 signals:
  /// Something is on it that the user has asked for.
  void wanted();
};

/// What a page is called: by the session, which keeps the id for good, and by the window.
struct PageName {
  std::string_view id;
  const char* title;
};

/// A page has its name as `kName`, and is made of the workspace and its parent.
struct PageKind {
  PageName name;
  Page* (*make)(Workspace& workspace, QWidget* parent);
};

template <class AnyPage>
constexpr PageKind page_kind() {
  return {AnyPage::kName,
          [](Workspace& workspace, QWidget* parent) -> Page* { return new AnyPage(workspace, parent); }};
}

}  // namespace spawnpoint::gui
