// SPDX-License-Identifier: GPL-3.0-or-later
// What is specific to a terminal: colours where they are wanted, aligned tables, a line of progress, Ctrl-C.
#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "models/lab/run/run.hpp"

namespace spawnpoint::command_line {

/// Marks text for a terminal; leaves it alone where there is none, or where NO_COLOR is set.
class Style {
 public:
  /// For what is written to the file descriptor `fd`.
  static Style of(int fd);

  std::string bold(std::string_view text) const { return mark("1", text); }
  std::string faint(std::string_view text) const { return mark("2", text); }
  std::string good(std::string_view text) const { return mark("32", text); }
  std::string bad(std::string_view text) const { return mark("31", text); }

 private:
  explicit Style(bool on) : on_(on) {}
  std::string mark(std::string_view code, std::string_view text) const;

  bool on_;
};

/// A table of text, its columns as wide as they need to be.
class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };
  enum class Emphasis { none, bad, bold };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// One cell per column; `emphasis` marks the whole row.
  void add(std::vector<std::string> cells, Emphasis emphasis = Emphasis::none);
  /// Each line ends with a newline and begins with two spaces.
  std::string text(const Style& style) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    Emphasis emphasis;
  };
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

/// Columns that UTF-8 text takes on a terminal: its code points (nothing that we print is wider than one column).
std::size_t display_width(std::string_view text);

/// A line on standard error that follows a run; only on a terminal, only for a run of more than half a second. Gone
/// when destroyed.
class ProgressLine {
 public:
  explicit ProgressLine(std::string what);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();
  void show(const Progress& progress);
  void show(const std::string& how_far);

 private:
  bool is_due();
  void print(const std::string& how_far);

  std::string what_;
  bool enabled_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

/// While it lives, Ctrl-C (or SIGTERM) asks for a stop, which keeps what there is; the third one ends the program.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();
  static bool requested();
};

/// While it lives, its token follows Interrupt::requested(): for what would take long and has no progress to tell.
class InterruptToken {
 public:
  InterruptToken();
  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  std::jthread watcher_;
};

}  // namespace spawnpoint::command_line
