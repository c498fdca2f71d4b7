// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/scenario/edit/text_edit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <vector>

#include "core/text/text.hpp"
#include "models/concurrency/registry.hpp"
#include "models/document/document.hpp"
#include "models/scenario/run_list.hpp"

namespace spawnpoint {
namespace {

struct Part {
  std::string key;
  std::size_t index = 0;  ///< Of a list, from 1; 0: no list.
};

/// Only keys that need no quotes are written.
std::optional<std::vector<Part>> parts_of(std::string_view key) {
  std::vector<Part> parts;
  while (true) {
    const std::size_t end = std::min(key.find('.'), key.size());
    std::string_view word = key.substr(0, end);
    Part part;
    if (const auto open = word.find('['); open != std::string_view::npos) {
      const char* const last = word.data() + word.size() - 1;
      const auto [stop, error] = std::from_chars(word.data() + open + 1, last, part.index);
      if (error != std::errc{} || stop != last || *last != ']' || part.index == 0) return std::nullopt;
      word = word.substr(0, open);
    }
    const auto bare = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (word.empty() || !std::ranges::all_of(word, bare)) return std::nullopt;
    part.key = word;
    parts.push_back(std::move(part));
    if (end == key.size()) return parts;
    key.remove_prefix(end + 1);
  }
}

/// `--set` takes `512KiB` as it is; a file wants it quoted.
std::optional<std::string> as_toml(const std::string& value) {
  Diagnostics out;
  const SourceText& source = out.add_source("", value, /*is_setting=*/true);
  const auto node = parse_setting_value(source, 0, out);
  if (!node) return std::nullopt;
  const std::size_t begin = value.find_first_not_of(" \t");
  const bool is_toml =
      node->kind != Node::Kind::string || (begin != std::string::npos && (value[begin] == '"' || value[begin] == '\''));
  return is_toml ? value : toml_string(node->text);
}

bool same(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.entries.size() != b.entries.size() || a.items.size() != b.items.size()) return false;
  switch (a.kind) {
    case Node::Kind::table:
      return std::ranges::all_of(a.entries, [&](const Node::Entry& entry) {
        const Node::Entry* other = b.find(entry.key);
        return other != nullptr && same(entry.value, other->value);
      });
    case Node::Kind::array:
      return std::ranges::equal(a.items, b.items, same);
    case Node::Kind::string:
      return a.text == b.text;
    case Node::Kind::integer:
      return a.integer == b.integer;
    case Node::Kind::real:
      return a.real == b.real;
    case Node::Kind::boolean:
      return a.boolean == b.boolean;
    case Node::Kind::date:
      return true;
  }
  return false;
}

std::optional<Node> parse(const std::string& text, Diagnostics& out) {
  auto root = parse_document(out.add_source("", text), out);
  return out.has_errors() ? std::nullopt : std::move(root);
}

/// The byte of a place; code points are counted.
std::size_t offset_of(const std::string& text, int line, int column) {
  std::size_t at = 0;
  for (int i = 1; i < line && at != std::string::npos; ++i) {
    at = text.find('\n', at);
    if (at != std::string::npos) ++at;
  }
  if (at == std::string::npos) return text.size();
  for (int left = column - 1; at < text.size(); ++at)
    if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U && left-- <= 0) break;
  return at;
}

std::size_t end_of_line(const std::string& text, std::size_t at) {
  return std::min(text.find('\n', at), text.size());
}

/// Knows what the text is meant to mean; a proposal that means anything else is not taken.
class Edit {
 public:
  Edit(const std::string& text, std::vector<Part> parts, std::string value)
      : text_(text), parts_(std::move(parts)), value_(std::move(value)) {}

  std::optional<std::string> make() {
    auto root = parse(text_, before_);
    if (!root) return std::nullopt;
    wanted_ = *root;
    if (!set(wanted_, 0)) return std::nullopt;
    descend(*root, 0);
    append();
    return made_;
  }

