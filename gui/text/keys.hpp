// SPDX-License-Identifier: GPL-3.0-or-later
// The keys of actions that texts of the app name: the table of actions has them from here, too.
#pragma once

namespace spawnpoint::gui::keys {

inline constexpr const char* kRunBoth = "F5";
inline constexpr const char* kRunModel = "F6";
inline constexpr const char* kRunLive = "F7";
inline constexpr const char* kRunAll = "Ctrl+F5";
inline constexpr const char* kStop = "Shift+F5";
inline constexpr const char* kUndo = "Ctrl+Z";
inline constexpr const char* kComplete = "Ctrl+Space";
inline constexpr const char* kReference = "F1";
inline constexpr const char* kExport = "Ctrl+E";
inline constexpr const char* kPalette = "Ctrl+K";
inline constexpr const char* kBeside = "Ctrl+B";
inline constexpr const char* kFit = "Home";
inline constexpr const char* kNextFailure = "N";
inline constexpr const char* kCopyRows = "Ctrl+C";

}  // namespace spawnpoint::gui::keys
