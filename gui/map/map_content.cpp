// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/map/map_content.hpp"

#include <QStringList>
#include <algorithm>
#include <cmath>
#include <map>
#include <ranges>
#include <utility>

#include "gui/text/to_qstring.hpp"
#include "models/lab/sweep/sweep_text.hpp"
#include "models/result/format.hpp"
#include "models/scenario/sweep.hpp"

namespace spawnpoint::gui {
namespace {

/// The axis that is drawn from left to right: the number of jobs where it is swept, else the first one of numbers.
std::size_t choose_axis(const Sweep& sweep) {
  std::size_t chosen = 0;
  bool numeric = false;
  for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
    if (!numbers_of(sweep.axes[i])) continue;
    if (sweep.axes[i].key == "jobs.count") return i;
    if (!numeric) chosen = i;
    numeric = true;
  }
  return chosen;
}

/// `drawn`: the memory that the map draws, which is more than the jobs' own.
QString run_words(const RunResult& run, double drawn) {
  QString words = QStringLiteral("%1, %2 of %3 done\n%4 resident and the kernel's (%5, %6 of the kernel), %7")
                      .arg(to_qstring(format_duration(run.wall)), to_qstring(format_count(run.completed)),
                           to_qstring(format_count(run.jobs, "job")),
                           to_qstring(format_bytes(Bytes{std::llround(drawn)})), to_qstring(format_jobs_memory(run)),
                           to_qstring(format_bytes(run.memory.kernel)), to_qstring(format_threads(run)));
  if (run.failure)
    words += (run.breaks() ? QStringLiteral("\n✕ ") : QStringLiteral("\na worker was refused: ")) +
             to_qstring(format_failure_in_full(*run.failure));
  return words;
}

double half_width(const Tally& tally) {
  const double width = tally.count() > 1 ? tally.confidence_interval(0.95).half_width : 0;
  return std::isfinite(width) ? width : 0;
}

QString replication_words(const SweepCell& cell) {
  if (cell.replications < 2) return {};
  const ConfidenceInterval wall = cell.wall.confidence_interval(0.95);
  QString words = QStringLiteral("\n%1 replications").arg(cell.replications);
  if (cell.failed > 0)
    words +=
        (cell.failed == 1 ? QStringLiteral(", 1 of them fails") : QStringLiteral(", %1 of them fail").arg(cell.failed));
  if (cell.wall.count() > 1) {
    words += QStringLiteral(": %1 ± %2 (95%)")
                 .arg(to_qstring(format_duration(Duration(std::llround(wall.mean * 1e9)))),
                      to_qstring(format_duration(Duration(std::llround(wall.half_width * 1e9)))));
  }
  return words;
}

class Builder {
 public:
  explicit Builder(const MapResult& result) : result_(result), plan_(result.plan), axis_(choose_axis(plan_.sweep())) {}

  MapContent build() {
    set_up_axis();
    for (const SweepEdge& edge : result_.edges)
      if (edge.axis == axis_ && edge.result.breaks()) edges_.emplace(std::pair(edge.point, edge.run), &edge);
    // All lines at once: a line keeps its colour however few of its points are there.
    for (std::size_t point = 0; point < plan_.points(); ++point) {
      for (std::size_t run = 0; run < plan_.runs(); ++run) line_of(point, run);
    }
    for (std::size_t point = 0; point < plan_.points(); ++point) {
      for (std::size_t run = 0; run < plan_.runs(); ++run) {
        const auto& cell = result_.cells[point * plan_.runs() + run];
        if (cell) add(*cell, line_of(point, run));
      }
    }
    add_ends();
    for (auto& [key, of] : lines_) {
      of.line.end = end_words(of);
      std::ranges::stable_sort(of.line.items, {}, &MapItem::order);
      content_.lines.push_back(std::move(of.line));
    }
    std::ranges::stable_sort(content_.lines, {}, &MapLine::style);
    return std::move(content_);
  }

 private:
  /// A line as it grows.
  struct Line {
    MapLine line;
    bool goes_well = false;  ///< Somewhere.
    QStringList breaks_at;
    QStringList causes;      ///< Of its ends;
    QStringList everywhere;  ///< and of every point that fails.
  };

  QString end_words(Line& of) const {
    if (of.breaks_at.isEmpty()) return {};
    constexpr qsizetype kNamed = 3;
    QString where = of.breaks_at.join(QStringLiteral(", "));
    if (of.breaks_at.size() > kNamed) where = QStringLiteral("%1 of them").arg(of.breaks_at.size());
    const bool all = !of.goes_well && result_.complete;
    if (all) where = QStringLiteral("every point");
    QStringList& causes = all ? of.everywhere : of.causes;
    causes.removeDuplicates();
    return QStringLiteral("✕ at %1: %2").arg(where, causes.last()) +
           (causes.size() > 1 ? QStringLiteral(", and others") : QString());
  }