 private:
  /// The value where it should be, in the tree.
  bool set(Node& at, std::size_t depth) {
    const Part& part = parts_[depth];
    if (at.kind != Node::Kind::table) return false;
    Node::Entry* entry = at.find(part.key);
    if (entry == nullptr) {
      if (part.index > 0) return false;
      entry = &at.entries.emplace_back(Node::Entry{part.key, {}, {}});
    }
    Node* below = &entry->value;
    if (part.index > 0) {
      if (below->kind != Node::Kind::array || part.index > below->items.size()) return false;
      below = &below->items[part.index - 1];
    }
    if (depth + 1 < parts_.size()) return set(*below, depth + 1);
    const std::string line = "v = " + value_;
    auto parsed = parse(line, before_);
    if (!parsed || parsed->entries.size() != 1) return false;
    *below = parsed->entries.front().value;
    return true;
  }

  void propose(std::string changed) {
    if (made_) return;
    Diagnostics out;
    const auto root = parse(changed, out);
    if (root && same(*root, wanted_)) made_ = std::move(changed);
  }
  void insert(std::size_t at, const std::string& words) { propose(text_.substr(0, at) + words + text_.substr(at)); }

  /// `limits.pids_max` for what is missing from `depth` on.
  std::string rest(std::size_t depth) const {
    std::string words;
    for (std::size_t i = depth; i < parts_.size(); ++i) words += (i > depth ? "." : "") + parts_[i].key;
    return words;
  }

  /// The innermost table that there is gets the proposals first.
  void descend(const Node& at, std::size_t depth) {
    if (at.kind != Node::Kind::table) return;
    const Part& part = parts_[depth];
    if (const Node::Entry* entry = at.find(part.key)) {
      const Node* below = &entry->value;
      if (part.index > 0) {
        if (below->kind != Node::Kind::array || part.index > below->items.size()) return;
        below = &below->items[part.index - 1];
      }
      if (depth + 1 == parts_.size()) {
        const std::size_t begin = offset_of(text_, below->place.line, below->place.column);
        const std::size_t end = offset_of(text_, below->place.line, below->place.column + below->place.length);
        propose(text_.substr(0, begin) + value_ + text_.substr(end));
        return;
      }
      descend(*below, depth + 1);
    }
    if (made_ || depth == 0) return;
    const std::string line = rest(depth) + " = " + value_;
    // Within `{ … }`, before what is there.
    const std::size_t begin = offset_of(text_, at.place.line, at.place.column);
    if (begin < text_.size() && text_[begin] == '{') insert(begin + 1, " " + line + (at.entries.empty() ? " " : ","));
    // On a line below the table's last one, or below its header.
    int last = at.place.line;
    for (const Node::Entry& entry : at.entries)
      if (entry.value.kind != Node::Kind::table) last = std::max(last, entry.place.line);
    for (const int row : {last, at.place.line}) insert(end_of_line(text_, offset_of(text_, row, 1)), "\n" + line);
  }

  void append() {
    // A key that belongs to no table stands before the first one.
    if (parts_.size() == 1) {
      std::size_t at = 0;
      while (at < text_.size() && text_[std::min(text_.find_first_not_of(" \t", at), text_.size() - 1)] != '[')
        at = std::min(end_of_line(text_, at) + 1, text_.size());
      insert(at, rest(0) + " = " + value_ + "\n");
      return;
    }
    std::string end = text_;
    while (!end.empty() && (end.back() == '\n' || end.back() == ' ')) end.pop_back();
    propose(end + (end.empty() ? "" : "\n\n") + "[" + parts_[0].key + "]\n" + rest(1) + " = " + value_ + "\n");
  }

  const std::string& text_;
  std::vector<Part> parts_;
  std::string value_;
  Diagnostics before_;
  Node wanted_;
  std::optional<std::string> made_;
};

std::string run_table(std::string_view concurrency) {
  return fmt::format("[[run]]\nconcurrency = \"{}\"\n", concurrency);
}

