// SPDX-License-Identifier: GPL-3.0-or-later
// The formats of an export, one row each: what the dialog, the command palette and `spawnpoint export` offer, and who
// writes it.
#pragma once

#include <QByteArray>
#include <QString>
#include <expected>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/result/result.hpp"

namespace spawnpoint {
struct Scenario;
}

namespace spawnpoint::gui {

class Drawing;
struct ExportOptions;
struct MapResult;

/// A file inside a picture's file.
struct ExportAttachment {
  QString name;
  QByteArray bytes;
  QString type;  ///< As "text/csv".
};

/// What a picture is made of.
struct ExportPicture {
  Drawing& figure;
  const ExportOptions& options;
  QString title;
  QString provenance;
  const Scenario& scenario;
  /// The data beside the picture; costs time, so only formats that have room for it ask.
  std::function<std::vector<ExportAttachment>()> attachments;
};

/// A run whose record is written.
struct ExportRecord {
  const RunResult& result;  ///< With its trace.
  std::string machine;      ///< Its name.
  std::string title;        ///< Of the run, with its world.
};

/// The whole of a file, or why there is none.
using ExportBytes = std::expected<QByteArray, std::string>;
using ExportOutcome = std::expected<void, std::string>;

struct ExportFormat {
  std::string_view name;    ///< As --format has it.
  std::string_view ending;  ///< What follows the name of a file.
  std::string_view title;   ///< In the dialog and the command palette.
  bool has_pixels = false;  ///< The resolution in dpi counts.
  bool is_table = false;    ///< What is not of a run's record, and the jobs, are written as one table.
  /// Draws a figure or the failure map. Null: not a picture.
  ExportBytes (*draw)(const ExportPicture&) = nullptr;
  /// Writes the record of one run to a file, or into a folder of this name. Null: a picture.
  ExportOutcome (*write)(const ExportRecord& record, const std::filesystem::path& path) = nullptr;

  bool is_picture() const { return draw != nullptr; }
};

using ExportFormats = std::span<const ExportFormat>;
/// All of them.
ExportFormats export_formats();
/// "png", and so on; the error lists what there is.
std::expected<const ExportFormat*, std::string> parse_export_format(std::string_view name,
                                                                    ExportFormats formats = export_formats());
/// "png, svg, pdf": for a help text.
std::string export_format_names(ExportFormats formats = export_formats());

/// The whole map as a table: what the command line's --csv writes.
QByteArray map_table(const MapResult& map);

}  // namespace spawnpoint::gui
