// SPDX-License-Identifier: GPL-3.0-or-later
// Diagnostics: collects every mistake of the files and settings of one parse, each with its place, and puts them in
// order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spawnpoint {

enum class Severity : std::uint8_t { error, warning, note };

/// One mistake of a file. Lines and columns count from 1; columns count characters (code points). Line 0: not in the
/// file's text.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string file;
  int line = 0;
  int column = 0;
  int length = 1;  ///< Characters to underline.
  std::string message;
  std::string hint;  ///< "did you mean `jobs.count`?"; may be empty.
  std::string source_line;
};
/// `file:line:column: error: …`, the source line, a caret under it, the hint.
std::string format(const Diagnostic& diagnostic);
std::string format(const std::vector<Diagnostic>& diagnostics);

/// One text that is read: a file, or a `--set`. Knows where its lines begin.
class SourceText {
 public:
  SourceText(std::string file, std::string text, int order, bool is_setting);
  const std::string& file() const { return file_; }
  const std::string& text() const { return text_; }
  int order() const { return order_; }
  bool is_setting() const { return is_setting_; }
  /// Line `number` (from 1) without its end; empty where there is none.
  std::string_view line(int number) const;
  /// How many lines there are; an empty text has one.
  int lines() const { return static_cast<int>(starts_.size()); }

 private:
  std::string file_;
  std::string text_;
  int order_;
  bool is_setting_;
  std::vector<std::size_t> starts_;
};

/// A stretch of one line of a source. Columns count code points from 1.
struct Place {
  const SourceText* source = nullptr;
  int line = 0;
  int column = 0;
  int length = 1;
};

/// Where byte `offset` of the text lies.
Place place_at(const SourceText& source, std::size_t offset);

class Diagnostics {
 public:
  /// After this many, the rest is only counted.
  static constexpr std::size_t kMost = 100;

  /// Takes a text in; the reference stays good as long as this object.
  const SourceText& add_source(std::string file, std::string text, bool is_setting = false);

  void error(const Place& place, std::string message, std::string hint = {});
  void warning(const Place& place, std::string message, std::string hint = {});
  /// Nothing is wrong, but it may not be what was meant.
  void note(const Place& place, std::string message);
  /// An error about a file as a whole (cannot be read, too large).
  void file_error(const std::string& file, std::string message, std::string hint = {});

  bool has_errors() const { return errors_ > 0; }
  std::size_t errors() const { return errors_; }
  /// All of them: source by source, each from its top to its end.
  std::vector<Diagnostic> take();

 private:
  struct Entry {
    int order;
    bool of_setting;
    Diagnostic diagnostic;
  };
  void add(Severity severity, const Place& place, std::string message, std::string hint);
  void add(int order, bool of_setting, Diagnostic diagnostic);

  std::deque<SourceText> sources_;
  std::vector<Entry> entries_;
  std::size_t errors_ = 0;
  std::size_t left_out_ = 0;
};

/// The nearest of `known` to `word` by edit distance (a swap of neighbours counts one), where one is near enough to be
/// meant.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);
/// "did you mean `x`?" for the nearest, else empty.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);
/// "a, b or c", each in backquotes; at most `most` of them, then an ellipsis.
std::string list_of(const std::vector<std::string>& names, std::size_t most = 12);

}  // namespace spawnpoint