  void set_up_axis() {
    const SweepAxis& axis = plan_.sweep().axes[axis_];
    MapAxis& x = content_.x;
    x.title = axis.key == "jobs.count" ? QStringLiteral("jobs at once") : to_qstring(axis.key);
    if (axis.key == "jobs.count" && plan_.scenario().jobs.arrivals.kind != Arrivals::Kind::at_once)
      x.title = QStringLiteral("jobs");
    if (const auto numbers = numbers_of(axis)) {
      values_ = numbers->values;
      if (numbers->unit == SweepNumbers::Unit::seconds) x.unit = MapAxis::Unit::seconds;
      if (numbers->unit == SweepNumbers::Unit::bytes) x.unit = MapAxis::Unit::bytes;
    } else {
      x.unit = MapAxis::Unit::names;
      for (const std::string& name : axis.values) {
        x.names.push_back(to_qstring(name));
        values_.push_back(static_cast<double>(x.names.size()));
      }
    }
    const auto [low, high] = std::ranges::minmax(values_);
    x.logarithmic = x.unit != MapAxis::Unit::names && low > 0 && high / low >= 20;
    x.low = low;
    x.high = high;
  }

  /// Keyed by the run and all swept values but those of the drawn axis.
  Line& line_of(std::size_t point, std::size_t run) {
    std::string others;
    const std::vector<Setting> settings = plan_.settings(point);
    for (std::size_t i = 0; i < settings.size(); ++i) {
      if (plan_.go_together(i, axis_)) continue;
      others += (others.empty() ? "" : ", ") + settings[i].key.substr(settings[i].key.rfind('.') + 1) + " = " +
                settings[i].value;
    }
    const auto [at, is_new] = lines_.try_emplace({run, others});
    if (is_new) {
      MapLine& line = at->second.line;
      line.run = run;
      line.style = static_cast<int>(lines_.size()) - 1;
      line.name = to_qstring(plan_.run_name(run) + (others.empty() ? "" : " (" + others + ")"));
    }
    return at->second;
  }

  void add(const SweepCell& cell, Line& of) {
    MapLine& line = of.line;
    if (!cell.first.error.empty()) {
      if (content_.not_computed++ == 0) {
        content_.why_not =
            QStringLiteral("%1 at %2: %3").arg(line.name, point_words(cell.point), to_qstring(cell.first.error));
      }
      return;
    }
    content_.nothing_fails = content_.nothing_fails && cell.failed == 0;
    content_.everything_fails = content_.everything_fails && fails(cell);
    of.goes_well = of.goes_well || !fails(cell);
    if (fails(cell)) {  // Its line ends before: see add_ends.
      of.everywhere += to_qstring(format_failure_in_full(*cell.first.failure));
      return;
    }
    const std::size_t value = plan_.value_of(cell.point, axis_);
    MapItem item;
    item.order = static_cast<double>(value);
    item.x = values_[value];
    item.seconds = seconds_of(cell);
    item.bytes = cell.resident.mean() + cell.kernel.mean();
    item.seconds_interval = half_width(cell.wall);
    // Both follow the number of threads and tasks: they are large together and small together.
    item.bytes_interval = half_width(cell.resident) + half_width(cell.kernel);
    item.fails_at_times = cell.failed > 0;
    item.run = cell.run;
    item.settings = plan_.settings(cell.point);
    item.words =
        QStringLiteral("%1, %2\n%3%4")
            .arg(line.name, point_words(cell.point), run_words(cell.first, item.bytes), replication_words(cell));
    line.items.push_back(std::move(item));
  }

  void add_ends() {
    for (std::size_t point = 0; point < plan_.points(); ++point) {
      const std::size_t value = plan_.value_of(point, axis_);
      for (std::size_t run = 0; run < plan_.runs(); ++run) {
        const SweepCell* cell = cell_at(point, run);
        if (cell == nullptr || !fails(*cell)) continue;
        // Machines, say, have no order: each that fails is an end by itself.
        if (content_.x.unit == MapAxis::Unit::names) {
          add_end(*cell, static_cast<double>(value), nullptr);
          continue;
        }
        // Beside it, to the left or to the right, lies a point that does not fail.
        if (const SweepCell* before = neighbour(point, run, -1); before != nullptr && !fails(*before)) {
          content_.any_line_ends = true;
          add_end(*cell, static_cast<double>(value) - 0.5, before);
        }
        // What fails beyond a line's end is known without a mark; what fails before its beginning is not.
        if (goes_well_after(point, run) || !line_of(point, run).goes_well)
          add_end(*cell, static_cast<double>(value), nullptr);
        if (const SweepCell* after = neighbour(point, run, +1); after != nullptr && !fails(*after)) {
          content_.any_line_begins = true;
          add_end(*cell, static_cast<double>(value) + 0.5, after);
        }
      }
    }
  }

  QString point_words(std::size_t point) const { return to_qstring(describe_point(plan_, point)); }

  static bool fails(const SweepCell& cell) { return cell.first.breaks() && cell.failed == cell.replications; }

  const SweepCell* cell_at(std::size_t point, std::size_t run) const {
    const auto& cell = result_.cells[point * plan_.runs() + run];
    return cell && cell->first.error.empty() ? &*cell : nullptr;
  }

