// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/scenario/run_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/text/text.hpp"
#include "models/concurrency/registry.hpp"
#include "models/document/reader.hpp"

namespace spawnpoint {
namespace {

Node run_of(std::string_view concurrency, const Place& place) {
  Node name;
  name.kind = Node::Kind::string;
  name.place = place;
  name.text = concurrency;
  Node run;
  run.place = place;
  run.entries.push_back({"concurrency", place, std::move(name)});
  return run;
}

std::string_view text_of(const Node& run, std::string_view key) {
  const Node::Entry* entry = run.find(key);
  return entry == nullptr ? std::string_view{} : std::string_view(entry->value.text);
}

}  // namespace

Node& run_list(Node& root) {
  if (Node::Entry* runs = root.find("run")) return runs->value;
  Node list;
  list.kind = Node::Kind::array;
  list.place = root.place;
  for (const std::string_view name : kDefaultRuns) list.items.push_back(run_of(name, root.place));
  return root.entries.emplace_back(Node::Entry{"run", root.place, std::move(list)}).value;
}

std::vector<std::string> run_labels(const Node& list) {
  std::vector<std::string> labels;
  std::set<std::string, std::less<>> taken;
  for (const Node& run : list.items) {
    labels.emplace_back(text_of(run, "label"));
    if (!labels.back().empty()) taken.insert(labels.back());
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string_view concurrency = text_of(list.items[i], "concurrency");
    if (!labels[i].empty() || concurrency.empty()) continue;
    labels[i] = concurrency;
    for (int number = 2; !taken.insert(labels[i]).second; ++number)
      labels[i] = fmt::format("{} {}", concurrency, number);
  }
  return labels;
}

bool is_called(std::string_view name, std::string_view concurrency, std::string_view label) {
  if (name == concurrency || name == label) return true;
  return label == concurrency && name.starts_with(concurrency) && name.substr(concurrency.size()) == " 1";
}

std::string only_name(const Node& list, std::size_t run) {
  std::string label = run_labels(list).at(run);
  const std::string_view concurrency = text_of(list.items[run], "concurrency");
  if (label != concurrency) return label;
  const auto of_model = std::ranges::count_if(
      list.items, [&](const Node& other) { return text_of(other, "concurrency") == concurrency; });
  return of_model > 1 ? label + " 1" : label;
}

bool is_wanted(std::span<const std::string> names, std::string_view concurrency, std::string_view label) {
  return names.empty() ||
         std::ranges::any_of(names, [&](const std::string& name) { return is_called(name, concurrency, label); });
}

void add_missing_runs(Node& root, std::span<const std::string> names, Diagnostics& out) {
  if (names.empty()) return;
  Node& list = run_list(root);
  if (list.kind != Node::Kind::array) return;
  for (const std::string& name : names) {
    const std::vector<std::string> labels = run_labels(list);
    bool is_there = false;
    for (std::size_t i = 0; i < labels.size() && !is_there; ++i)
      is_there = is_called(name, text_of(list.items[i], "concurrency"), labels[i]);
    if (is_there) continue;
    const SourceText& source = out.add_source("--concurrency", name, /*is_setting=*/true);
    Place place = place_at(source, 0);
    place.length = std::max(1, static_cast<int>(code_points(name)));
    if (find_concurrency_model(name) != nullptr) {
      list.items.push_back(run_of(name, place));
      continue;
    }
    std::vector<std::string> of_file;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      // Those of the same name as their model are among the models.
      if (!labels[i].empty() && labels[i] != text_of(list.items[i], "concurrency")) of_file.push_back(labels[i]);
    }
    std::vector<std::string> all = of_file;
    for (std::string& model : concurrency_names()) all.push_back(std::move(model));
    std::string hint = did_you_mean(name, all);
    if (hint.empty()) {
      hint = fmt::format("known: {}", list_of(concurrency_names(), kMostNamed));
      if (!of_file.empty()) hint = fmt::format("the file's runs: {}; {}", list_of(of_file, kMostNamed), hint);
    }
    out.error(place, fmt::format("no run and no concurrency model is called \"{}\"", shown(name)), std::move(hint));
  }
}

}  // namespace spawnpoint
