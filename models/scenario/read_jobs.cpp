// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/scenario/read_jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/text/text.hpp"
#include "models/document/distribution_text.hpp"
#include "models/document/units.hpp"
#include "models/scenario/parse.hpp"
#include "models/workload/steps.hpp"

namespace spawnpoint {
namespace {

constexpr CountRange kJobCounts{1, kMostJobs};
constexpr std::size_t kMostSteps = 1000;

class JobsReader {
 public:
  explicit JobsReader(const InputPlace& inputs) : inputs_(inputs) {}

  void read(TableReader table, Jobs& jobs) const {
    Diagnostics& out = table.out();
    const Node* count = table.take("count");
    if (count != nullptr) jobs.count = read_count(*count, "jobs.count", kJobCounts, out).value_or(jobs.count);
    if (const Node* node = table.take("arrivals")) {
      const std::size_t errors = out.errors();
      read_arrivals(*node, jobs.arrivals, out);
      const bool endless = jobs.arrivals.kind == Arrivals::Kind::every || jobs.arrivals.kind == Arrivals::Kind::rate;
      if (endless && count == nullptr && out.errors() == errors)
        out.warning(node->place, "one job arrives: `jobs.count` is not given", "say how many, such as count = 1000");
      const auto rows = static_cast<std::int64_t>(jobs.arrivals.times.size());
      if (jobs.arrivals.kind == Arrivals::Kind::trace && rows > 0) {
        if (count == nullptr)
          jobs.count = rows;
        else if (jobs.count > rows)
          out.error(count->place, fmt::format("`jobs.count` is {}, but the trace has {} arrivals", jobs.count, rows));
      }
    }
    if (const Node* node = table.take("steps"))
      read_steps(*node, jobs.steps, out);
    else
      jobs.steps.push_back({StepKind::sleep, Distribution::constant(std::chrono::seconds{1})});
    table.finish();
  }

 private:
  void read_arrivals(const Node& node, Arrivals& arrivals, Diagnostics& out) const {
    const std::string hint = "\"at once\", { every = \"1ms\" }, { rate = \"200/s\" } or { trace = \"arrivals.csv\" }";
    if (node.kind == Node::Kind::string) {
      if (node.text != "at once")
        out.error(node.place, fmt::format("`jobs.arrivals`: unknown \"{}\"", shown(node.text)), "write " + hint);
      return;
    }
    if (node.kind != Node::Kind::table)
      return wrong_kind(node, "jobs.arrivals", "\"at once\" or a table", out, "write " + hint);
    TableReader table(node, "jobs.arrivals", out, scenario_keys());
    const Node* every = table.take("every");
    const Node* rate = table.take("rate");
    const Node* trace = table.take("trace");
    table.finish();
    const int given = (every != nullptr ? 1 : 0) + (rate != nullptr ? 1 : 0) + (trace != nullptr ? 1 : 0);
    if (given > 1) out.error(node.place, "`jobs.arrivals` has more than one of `every`, `rate` and `trace`");
    if (node.entries.empty()) return out.error(node.place, "`jobs.arrivals` is empty", "write " + hint);
    if (every != nullptr) read_every(*every, arrivals, out);
    if (rate != nullptr) read_arrival_rate(*rate, arrivals, out);
    if (trace != nullptr) read_arrival_trace(*trace, arrivals, out);
  }

  static void read_every(const Node& node, Arrivals& arrivals, Diagnostics& out) {
    const auto every = read_duration(node, "jobs.arrivals.every", out);
    if (!every) return;
    if (*every == Duration{0})
      return out.error(node.place, "`jobs.arrivals.every` must be more than zero",
                       "jobs that all come together: arrivals = \"at once\"");
    arrivals.kind = Arrivals::Kind::every;
    arrivals.every = *every;
  }

  static void read_arrival_rate(const Node& node, Arrivals& arrivals, Diagnostics& out) {
    if (is_number(node)) return lacks_unit(node, "jobs.arrivals.rate", "a rate", {"/s", "/ms", "/min"}, out);
    if (node.kind != Node::Kind::string)
      return wrong_kind(node, "jobs.arrivals.rate", "a rate", out, "write it as \"200/s\"");
    const auto rate = parse_rate(node.text);
    if (!rate) return out.error(node.place, fmt::format("`jobs.arrivals.rate`: {}", rate.error()));
    // Slower than one in 100 years, or faster than the clock's nanoseconds, is a slip.
    if (!(*rate > 3e-10) || *rate > 1e9)
      return out.error(node.place,
                       fmt::format("`jobs.arrivals.rate`: \"{}\" is {}", shown(node.text),
                                   *rate > 1 ? "more than one a nanosecond" : "too small: jobs would never arrive"));
    arrivals.kind = Arrivals::Kind::rate;
    arrivals.rate_per_second = *rate;
  }