  const SweepCell* neighbour(std::size_t point, std::size_t run, int step) const {
    const auto other = plan_.neighbour(point, axis_, step);
    return other ? cell_at(*other, run) : nullptr;
  }

  /// Somewhere further along its line.
  bool goes_well_after(std::size_t point, std::size_t run) const {
    for (auto other = plan_.neighbour(point, axis_, +1); other; other = plan_.neighbour(*other, axis_, +1))
      if (const SweepCell* cell = cell_at(*other, run); cell != nullptr && !fails(*cell)) return true;
    return false;
  }

  static double seconds_of(const SweepCell& cell) {
    return cell.wall.count() > 0 ? cell.wall.mean() : to_seconds(cell.first.wall);
  }

  /// `beside`: the point of its line that does not fail; null: it is not a break, but fails as a point.
  void add_end(const SweepCell& cell, double order, const SweepCell* beside) {
    Line& of = line_of(cell.point, cell.run);
    MapItem item;
    item.kind = MapItem::Kind::end;
    item.order = order;
    item.run = cell.run;
    item.settings = plan_.settings(cell.point);
    const std::string& key = plan_.sweep().axes[axis_].key;
    RunResult result = cell.first;
    std::optional<std::int64_t> exact;
    const auto [first, last] = edges_.equal_range({cell.point, cell.run});
    for (const auto& [place, found] : std::ranges::subrange(first, last)) {
      const SweepEdge& edge = *found;
      if (beside == nullptr) break;
      if ((order > static_cast<double>(plan_.value_of(cell.point, axis_))) != (edge.good > edge.failing)) continue;
      result = edge.result;
      exact = edge.failing;
    }
    item.x = exact ? static_cast<double>(*exact) : values_[plan_.value_of(cell.point, axis_)];
    // Until the edge has been searched for, the job that was refused shows where it is.
    const bool by_job = beside != nullptr && !exact && key == "jobs.count";
    if (by_job && result.failure->job != kNoJob)
      item.x = std::clamp(static_cast<double>(result.failure->job) + 1, content_.x.low, item.x);
    if (exact || by_job) {
      for (Setting& setting : item.settings) {
        if (setting.key == key) setting.value = std::to_string(std::llround(item.x));
      }
    }
    // What broke never completed: the moment at which it broke would look like a run that is fast.
    const bool is_beside = beside != nullptr && result.completed < result.jobs;
    item.has_height = beside != nullptr;
    item.seconds = is_beside ? seconds_of(*beside) : to_seconds(result.wall);
    item.bytes = static_cast<double>((result.memory.resident + result.memory.kernel).count);
    QString where = exact ? to_qstring(format_count(*exact))
                          : to_qstring(plan_.sweep().axes[axis_].values[plan_.value_of(cell.point, axis_)]);
    if (by_job) where = to_qstring(format_count(std::llround(item.x)));
    // The other replications may break elsewhere.
    const QString which = exact && plan_.repeat() > 1
                              ? QStringLiteral(" in the first of %1 replications").arg(plan_.repeat())
                              : QString();
    // Its figures are those of the point, until the run is known that breaks first.
    const bool about = !exact && beside != nullptr && !result_.complete;
    if (about) where.prepend(QStringLiteral("about "));
    item.words = QStringLiteral("%1 %2 %3 = %4%5\n%6%7")
                     .arg(of.line.name, beside == nullptr ? QStringLiteral("fails with") : QStringLiteral("breaks at"),
                          to_qstring(key), where, which,
                          about ? QStringLiteral("With %1: ").arg(point_words(cell.point)) : QString(),
                          run_words(result, item.bytes));
    if (is_beside)
      item.words +=
          QStringLiteral("\nOn the axis of time its ✕ is at %1, that of the last run that did not fail (%2)")
              .arg(to_qstring(format_duration(Duration(std::llround(item.seconds * 1e9)))), point_words(beside->point));
    of.line.items.push_back(std::move(item));
    // A line that begins or ends is named by that, not by its points beyond.
    if (beside == nullptr && of.goes_well && content_.x.unit != MapAxis::Unit::names) return;
    of.breaks_at += where;
    of.causes += to_qstring(format_failure_in_full(*result.failure));
  }

  const MapResult& result_;
  const SweepPlan& plan_;
  std::size_t axis_;
  std::vector<double> values_;
  std::map<std::pair<std::size_t, std::string>, Line> lines_;
  /// Those of this axis that fail, by point and run.
  std::multimap<std::pair<std::size_t, std::size_t>, const SweepEdge*> edges_;
  MapContent content_;
};

}  // namespace

bool MapContent::empty() const {
  return std::ranges::all_of(lines, [](const MapLine& line) { return line.items.empty(); });
}

MapContent map_content(const MapResult& result) {
  return Builder(result).build();
}

bool is_in_failing_row(const MapContent& content, const MapItem& item) {
  return !item.has_height && !content.everything_fails;
}

double interval_of(const MapItem& item, MapValue value) {
  return value == MapValue::time ? item.seconds_interval : item.bytes_interval;
}

double value_of(const MapItem& item, MapValue value) {
  return value == MapValue::time ? item.seconds : item.bytes;
}

}  // namespace spawnpoint::gui
