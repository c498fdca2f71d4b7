// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/document/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/text/text.hpp"

namespace spawnpoint {
namespace {

/// A line longer than this is cut before it is shown; the caret stays under its column where it can.
constexpr std::size_t kLongestShown = 400;

}  // namespace

SourceText::SourceText(std::string file, std::string text, int order, bool is_setting)
    : file_(std::move(file)), text_(std::move(text)), order_(order), is_setting_(is_setting), starts_{0} {
  for (std::size_t i = 0; i < text_.size(); ++i)
    if (text_[i] == '\n') starts_.push_back(i + 1);
}

std::string_view SourceText::line(int number) const {
  if (number < 1 || number > lines()) return {};
  const auto index = static_cast<std::size_t>(number - 1);
  const std::size_t begin = starts_[index];
  std::size_t end = index + 1 < starts_.size() ? starts_[index + 1] - 1 : text_.size();
  if (end > begin && text_[end - 1] == '\r') --end;
  return std::string_view(text_).substr(begin, end - begin);
}

Place place_at(const SourceText& source, std::size_t offset) {
  const std::string_view text = std::string_view(source.text()).substr(0, offset);
  const std::size_t line_start = text.rfind('\n') == std::string_view::npos ? 0 : text.rfind('\n') + 1;
  return {&source, static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1,
          static_cast<int>(code_points(text.substr(line_start))) + 1, 1};
}

const SourceText& Diagnostics::add_source(std::string file, std::string text, bool is_setting) {
  return sources_.emplace_back(std::move(file), std::move(text), static_cast<int>(sources_.size()), is_setting);
}

void Diagnostics::error(const Place& place, std::string message, std::string hint) {
  add(Severity::error, place, std::move(message), std::move(hint));
}

void Diagnostics::warning(const Place& place, std::string message, std::string hint) {
  add(Severity::warning, place, std::move(message), std::move(hint));
}

void Diagnostics::note(const Place& place, std::string message) {
  add(Severity::note, place, std::move(message), {});
}

void Diagnostics::file_error(const std::string& file, std::string message, std::string hint) {
  Diagnostic diagnostic;
  diagnostic.file = file;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  add(static_cast<int>(sources_.size()), false, std::move(diagnostic));
}

void Diagnostics::add(Severity severity, const Place& place, std::string message, std::string hint) {
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  diagnostic.line = place.line;
  diagnostic.column = place.column;
  diagnostic.length = std::max(1, place.length);
  int order = 0;
  const bool of_setting = place.source != nullptr && place.source->is_setting();
  if (place.source != nullptr) {
    diagnostic.file = place.source->file();
    diagnostic.source_line = std::string(first_code_points(place.source->line(place.line), kLongestShown));
    order = place.source->order();
  }
  add(order, of_setting, std::move(diagnostic));
}

void Diagnostics::add(int order, bool of_setting, Diagnostic diagnostic) {
  // A setting may be applied to every run: its mistake is reported once.
  const auto told = [&](const Entry& entry) {
    return entry.of_setting && entry.order == order && entry.diagnostic.column == diagnostic.column;
  };
  if (of_setting && std::any_of(entries_.begin(), entries_.end(), told)) return;
  if (diagnostic.severity == Severity::error) ++errors_;
  if (entries_.size() < kMost)
    entries_.push_back({order, of_setting, std::move(diagnostic)});
  else
    ++left_out_;
}

std::vector<Diagnostic> Diagnostics::take() {
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.order, a.diagnostic.line, a.diagnostic.column) <
           std::tie(b.order, b.diagnostic.line, b.diagnostic.column);
  });
  std::vector<Diagnostic> out;
  out.reserve(entries_.size() + 1);
  for (Entry& entry : entries_) out.push_back(std::move(entry.diagnostic));
  if (left_out_ > 0) {
    Diagnostic rest;
    rest.severity = Severity::note;
    rest.file = out.back().file;
    rest.message = fmt::format("too many errors: {} more are not shown", left_out_);
    out.push_back(std::move(rest));
  }
  entries_.clear();
  return out;
}

std::string format(const Diagnostic& diagnostic) {
  static constexpr std::string_view kNames[] = {"error", "warning", "note"};
  std::string out = diagnostic.file.empty() ? std::string("(text)") : diagnostic.file;
  if (diagnostic.line > 0) out += fmt::format(":{}:{}", diagnostic.line, diagnostic.column);
  out += fmt::format(": {}: {}\n", kNames[static_cast<std::size_t>(diagnostic.severity)], diagnostic.message);
  if (diagnostic.line > 0) {
    const std::string margin = fmt::format("{:>5} | ", diagnostic.line);
    out += margin + printable(diagnostic.source_line) + '\n';
    // The caret's line repeats the tabs of the text above it, so that they line up at any tab width.
    out += std::string(margin.size() - 2, ' ') + "| ";
    const auto before = static_cast<std::size_t>(std::max(0, diagnostic.column - 1));
    std::size_t column = 0;
    for (const char c : diagnostic.source_line) {
      if (!starts_code_point(c)) continue;
      if (column == before) break;
      out += c == '\t' ? '\t' : ' ';
      ++column;
    }
    const std::size_t width = code_points(diagnostic.source_line);
    const std::size_t room = width > column ? width - column : 1;
    out += '^' + std::string(std::min(room, static_cast<std::size_t>(std::max(1, diagnostic.length))) - 1, '~') + '\n';
  }
  if (!diagnostic.hint.empty()) out += "        " + diagnostic.hint + '\n';
  return out;
}

std::string format(const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) out += format(diagnostic);
  return out;
}

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Optimal string alignment: insert, delete, replace, swap neighbours, each costs one. Case does not count.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

/// "pids.max" and "pidsmax" are the same word to somebody who types it from memory.
std::string letters(std::string_view word) {
  std::string out;
  for (const char c : word)
    if (c != '.' && c != '_' && c != '-' && c != ' ') out += lower(c);
  return out;
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t kLongestWord = 80;
  if (word.empty() || word.size() > kLongestWord) return std::nullopt;
  const std::string* best = nullptr;
  std::size_t best_distance = 0;
  for (const std::string& candidate : known) {
    const std::size_t distance = letters(word) == letters(candidate) ? 0 : edit_distance(word, candidate);
    // A third of the letters may be wrong; a short word may have one wrong.
    const std::size_t allowed = std::max<std::size_t>(1, std::max(word.size(), candidate.size()) / 3);
    if (distance <= allowed && (best == nullptr || distance < best_distance)) {
      best = &candidate;
      best_distance = distance;
    }
  }
  if (best != nullptr) return *best;
  // Somebody who begins right and stops early: "rust" for "rust-std".
  constexpr std::size_t kShortestBeginning = 3;
  for (const std::string& candidate : known)
    if (word.size() >= kShortestBeginning && candidate.starts_with(word)) return candidate;
  return std::nullopt;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  if (const auto found = nearest(word, known)) return fmt::format("did you mean `{}`?", *found);
  return {};
}

std::string list_of(const std::vector<std::string>& names, std::size_t most) {
  std::string out;
  const std::size_t count = std::min(names.size(), most);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += i + 1 == count && count == names.size() ? " or " : ", ";
    out += '`' + names[i] + '`';
  }
  if (count < names.size()) out += " …";
  return out;
}

}  // namespace spawnpoint
