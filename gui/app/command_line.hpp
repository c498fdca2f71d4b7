// SPDX-License-Identifier: GPL-3.0-or-later
// What `spawnpoint` was asked for on its command line.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/exit.hpp"
#include "gui/export/export.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint::gui {

/// `spawnpoint [FILE…]`: the window.
struct AppRequest {
  std::vector<std::string> files;
  std::string theme;   ///< "light", "dark", or empty: as it was set last.
  bool reset = false;  ///< Forget the layout, the theme and the recent files.
};

/// `spawnpoint export FILE… -o DIR`: pictures and tables, no window.
struct ExportRequest {
  std::vector<std::string> files;
  std::string directory;
  std::vector<const ExportFormat*> formats;  ///< Each once.
  std::vector<ExportPart> parts;
  Worlds worlds = Worlds::modeled;
  std::vector<Setting> settings;
  std::vector<std::string> concurrency;  ///< Only these runs; empty: all.
  std::vector<std::size_t> runs;         ///< Only those with these numbers, from 1; empty: all.
  RowChoice rows = RowChoice::automatic;
  std::optional<std::uint64_t> seed;
  ExportSize size;
  bool dark = false;
  bool caption = true;
};

/// The request, or the exit status where there is nothing (more) to do: after --help, or with bad usage.
using Request = std::variant<AppRequest, ExportRequest, Exit>;
Request parse_command_line(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                           ExportFormats known = export_formats());

}  // namespace spawnpoint::gui
