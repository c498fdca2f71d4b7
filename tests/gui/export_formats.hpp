// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of the table of formats, by their names.
#pragma once

#include "gui/export/export_format.hpp"
#include "tests/catch.hpp"

namespace spawnpoint::gui {

inline const ExportFormat& export_format(std::string_view name) {
  const auto found = parse_export_format(name);
  REQUIRE(found);
  return **found;
}

inline std::vector<const ExportFormat*> export_formats_of(std::initializer_list<std::string_view> names) {
  std::vector<const ExportFormat*> formats;
  for (const std::string_view name : names) formats.push_back(&export_format(name));
  return formats;
}

}  // namespace spawnpoint::gui
