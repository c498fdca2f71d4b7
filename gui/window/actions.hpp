// SPDX-License-Identifier: GPL-3.0-or-later
// The table of the window's actions with their keys, and of the keys that views have for themselves. Menus, toolbar,
// command palette, key sheet and the manual page say what is here.
#pragma once

#include <QKeySequence>
#include <cstdint>
#include <span>
#include <vector>

namespace spawnpoint::gui {

class MainWindow;

enum class MenuOf : std::uint8_t { none, file, edit, run, view, help };
/// The groups of the key sheet.
enum class KeysOf : std::uint8_t { run, file, pages, what_if, time_axis, compare, limits, map, jobs };

struct Action {
  const char* name;  ///< Of the QAction.
  MenuOf menu = MenuOf::none;
  bool begins_group = false;                                      ///< In its menu, there is a line above it.
  const char* title = "";                                         ///< In the menu and the palette, with its mnemonic.
  const char* keys = "";                                          ///< Empty: none.
  QKeySequence::StandardKey standard = QKeySequence::UnknownKey;  ///< Instead of `keys`, where a platform has another.
  bool over_text_fields = false;  ///< A text field that takes this key for its cursor does not get it.
  const char* icon = "";
  KeysOf group = KeysOf::file;
  const char* on_sheet = "";  ///< On the key sheet.
  void (*run)(MainWindow&) = nullptr;

  QKeySequence sequence() const;
};

std::span<const Action> action_table();

/// One line of the key sheet.
struct KeyLine {
  QString keys;
  QString does;
};
struct KeyGroup {
  KeysOf group;
  const char* title;
  std::vector<KeyLine> lines;
};
/// All keys of the window; those of actions as the platform has them where `of_platform`.
std::vector<KeyGroup> key_groups(bool of_platform = true);

}  // namespace spawnpoint::gui
