// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/scenario/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "core/text/text.hpp"
#include "models/document/reader.hpp"
#include "models/document/units.hpp"
#include "models/scenario/settings.hpp"

namespace spawnpoint {
namespace {

constexpr std::size_t kMostAxes = 8;
constexpr std::size_t kMostValues = 10'000;  ///< Of an axis.
constexpr double kMostPoints = 1'000'000;    ///< Of the whole sweep, replications included.
constexpr std::size_t kMostTried = 100;      ///< Of a list: this many values are tried when the file is read.

/// What the ends of a range are, and so what lies between them is written as.
enum class AxisKind : std::uint8_t { whole, decimal, time, size };

struct End {
  AxisKind kind;
  double value;  ///< In nanoseconds, bytes, or as it is.
};

std::optional<End> read_end(const Node& node, const std::string& name, Diagnostics& out) {
  if (node.kind == Node::Kind::integer) return End{AxisKind::whole, static_cast<double>(node.integer)};
  if (node.kind == Node::Kind::real && std::isfinite(node.real)) return End{AxisKind::decimal, node.real};
  if (node.kind == Node::Kind::string) {
    if (const auto duration = parse_duration(node.text))
      return End{AxisKind::time, static_cast<double>(duration->count())};
    if (const auto bytes = parse_bytes(node.text)) return End{AxisKind::size, static_cast<double>(bytes->count)};
  }
  out.error(node.place, fmt::format("`{}` must be a number, a duration or a size", name),
            "such as 100, \"10ms\" or \"64KiB\"");
  return std::nullopt;
}

std::string written(double value, AxisKind kind) {
  switch (kind) {
    case AxisKind::whole:
      return fmt::format("{}", std::llround(value));
    case AxisKind::decimal:
      return fmt::format("{:.6g}", value);
    case AxisKind::time:
      return duration_text(Duration{std::llround(value)});
    case AxisKind::size:
      return bytes_text(Bytes{std::llround(value)});
  }
  return {};
}

bool is_range(const Node& node) {
  static constexpr std::string_view kWords[] = {"from", "to", "step", "points", "scale"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return node.find(word) != nullptr; });
}

class SweepReader {
 public:
  explicit SweepReader(Diagnostics& out) : out_(&out) {}

  SweepDraft read(const Node& table) {
    const Node* zip = nullptr;
    read_axes(table, "", zip);
    if (zip != nullptr) read_zip(*zip);
    if (draft_.sweep.axes.empty() && errors_at_start_ == out_->errors())
      out_->error(table.place, "`sweep` names no key to vary", "for example \"jobs.count\" = [10, 100, 1000]");
    check_size(table);
    sort_numbers();
    return std::move(draft_);
  }

