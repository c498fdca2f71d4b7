// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/scenario/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "core/text/text.hpp"
#include "models/concurrency/registry.hpp"
#include "models/document/reader.hpp"
#include "models/scenario/run_list.hpp"

namespace spawnpoint {
namespace {

/// One part of a setting's key: `steps[2]` is "steps" and 2.
struct Segment {
  std::string key;
  std::optional<std::int64_t> index;
  Place place;
};

constexpr std::size_t kDeepestKey = 16;

std::optional<std::vector<Segment>> split_key(const SourceText& source, std::string_view key, Diagnostics& out) {
  std::vector<Segment> segments;
  std::size_t i = 0;
  const auto place = [&](std::size_t begin, std::size_t end) {
    Place at = place_at(source, begin);
    at.length = std::max(1, static_cast<int>(code_points(key.substr(begin, end - begin))));
    return at;
  };
  while (true) {
    Segment segment;
    const std::size_t begin = i;
    if (i < key.size() && key[i] == '"') {
      const auto close = key.find('"', i + 1);
      if (close == std::string_view::npos) {
        out.error(place(i, key.size()), "this `\"` is not closed");
        return std::nullopt;
      }
      segment.key = std::string(key.substr(i + 1, close - i - 1));
      i = close + 1;
    } else {
      while (i < key.size() && key[i] != '.' && key[i] != '[') ++i;
      segment.key = std::string(key.substr(begin, i - begin));
    }
    segment.place = place(begin, i);
    if (segment.key.empty()) {
      out.error(segment.place, "a part of the key is empty", "keys are written as jobs.count");
      return std::nullopt;
    }
    if (i < key.size() && key[i] == '[') {
      const auto close = std::min(key.find(']', i), key.size());
      std::int64_t index = 0;
      const char* end = key.data() + close;
      const auto [stop, error] = std::from_chars(key.data() + i + 1, end, index);
      if (close == key.size() || error != std::errc{} || stop != end || index < 1) {
        out.error(place(i, std::min(close + 1, key.size())), "list items count from 1, as in run[1].threads");
        return std::nullopt;
      }
      segment.index = index;
      i = close + 1;
    }
    segments.push_back(std::move(segment));
    if (i >= key.size()) return segments;
    if (key[i] != '.' || segments.size() >= kDeepestKey) {
      out.error(place(i, i + 1), key[i] == '.' ? "the key has too many parts" : "a `.` is missing here");
      return std::nullopt;
    }
    ++i;
  }
}

Node table_at(const Place& place) {
  Node node;
  node.place = place;
  return node;
}

/// Puts `value` under the rest of the key. Tables that are missing are made.
void put(Node& at, std::span<const Segment> segments, const Node& value, Diagnostics& out) {
  const Segment& segment = segments.front();
  if (at.kind != Node::Kind::table) {
    out.error(segment.place,
              fmt::format("`{}` cannot be set here: its parent is {}, not a table", segment.key, kind_name(at.kind)));
    return;
  }
  Node::Entry* entry = at.find(segment.key);
  const bool last = segments.size() == 1;
  if (segment.index) {
    if (entry == nullptr || entry->value.kind != Node::Kind::array) {
      out.error(segment.place, fmt::format("`{}` is not a list in this file", segment.key));
      return;
    }
    auto& items = entry->value.items;
    if (static_cast<std::size_t>(*segment.index) > items.size()) {
      out.error(segment.place,
                fmt::format("`{}` has {} items; there is no item {}", segment.key, items.size(), *segment.index));
      return;
    }
    Node& item = items[static_cast<std::size_t>(*segment.index - 1)];
    if (last)
      item = value;
    else
      put(item, segments.subspan(1), value, out);
    return;
  }
  if (entry == nullptr)
    entry = &at.entries.emplace_back(Node::Entry{segment.key, segment.place, table_at(segment.place)});
  if (!last) return put(entry->value, segments.subspan(1), value, out);
  entry->place = segment.place;
  entry->value = value;
}

std::string_view concurrency_of(const Node& run) {
  const Node::Entry* entry = run.find("concurrency");
  return entry == nullptr ? std::string_view() : std::string_view(entry->value.text);
}

/// Whether a run of this concurrency model makes anything of the setting. Of a model that is not known, who can tell.
bool has_effect(const Segment& key, std::string_view concurrency) {
  const ConcurrencyModel* model = find_concurrency_model(concurrency);
  return key.key != "threads" || model == nullptr || model->takes_threads;
}

void tell_no_effect(const Segment& key, const std::set<std::string>& models, Diagnostics& out) {
  out.warning(key.place,
              fmt::format("`{}` has no effect on {}", key.key, list_of({models.begin(), models.end()}, kMostNamed)));
}

/// `run.KEY` and `run.NAME.KEY`.
void put_into_runs(Node& root, std::span<const Segment> segments, const Node& value,
                   std::span<const std::string> wanted, Diagnostics& out) {
  Node& list = run_list(root);
  if (list.kind != Node::Kind::array) return put(root, segments, value, out);
  const bool named = segments.size() > 2;
  const std::vector<std::string> labels = run_labels(list);
  std::vector<std::string> names;
  std::set<std::string> in_vain;
  bool found = false;
  bool has_any_effect = false;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    Node& run = list.items[i];
    if (run.kind != Node::Kind::table) continue;
    const std::string concurrency(concurrency_of(run));
    names.push_back(concurrency);
    if (labels[i] != concurrency) names.push_back(labels[i]);
    if (named ? !is_called(segments[1].key, concurrency, labels[i]) : !is_wanted(wanted, concurrency, labels[i]))
      continue;
    found = true;
    const auto rest = segments.subspan(named ? 2 : 1);
    put(run, rest, value, out);
    if (has_effect(rest.back(), concurrency))
      has_any_effect = true;
    else
      in_vain.insert(concurrency);
  }
  // A setting for all runs is for those that make something of it.
  if (!has_any_effect && !in_vain.empty()) tell_no_effect(segments.back(), in_vain, out);
  if (found || !named) return;
  std::string hint = did_you_mean(segments[1].key, names);
  if (hint.empty()) hint = fmt::format("the file's runs: {}", list_of(labels, kMostNamed));
  out.error(segments[1].place, fmt::format("no run is called \"{}\"", shown(segments[1].key)), std::move(hint));
}

/// `run[2].KEY`.
void put_into_run(Node& root, std::span<const Segment> segments, const Node& value, Diagnostics& out) {
  put(root, segments, value, out);
  const Node& list = run_list(root);
  const auto at = static_cast<std::size_t>(*segments.front().index - 1);
  if (segments.size() < 2 || list.kind != Node::Kind::array || at >= list.items.size()) return;
  const std::string concurrency(concurrency_of(list.items[at]));
  if (!has_effect(segments.back(), concurrency)) tell_no_effect(segments.back(), {concurrency}, out);
}

std::string toml_text(const Node& node) {
  switch (node.kind) {
    case Node::Kind::string:
      return toml_string(node.text);
    case Node::Kind::integer:
      return fmt::format("{}", node.integer);
    case Node::Kind::real:
      return fmt::format("{}", node.real);
    case Node::Kind::boolean:
      return node.boolean ? "true" : "false";
    case Node::Kind::date:
      return "";
    case Node::Kind::array: {
      std::string out;
      for (const Node& item : node.items) out += (out.empty() ? "" : ", ") + toml_text(item);
      return '[' + out + ']';
    }
    case Node::Kind::table: {
      std::string out;
      for (const Node::Entry& entry : node.entries) {
        const bool bare = !entry.key.empty() && std::ranges::all_of(entry.key, is_word);
        out += (out.empty() ? "" : ", ") + (bare ? entry.key : toml_string(entry.key)) + " = " + toml_text(entry.value);
      }
      return '{' + out + '}';
    }
  }
  return {};
}

}  // namespace