/// `[[run]]`, with blanks anywhere.
bool is_run_header(std::string_view line) {
  line = trimmed(line);
  if (!line.starts_with("[[")) return false;
  const std::size_t end = line.find("]]");
  return end != std::string_view::npos && trimmed(line.substr(2, end - 2)) == "run";
}

/// The runs that a file without any stands for, written out.
std::string with_runs(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (const std::string_view name : kDefaultRuns)
    text += (text.empty() ? "" : text.back() == '\n' ? "\n" : "\n\n") + run_table(name);
  return text;
}

/// The model of the run that is called so; where there is none, `name` is a model's.
std::string model_of(const std::string& text, const std::string& name) {
  if (find_concurrency_model(name) != nullptr) return name;
  Diagnostics out;
  auto root = parse(text, out);
  if (!root) return name;
  const Node& list = run_list(*root);
  const std::vector<std::string> labels = run_labels(list);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Node::Entry* model = list.items[i].find("concurrency");
    if (model != nullptr && is_called(name, model->value.text, labels[i])) return model->value.text;
  }
  return name;
}

}  // namespace

std::optional<std::string> with_value(const std::string& text, const std::string& key, const std::string& value) {
  auto parts = parts_of(key);
  const auto written = as_toml(value);
  if (!parts || !written) return std::nullopt;
  if (parts->front().key == "run") {
    if (parts->front().index == 0) return std::nullopt;  // All runs are not one place.
    Diagnostics out;
    const auto root = parse(text, out);
    if (!root) return std::nullopt;
    if (root->find("run") == nullptr) {
      const std::string more = with_runs(text);
      return Edit(more, *std::move(parts), *written).make();
    }
  }
  return Edit(text, *std::move(parts), *written).make();
}

bool is_run_setting(std::string_view key) {
  return key.starts_with("run.");
}

std::string with_run(const std::string& text, const std::string& concurrency, const std::vector<Setting>& settings,
                     const std::vector<std::string>& implied) {
  std::string added = run_table(model_of(text, concurrency));
  for (const Setting& setting : settings) {
    if (const auto value = as_toml(setting.value))
      added += fmt::format("{} = {}\n", setting.key.substr(setting.key.rfind('.') + 1), *value);
  }

  std::vector<std::string_view> lines;
  for (std::size_t begin = 0; begin <= text.size(); begin = end_of_line(text, begin) + 1)
    lines.push_back(std::string_view(text).substr(begin, end_of_line(text, begin) - begin));
  std::size_t at = lines.size();
  const auto last = std::ranges::find_if(lines.rbegin(), lines.rend(), is_run_header);
  if (last != lines.rend()) {
    const auto header = static_cast<std::size_t>(lines.rend() - last) - 1;
    at = header + 1;
    while (at < lines.size() && !trimmed(lines[at]).starts_with('[')) ++at;
    // Comments and blank lines just before the next table belong to it.
    while (at > header + 1 && at < lines.size() &&
           (trimmed(lines[at - 1]).empty() || trimmed(lines[at - 1]).starts_with('#')))
      --at;
  } else {
    std::string written;
    for (const std::string& run : implied) written += run_table(run) + "\n";
    added = written + added;
  }
  while (at > 0 && at == lines.size() && trimmed(lines[at - 1]).empty()) {
    lines.pop_back();
    --at;
  }
  const auto joined = [&](std::size_t from, std::size_t to) {
    return fmt::format("{}", fmt::join(lines.begin() + static_cast<std::ptrdiff_t>(from),
                                       lines.begin() + static_cast<std::ptrdiff_t>(to), "\n"));
  };
  std::string result = joined(0, at);
  if (!result.empty()) result += "\n\n";
  result += added;
  if (const std::string after = joined(at, lines.size()); !after.empty())
    result += (after.starts_with('\n') ? "" : "\n") + after;
  return result;
}

}  // namespace spawnpoint