 private:
  void read_axes(const Node& table, const std::string& prefix, const Node*& zip) {
    for (const Node::Entry& entry : table.entries) {
      const std::string key = prefix + entry.key;
      if (key == "repeat") {
        draft_.sweep.repeat = read_count(entry.value, "sweep.repeat", {1, 100'000}, *out_).value_or(1);
      } else if (key == "zip") {
        zip = &entry.value;
      } else if (entry.value.kind == Node::Kind::table && !is_range(entry.value) && !entry.value.entries.empty()) {
        read_axes(entry.value, key + '.', zip);
      } else {
        read_axis(key, entry);
      }
    }
  }

  void read_axis(const std::string& key, const Node::Entry& entry) {
    const std::string name = "sweep.\"" + key + '"';
    if (draft_.sweep.axes.size() >= kMostAxes)
      return out_->error(entry.place, fmt::format("a sweep has at most {} keys", kMostAxes));
    if (key.starts_with("sweep") || key.starts_with("expect") || key == "spawnpoint")
      return out_->error(entry.place, fmt::format("`{}` cannot be swept", shown(key)));
    const bool twice = std::any_of(draft_.sweep.axes.begin(), draft_.sweep.axes.end(),
                                   [&](const SweepAxis& axis) { return axis.key == key; });
    if (twice) return out_->error(entry.place, fmt::format("`{}` appears twice in this sweep", shown(key)));
    SweepAxis axis{key, {}};
    std::vector<Place> places;
    std::vector<std::size_t> to_try;
    if (entry.value.kind == Node::Kind::array) {
      read_list(name, entry.value, axis, places, to_try);
    } else if (entry.value.kind == Node::Kind::table) {
      read_range(name, entry.value, axis, places, to_try);
    } else {
      return wrong_kind(entry.value, name, "a list or a range", *out_,
                        "for example [10, 100, 1000] or { from = 10, to = 1000, points = 3, scale = \"log\" }");
    }
    if (axis.values.empty()) return;
    draft_.sweep.axes.push_back(std::move(axis));
    draft_.key_places.push_back(entry.place);
    draft_.value_places.push_back(std::move(places));
    draft_.to_try.push_back(std::move(to_try));
  }

  void read_list(const std::string& name, const Node& list, SweepAxis& axis, std::vector<Place>& places,
                 std::vector<std::size_t>& to_try) {
    if (list.items.empty()) return out_->error(list.place, fmt::format("`{}` has no values", name));
    if (list.items.size() > kMostValues)
      return out_->error(list.place, fmt::format("`{}` has more than {} values", name, kMostValues));
    for (const Node& item : list.items) {
      if (to_try.size() < kMostTried) {
        to_try.push_back(axis.values.size());
        places.push_back(item.place);
      }
      axis.values.push_back(setting_text(item));
    }
  }

  void read_range(const std::string& name, const Node& table, SweepAxis& axis, std::vector<Place>& places,
                  std::vector<std::size_t>& to_try) {
    const std::size_t errors = out_->errors();
    TableReader reader(table, name, *out_);
    const Node* from_node = reader.take("from");
    const Node* to_node = reader.take("to");
    const Node* step_node = reader.take("step");
    const Node* points_node = reader.take("points");
    const Node* scale_node = reader.take("scale");
    reader.finish();
    static constexpr std::string_view kScales[] = {"linear", "log"};
    bool log = false;
    if (scale_node != nullptr) log = read_choice(*scale_node, name + ".scale", kScales, *out_).value_or(0) == 1;
    std::optional<std::int64_t> points;
    if (points_node != nullptr) points = read_count(*points_node, name + ".points", {2, kMostValues}, *out_);
    if (from_node == nullptr || to_node == nullptr)
      return out_->error(table.place, fmt::format("`{}` has no `{}`", name, from_node == nullptr ? "from" : "to"));
    auto from = read_end(*from_node, name + ".from", *out_);
    auto to = read_end(*to_node, name + ".to", *out_);
    if (step_node != nullptr && points_node != nullptr)
      return out_->error(table.place, fmt::format("`{}` has both a step and a number of points", name));
    if (step_node == nullptr && points_node == nullptr)
      return out_->error(table.place, fmt::format("`{}` has neither a step nor a number of points", name),
                         "for example { from = 1, to = 100, points = 5 }");
    if (!from || !to) return;
    if (from->kind == AxisKind::decimal && to->kind == AxisKind::whole) to->kind = AxisKind::decimal;
    if (from->kind == AxisKind::whole && to->kind == AxisKind::decimal) from->kind = AxisKind::decimal;
    if (from->kind != to->kind)
      return out_->error(to_node->place, fmt::format("`{}`: from and to must be of the same kind", name));
    if (to->value <= from->value)
      return out_->error(to_node->place, fmt::format("`{}`: `to` must be above `from`", name));
    if (log && step_node != nullptr)
      return out_->error(scale_node->place, fmt::format("`{}`: a log scale takes points, not a step", name));
    if (log && from->value <= 0)
      return out_->error(from_node->place, fmt::format("`{}`: a log scale must begin above zero", name));
    if (step_node != nullptr) {
      if (!fill_by_step(name, *step_node, *from, *to, axis)) return;
    } else {
      if (!points || errors != out_->errors()) return;
      fill_by_points(*points, log, *from, *to, axis);
    }
    to_try = {0};
    places = {from_node->place};
    if (axis.values.size() > 1) {
      to_try.push_back(axis.values.size() - 1);
      places.push_back(to_node->place);
    }
  }

  /// False: a mistake was told.
  bool fill_by_step(const std::string& name, const Node& node, const End& from, const End& to, SweepAxis& axis) {
    const auto wrong = [&](std::string words) {
      out_->error(node.place, std::move(words));
      return false;
    };
    const auto step = read_end(node, name + ".step", *out_);
    if (!step) return false;
    if (step->kind != from.kind && !(from.kind == AxisKind::decimal && step->kind == AxisKind::whole))
      return wrong(fmt::format("`{}`: the step must be of the same kind as from and to", name));
    if (!(step->value > 0)) return wrong(fmt::format("`{}`: the step must be more than zero", name));
    const double steps = (to.value - from.value) / step->value;
    if (!(steps < static_cast<double>(kMostValues)))
      return wrong(fmt::format("`{}` has more than {} values", name, kMostValues));
    // Counted, not summed, so that 0.1 does not drift.
    for (std::int64_t i = 0; static_cast<double>(i) <= steps + 1e-9; ++i)
      append(axis, written(from.value + static_cast<double>(i) * step->value, from.kind));
    return true;
  }

  static void fill_by_points(std::int64_t points, bool log, const End& from, const End& to, SweepAxis& axis) {
    for (std::int64_t i = 0; i < points; ++i) {
      const double part = static_cast<double>(i) / static_cast<double>(points - 1);
      double value = from.value + part * (to.value - from.value);
      if (log) value = from.value * std::pow(to.value / from.value, part);
      if (i + 1 == points) value = to.value;
      append(axis, written(value, from.kind));
    }
  }

  /// Whole numbers on a log scale meet at the lower end: each stands once.
  static void append(SweepAxis& axis, std::string value) {
    if (axis.values.empty() || axis.values.back() != value) axis.values.push_back(std::move(value));
  }

  void read_zip(const Node& node) {
    if (node.kind != Node::Kind::array)
      return wrong_kind(node, "sweep.zip", "a list of keys", *out_,
                        "for example zip = [\"jobs.count\", \"run.threads\"]");
    const bool groups = !node.items.empty() && node.items.front().kind == Node::Kind::array;
    std::set<std::string> used;
    if (!groups) return read_zip_group(node, used);
    for (const Node& group : node.items) {
      if (group.kind != Node::Kind::array)
        wrong_kind(group, "sweep.zip", "a list of keys", *out_);
      else
        read_zip_group(group, used);
    }
  }

  void read_zip_group(const Node& group, std::set<std::string>& used) {
    std::vector<std::string> known;
    for (const SweepAxis& axis : draft_.sweep.axes) known.push_back(axis.key);
    std::vector<std::string> keys;
    std::size_t length = 0;
    for (const Node& item : group.items) {
      const auto key = read_text(item, "sweep.zip", *out_);
      if (!key) continue;
      const auto axis = std::find_if(draft_.sweep.axes.begin(), draft_.sweep.axes.end(),
                                     [&](const SweepAxis& candidate) { return candidate.key == *key; });
      if (axis == draft_.sweep.axes.end()) {
        out_->error(item.place, fmt::format("`sweep.zip`: \"{}\" is not a key of this sweep", shown(*key)),
                    did_you_mean(*key, known));
        continue;
      }
      if (!used.insert(*key).second) {
        out_->error(item.place, fmt::format("`sweep.zip`: \"{}\" appears there twice", shown(*key)));
        continue;
      }
      if (!keys.empty() && axis->values.size() != length) {
        out_->error(item.place, fmt::format("`sweep.zip`: \"{}\" has {} values, \"{}\" has {}: they are taken in pairs",
                                            shown(*key), axis->values.size(), shown(keys.front()), length));
        continue;
      }
      length = axis->values.size();
      keys.push_back(*key);
    }
    if (group.items.size() < 2) out_->error(group.place, "`sweep.zip` needs two or more keys");
    if (keys.size() >= 2) draft_.sweep.zipped.push_back(std::move(keys));
  }

  void check_size(const Node& table) {
    double points = static_cast<double>(draft_.sweep.repeat);
    for (const SweepAxis& axis : draft_.sweep.axes) {
      const bool follows = std::any_of(draft_.sweep.zipped.begin(), draft_.sweep.zipped.end(), [&](const auto& keys) {
        return std::find(keys.begin() + 1, keys.end(), axis.key) != keys.end();
      });
      if (!follows) points *= static_cast<double>(axis.values.size());
    }
    if (points > kMostPoints)
      out_->error(table.place,
                  fmt::format("the sweep has {:.0f} points: at most {:.0f} are allowed", points, kMostPoints));
  }

  /// Numbers ascend, in whatever order they are written: what lies beside a point is then its neighbour on the axis. Of
  /// keys that go together, by the first of them.
  void sort_numbers() {
    const std::vector<SweepAxis>& axes = draft_.sweep.axes;
    for (std::size_t i = 0; i < axes.size(); ++i) {
      std::vector<std::size_t> together{i};
      bool follows = false;
      for (const std::vector<std::string>& keys : draft_.sweep.zipped) {
        const auto at = std::find(keys.begin(), keys.end(), axes[i].key);
        if (at == keys.end()) continue;
        follows = at != keys.begin();
        for (std::size_t other = 0; other < axes.size(); ++other)
          if (other != i && std::find(keys.begin(), keys.end(), axes[other].key) != keys.end())
            together.push_back(other);
      }
      const auto numbers = numbers_of(axes[i]);
      if (follows || !numbers) continue;
      std::vector<std::size_t> order(numbers->values.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::ranges::stable_sort(order, {}, [&](std::size_t value) { return numbers->values[value]; });
      for (const std::size_t axis : together) reorder(axis, order);
    }
  }

  /// `order`: for each place the value that goes there.
  void reorder(std::size_t axis, const std::vector<std::size_t>& order) {
    std::vector<std::string>& values = draft_.sweep.axes[axis].values;
    std::vector<std::string> sorted;
    std::vector<std::size_t> place_of(order.size());
    for (std::size_t place = 0; place < order.size(); ++place) {
      sorted.push_back(std::move(values[order[place]]));
      place_of[order[place]] = place;
    }
    values = std::move(sorted);
    for (std::size_t& value : draft_.to_try[axis]) value = place_of[value];
  }

  Diagnostics* out_;
  std::size_t errors_at_start_ = out_->errors();
  SweepDraft draft_;
};

}  // namespace

std::optional<SweepNumbers> numbers_of(const SweepAxis& axis) {
  SweepNumbers numbers;
  numbers.whole = true;
  for (const std::string& text : axis.values) {
    double value = 0;
    SweepNumbers::Unit unit = SweepNumbers::Unit::none;
    if (const auto number = parse_number<double>(text)) {
      value = *number;
      numbers.whole = numbers.whole && text.find_first_not_of("-0123456789") == std::string::npos;
    } else if (const auto duration = parse_duration(text)) {
      unit = SweepNumbers::Unit::seconds;
      value = to_seconds(*duration);
    } else if (const auto bytes = parse_bytes(text)) {
      unit = SweepNumbers::Unit::bytes;
      value = static_cast<double>(bytes->count);
    } else {
      return std::nullopt;
    }
    if (!numbers.values.empty() && unit != numbers.unit) return std::nullopt;
    numbers.unit = unit;
    numbers.values.push_back(value);
  }
  if (numbers.unit != SweepNumbers::Unit::none) numbers.whole = false;
  if (numbers.values.empty()) return std::nullopt;
  return numbers;
}

SweepDraft read_sweep(const Node& table, Diagnostics& out) {
  return SweepReader(out).read(table);
}

}  // namespace spawnpoint
