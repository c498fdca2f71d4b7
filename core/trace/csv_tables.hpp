// SPDX-License-Identifier: GPL-3.0-or-later
// The folder of tables that a record is saved as: what csv_writer.hpp writes and csv_reader.hpp reads.
#pragma once

#include <array>
#include <string_view>

namespace spawnpoint {

/// Counts up where an older reader would not understand what is written. All former formats can be read.
inline constexpr int kCsvFormat = 4;

struct CsvTable {
  std::string_view file;
  std::string_view columns;  ///< Its first line.
};
inline constexpr CsvTable kRunTable{"run.csv", "key,value"};
inline constexpr CsvTable kJobsTable{"jobs.csv", "job,state,lane,since,started,ended,start_order,end_order"};
inline constexpr CsvTable kSegmentsTable{"segments.csv", "job,lane,state,begin,end"};
inline constexpr CsvTable kTurnsTable{"turns.csv", "core,lane,begin,end"};
inline constexpr CsvTable kSeriesTable{"series.csv", "series,time,value"};
inline constexpr CsvTable kMarksTable{"marks.csv", "kind,time,lane,job,text"};
/// The first one is what a record is known by.
inline constexpr std::array kCsvTables{kRunTable, kJobsTable, kSegmentsTable, kTurnsTable, kSeriesTable, kMarksTable};

/// The keys of run.csv that are the trace's own.
struct CsvKeys {
  static constexpr std::string_view format = "format";
  static constexpr std::string_view lanes = "lanes";
  static constexpr std::string_view end = "end";
  static constexpr std::string_view growing = "growing";
  static constexpr std::string_view cores = "cores";
  static constexpr std::string_view turns_end = "turns_end";
};

}  // namespace spawnpoint