std::expected<Setting, std::string> parse_setting(std::string_view text) {
  // A run may be called "a=b", in quotes.
  bool quoted = false;
  auto equals = std::string_view::npos;
  for (std::size_t i = 0; i < text.size() && equals == std::string_view::npos; ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '=' && !quoted) equals = i;
  }
  // Where a quote is not closed, that is what is wrong with the key.
  if (equals == std::string_view::npos) equals = text.find('=');
  if (equals == std::string_view::npos)
    return std::unexpected(fmt::format("\"{}\" has no value: write KEY=VALUE, such as jobs.count=100", shown(text)));
  std::string_view key = text.substr(0, equals);
  while (!key.empty() && key.back() == ' ') key.remove_suffix(1);
  if (key.empty())
    return std::unexpected(fmt::format("\"{}\" has no key: write KEY=VALUE, such as jobs.count=100", shown(text)));
  std::string_view value = text.substr(equals + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  return Setting{std::string(key), std::string(value)};
}

void apply_setting(Node& root, const Setting& setting, std::span<const std::string> wanted, Diagnostics& out) {
  const std::string written = setting.key + '=' + setting.value;
  const SourceText& source = out.add_source("--set " + shown(written, 200), written, /*is_setting=*/true);
  const auto value = parse_setting_value(source, setting.key.size() + 1, out);
  if (!value) return;
  const auto segments = split_key(source, setting.key, out);
  if (!segments) return;
  if (segments->front().key == "run" && !segments->front().index && segments->size() > 1)
    put_into_runs(root, *segments, *value, wanted, out);
  else if (segments->front().key == "run" && segments->front().index)
    put_into_run(root, *segments, *value, out);
  else
    put(root, *segments, *value, out);
}

std::string key_of_run(std::size_t run, std::string_view field) {
  return fmt::format("run[{}].{}", run + 1, field);
}

std::string setting_text(const Node& node) {
  if (node.kind != Node::Kind::string) return toml_text(node);
  const bool reads_as_toml = node.text.find_first_of("[{\"'\n") != std::string::npos;
  return reads_as_toml ? toml_string(node.text) : node.text;
}

std::vector<Setting> lasting_settings(const ScenarioSource& source) {
  std::vector<Setting> lasting;
  Diagnostics out;
  auto root = parse_document(out.add_source(source.file, source.text), out);
  if (!root) return lasting;
  add_missing_runs(*root, source.options.added, out);
  for (const Setting& setting : source.options.settings) {
    Diagnostics of_setting;
    Node with = *root;
    apply_setting(with, setting, {}, of_setting);
    if (of_setting.has_errors()) continue;
    *root = std::move(with);
    lasting.push_back(setting);
  }
  return lasting;
}

std::string to_text(const Setting& setting) {
  return setting.key + '=' + setting.value;
}

}  // namespace spawnpoint