  void read_arrival_trace(const Node& node, Arrivals& arrivals, Diagnostics& out) const {
    const auto name = read_text(node, "jobs.arrivals.trace", out);
    if (!name) return;
    auto data = read_durations(*name, inputs_);
    if (!data) return out.error(node.place, fmt::format("`jobs.arrivals.trace`: {}", data.error()));
    if (data->heading > 0) out.note(node.place, heading_remark(*name, *data));
    std::vector<Duration>* const times = &data->times;
    if (times->empty())
      return out.error(node.place, fmt::format("`jobs.arrivals.trace`: {}: the file contains no times", shown(*name)));
    const auto unsorted = std::is_sorted_until(times->begin(), times->end());
    if (unsorted != times->end())
      return out.error(node.place, fmt::format("`jobs.arrivals.trace`: {}: arrival {} is earlier than the previous one",
                                               shown(*name), unsorted - times->begin() + 1));
    if (times->back() > Distribution::kLongest)
      return out.error(node.place,
                       fmt::format("`jobs.arrivals.trace`: {}: a time is longer than 100 years", shown(*name)));
    arrivals.kind = Arrivals::Kind::trace;
    arrivals.times = std::move(*times);
  }

  void read_steps(const Node& node, std::vector<Step>& steps, Diagnostics& out) const {
    if (node.kind != Node::Kind::array)
      return wrong_kind(node, "jobs.steps", "a list of steps", out, "for example [ { sleep = \"1s\" } ]");
    if (node.items.size() > kMostSteps)
      return out.error(node.place,
                       fmt::format("`jobs.steps` has {} steps: at most {} are allowed", node.items.size(), kMostSteps));
    for (std::size_t i = 0; i < node.items.size(); ++i)
      read_step(node.items[i], fmt::format("jobs.steps[{}]", i + 1), steps, out);
  }

  /// "{ sleep = "1s" }, { block = "1s" } or { cpu = "1ms" }"
  static std::string step_examples() {
    std::string examples;
    for (std::size_t row = 0; row < kSteps.size(); ++row) {
      const char* before = row == 0 ? "" : row + 1 == kSteps.size() ? " or " : ", ";
      examples += fmt::format("{}{{ {} = \"{}\" }}", before, kSteps[row].name, kSteps[row].example);
    }
    return examples;
  }

  void read_step(const Node& node, const std::string& name, std::vector<Step>& steps, Diagnostics& out) const {
    const std::string hint = "a step is " + step_examples();
    if (node.kind != Node::Kind::table) return wrong_kind(node, name, "a table", out, hint);
    if (node.entries.empty()) return out.error(node.place, fmt::format("`{}` is empty", name), hint);
    TableReader table(node, name, out, scenario_keys());
    int known = 0;
    for (const StepTraits& traits : kSteps) {
      const Node* value = table.take(traits.name);
      if (value == nullptr) continue;
      ++known;
      Step step;
      step.kind = traits.kind;
      if (auto duration = read_distribution(*value, table.name(traits.name), out)) {
        step.duration = std::move(*duration);
        steps.push_back(std::move(step));
      }
    }
    for (const std::string_view later : {"allocate", "lock", "use"}) {
      const Node::Entry* entry = table.entry(later);
      if (entry == nullptr) continue;
      table.take(later);
      out.error(entry->place, fmt::format("the step `{}` is not supported by this version", later), hint);
    }
    table.finish();
    if (known > 1)
      out.error(node.place, fmt::format("`{}` does more than one thing", name),
                "write one step after the other: { cpu = \"1ms\" }, { sleep = \"1s\" }");
  }

  std::optional<Distribution> read_distribution(const Node& node, const std::string& name, Diagnostics& out) const {
    if (is_number(node)) {
      lacks_unit(node, name, "a duration", {"s", "ms", "us"}, out);
      return std::nullopt;
    }
    if (node.kind != Node::Kind::string) {
      wrong_kind(node, name, "a duration or a distribution", out, "such as \"10ms\" or \"exp(mean=10ms)\"");
      return std::nullopt;
    }
    std::string remark;
    auto distribution = parse_distribution(node.text, inputs_, &remark);
    if (!remark.empty()) out.note(node.place, remark);
    if (distribution) return std::move(*distribution);
    out.error(node.place, fmt::format("`{}`: {}", name, distribution.error()));
    return std::nullopt;
  }

  const InputPlace& inputs_;
};

}  // namespace

void read_jobs(TableReader table, Jobs& jobs, const InputPlace& inputs) {
  JobsReader(inputs).read(std::move(table), jobs);
}

}  // namespace spawnpoint
