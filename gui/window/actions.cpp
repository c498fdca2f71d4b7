// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/actions.hpp"

#include <QPlainTextEdit>
#include <QStatusBar>
#include <algorithm>

#include "gui/compare/compare_page.hpp"
#include "gui/file/code_edit.hpp"
#include "gui/file/file_panel.hpp"
#include "gui/window/main_window.hpp"
#include "gui/window/pages.hpp"

namespace spawnpoint::gui {
namespace {

using Window = MainWindow;

constexpr Action kActions[] = {
    {.name = "open",
     .menu = MenuOf::file,
     .title = "&Open …",
     .keys = "Ctrl+O",
     .icon = "open",
     .on_sheet = "open",
     .run = [](Window& w) { w.choose_file(); }},
    {.name = "save",
     .menu = MenuOf::file,
     .begins_group = true,
     .title = "&Save",
     .keys = "Ctrl+S",
     .icon = "save",
     .on_sheet = "save",
     .run = [](Window& w) { w.save(); }},
    {.name = "save_as",
     .menu = MenuOf::file,
     .title = "Save &as …",
     .keys = "Ctrl+Shift+S",
     .on_sheet = "save as another file",
     .run = [](Window& w) { w.save_as(); }},
    {.name = "export",
     .menu = MenuOf::file,
     .begins_group = true,
     .title = "&Export …",
     .keys = "Ctrl+E",
     .over_text_fields = true,
     .icon = "export",
     .on_sheet = "export",
     .run = [](Window& w) { w.export_figures(); }},
    {.name = "quit",
     .menu = MenuOf::file,
     .begins_group = true,
     .title = "&Quit",
     .keys = "Ctrl+Q",
     .on_sheet = "quit",
     .run = [](Window& w) { w.close(); }},

    {.name = "undo",
     .menu = MenuOf::edit,
     .title = "&Undo",
     .keys = "Ctrl+Z",
     .standard = QKeySequence::Undo,
     .icon = "undo",
     .on_sheet = "undo, sliders too",
     .run = [](Window& w) { w.file_panel().edit().undo(); }},
    {.name = "redo",
     .menu = MenuOf::edit,
     .title = "&Redo",
     .keys = "Ctrl+Shift+Z",
     .standard = QKeySequence::Redo,
     .on_sheet = "redo",
     .run = [](Window& w) { w.file_panel().edit().redo(); }},
    {.name = "search",
     .menu = MenuOf::edit,
     .begins_group = true,
     .title = "&Find a job, or a scenario at home",
     .keys = "Ctrl+F",
     .over_text_fields = true,
     .group = KeysOf::pages,
     .on_sheet = "find a job; at home, a scenario",
     .run = [](Window& w) { w.search(); }},

    {.name = "copy_chart",
     .menu = MenuOf::edit,
     .begins_group = true,
     .title = "&Copy chart",
     .keys = "Ctrl+Shift+C",
     .group = KeysOf::pages,
     .on_sheet = "copy the chart as picture and SVG",
     .run = [](Window& w) { w.copy_chart(); }},
    {.name = "run_both",
     .menu = MenuOf::run,
     .title = "Run &both",
     .keys = "F5",
     .icon = "both",
     .group = KeysOf::run,
     .on_sheet = "both worlds",
     .run = [](Window& w) { w.run(/*modeled=*/true, /*live=*/true); }},
    {.name = "run_model",
     .menu = MenuOf::run,
     .title = "&Model",
     .keys = "F6",
     .icon = "model",
     .group = KeysOf::run,
     .on_sheet = "the model",
     .run = [](Window& w) { w.run(/*modeled=*/true, /*live=*/false); }},
    {.name = "run_live",
     .menu = MenuOf::run,
     .title = "&Live",
     .keys = "F7",
     .icon = "live",
     .group = KeysOf::run,
     .on_sheet = "live",
     .run = [](Window& w) { w.run(/*modeled=*/false, /*live=*/true); }},
    {.name = "stop",
     .menu = MenuOf::run,
     .begins_group = true,
     .title = "&Stop",
     .keys = "Shift+F5",
     .icon = "stop",
     .group = KeysOf::run,
     .on_sheet = "stop",
     .run = [](Window& w) { w.runs().stop(); }},

    {.name = "next_failure",
     .menu = MenuOf::view,
     .begins_group = true,
     .title = "&Next failure",
     .keys = "N",
     .icon = "next",
     .group = KeysOf::time_axis,
     .on_sheet = "next failure",
     .run = [](Window& w) { w.next_failure(); }},
    {.name = "fit",
     .menu = MenuOf::view,
     .title = "Show &all",
     .keys = "Home",
     .icon = "fit",
     .group = KeysOf::time_axis,
     .on_sheet = "show all",
     .run = [](Window& w) { w.compare().time().fit(); }},
    {.name = "back",
     .menu = MenuOf::view,
     .title = "View &back",
     .keys = "Alt+Left",
     .group = KeysOf::time_axis,
     .on_sheet = "back",
     .run = [](Window& w) { w.compare().time().go_back(); }},
    {.name = "forward",
     .menu = MenuOf::view,
     .title = "View &forward",
     .keys = "Alt+Right",
     .group = KeysOf::time_axis,
     .on_sheet = "forward",
     .run = [](Window& w) { w.compare().time().go_forward(); }},
    {.name = "beside",
     .menu = MenuOf::view,
     .title = "Runs side &by side",
     .keys = "Ctrl+B",
     .over_text_fields = true,
     .group = KeysOf::compare,
     .on_sheet = "runs side by side",
     .run = [](Window& w) { w.toggle_side_by_side(); }},
    {.name = "default_layout",
     .menu = MenuOf::view,
     .title = "&Restore default layout",
     .run = [](Window& w) { w.default_layout(); }},
    {.name = "theme_light",
     .menu = MenuOf::view,
     .begins_group = true,
     .title = "&Light",
     .run = [](Window& w) { w.set_dark(false); }},
    {.name = "theme_dark", .menu = MenuOf::view, .title = "&Dark", .run = [](Window& w) { w.set_dark(true); }},
    {.name = "theme",
     .title = "Light or dark",
     .keys = "Ctrl+Shift+L",
     .icon = "theme",
     .group = KeysOf::pages,
     .on_sheet = "light or dark",
     .run = [](Window& w) { w.set_dark(w.theme().kind == ThemeKind::light); }},
    {.name = "own_values",
     .title = "The file's own values",
     .icon = "undo",
     .run = [](Window& w) { w.document().clear_settings(); }},
    {.name = "write_values",
     .title = "Write the values that are tried into the text",
     .run = [](Window& w) { w.workspace().write_settings(); }},

    {.name = "palette",
     .menu = MenuOf::help,
     .title = "&Find a command …",
     .keys = "Ctrl+K",
     .over_text_fields = true,
     .group = KeysOf::pages,
     .on_sheet = "find a command",
     .run = [](Window& w) { w.show_palette(); }},
    {.name = "tour",
     .menu = MenuOf::help,
     .begins_group = true,
     .title = "A &tour of the window",
     .run = [](Window& w) { w.start_tour(); }},
    {.name = "reference",
     .menu = MenuOf::help,
     .title = "Scenario &reference",
     .keys = "F1",
     .standard = QKeySequence::HelpContents,
     .group = KeysOf::pages,
     .on_sheet = "scenario reference",
     .run = [](Window& w) { w.show_reference(); }},
    {.name = "keys",
     .menu = MenuOf::help,
     .title = "&Keys",
     .keys = "?",
     .group = KeysOf::pages,
     .on_sheet = "this sheet",
     .run = [](Window& w) { w.show_keys(); }},
    {.name = "about",
     .menu = MenuOf::help,
     .begins_group = true,
     .title = "&About Spawnpoint",
     .run = [](Window& w) { w.show_about(); }},
};

/// A key that a view has for itself.
struct ViewKey {
  KeysOf group;
  const char* keys;
  const char* does;
};

constexpr ViewKey kViewKeys[] = {
    {KeysOf::file, "Ctrl+Space", "complete at the cursor"},
    {KeysOf::what_if, "← / →", "move a slider: the model is drawn again"},
    {KeysOf::what_if, "Page up / down", "in larger steps"},
    {KeysOf::what_if, "Tab, Enter", "in the diagnosis: try a run, follow a link"},
    {KeysOf::time_axis, "W / S, wheel", "zoom at the cursor"},
    {KeysOf::time_axis, "A / D, ← / →", "move"},
    {KeysOf::time_axis, "drag", "select a range: what happens in it"},
    {KeysOf::time_axis, "Z", "zoom to the selection"},
    {KeysOf::time_axis, "Shift+A / Shift+B", "set marker A or B: what happens between them"},
    {KeysOf::time_axis, "Esc", "clear selection and markers"},
    {KeysOf::compare, "↑ / ↓, Shift+wheel", "rows up and down"},
    {KeysOf::compare, "+ / −, Ctrl+wheel", "taller or shorter rows"},
    {KeysOf::compare, "F, double click", "zoom to the selected job"},
    {KeysOf::compare, "L", "in a chart: logarithmic or not"},
    {KeysOf::pages, "Menu, right click", "what can be done with a chart or a row"},
    {KeysOf::limits, "↑ / ↓", "another limit"},
    {KeysOf::map, "← / →, ↑ / ↓", "along a line, to another line"},
    {KeysOf::map, "Enter", "open the run"},
    {KeysOf::map, "M", "time or memory"},
    {KeysOf::jobs, "↑ / ↓, click", "select a job, here and in the timelines"},
    {KeysOf::jobs, "Enter", "show it in the timelines"},
    {KeysOf::jobs, "← / →, then S", "sort by this column; again: the other way"},
    {KeysOf::jobs, "Ctrl+C", "copy the rows"},
};

}  // namespace

QKeySequence Action::sequence() const {
  return standard == QKeySequence::UnknownKey ? QKeySequence(QString::fromUtf8(keys)) : QKeySequence(standard);
}

std::span<const Action> action_table() {
  return kActions;
}

std::vector<KeyGroup> key_groups(bool of_platform) {
  std::vector<KeyGroup> groups = {
      {KeysOf::run, "Run", {}},         {KeysOf::file, "File", {}},           {KeysOf::pages, "Pages", {}},
      {KeysOf::what_if, "What if", {}}, {KeysOf::time_axis, "Time axis", {}}, {KeysOf::compare, "Compare", {}},
      {KeysOf::limits, "Limits", {}},   {KeysOf::map, "Failure map", {}},     {KeysOf::jobs, "Jobs", {}}};
  const auto add = [&groups](KeysOf group, const QString& keys, const QString& does) {
    std::ranges::find(groups, group, &KeyGroup::group)->lines.push_back({keys, does});
  };
  for (std::size_t place = 0; place < page_kinds().size(); ++place)
    add(KeysOf::pages, page_key(place), QObject::tr(page_kinds()[place].name.title));
  for (const Action& action : kActions) {
    if (*action.on_sheet == '\0') continue;
    const QString keys = of_platform ? action.sequence().toString() : QString::fromUtf8(action.keys);
    add(action.group, QString(keys).replace("Left", "←").replace("Right", "→"), QObject::tr(action.on_sheet));
  }
  for (const ViewKey& key : kViewKeys) add(key.group, QString::fromUtf8(key.keys), QObject::tr(key.does));
  return groups;
}

}  // namespace spawnpoint::gui
