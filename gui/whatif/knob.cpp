// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/whatif/knob.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text/text.hpp"
#include "gui/text/to_qstring.hpp"
#include "models/document/units.hpp"
#include "models/machine/raise_limit.hpp"
#include "models/result/format.hpp"
#include "models/scenario/scenario.hpp"
#include "models/scenario/settings.hpp"

namespace spawnpoint::gui {
namespace {

constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = 1024 * kKiB;
constexpr std::int64_t kGiB = 1024 * kMiB;
/// Bytes are rounded to this many parts of a power of two.
constexpr std::int64_t kPartsOfAPower = 8;

KnobValue bytes_of(const std::optional<Bytes>& bytes) {
  return bytes ? KnobValue(bytes->count) : std::nullopt;
}
/// "pids.max" on most machines; "pids.max, container" and "pids.max, pod" where two levels hold it.
void add_limit_knobs(std::vector<Knob>& all, LimitKind kind, std::int64_t least, std::int64_t most,
                     const Machine& machine) {
  const Limit& limit = limit_of(kind);
  const std::size_t levels = std::max<std::size_t>(limit.fields.read(machine).size(), 1);
  for (std::size_t level = 0; level < levels; ++level) {
    QString name = to_qstring(limit.name);
    if (levels > 1) name += QStringLiteral(", ") + to_qstring(level_name(machine, limit, level));
    all.push_back({name, fmt::format("machine.{}", limit.fields.names.front()), to_qstring(limit.words.counts), least,
                   most, limit.is_size(), true, &limit, level});
  }
}
std::string count_text(const CountLimit& value) {
  return value ? fmt::format("{}", *value) : "\"unlimited\"";
}

double last_number(const Knob& knob) {
  // The last positions are the room for "unlimited".
  return knob.may_be_none ? kKnobSteps * 0.95 : kKnobSteps;
}

/// The value that a person would name there: 1, 2 or 5 of a power of ten, or a power of two of bytes.
KnobValue round_value_at(const Knob& knob, int position) {
  for (std::int64_t unit = 1; unit <= knob.most / (knob.is_size ? 2 : 10); unit *= knob.is_size ? 2 : 10) {
    for (const std::int64_t times : {1, 2, 5, 10}) {
      if (knob.is_size && times > 2) break;
      const std::int64_t value = unit * times;
      if (value >= knob.least && value <= knob.most && position_of(knob, value) == position) return value;
    }
  }
  return std::nullopt;
}

std::int64_t rounded(const Knob& knob, double value) {
  std::int64_t unit = 1;
  if (knob.is_size) {
    while (static_cast<double>(unit) * 2 * kPartsOfAPower <= value) unit *= 2;
    unit = std::max(unit, kKiB);
  } else {
    while (static_cast<double>(unit) * 100 <= value) unit *= 10;
  }
  const auto whole = static_cast<std::int64_t>(std::llround(value / static_cast<double>(unit))) * unit;
  return std::clamp(whole, knob.least, knob.most);
}

}  // namespace

std::vector<Knob> knobs(std::size_t run, const Machine& machine) {
  const auto tr = [](const char* words) { return QString::fromUtf8(words); };
  std::vector<Knob> all{
      {tr("Jobs"), "jobs.count", tr("How many jobs run"), 1, kMostJobs, false, false},
      {tr("Stack"), key_of_run(run, "stack"), tr("The stack of each thread of this run"), 16 * kKiB, kGiB, true, false},
  };
  add_limit_knobs(all, LimitKind::pids_max, 10, kMostThreads, machine);
  add_limit_knobs(all, LimitKind::max_map_count, 1000, 16'777'216, machine);
  add_limit_knobs(all, LimitKind::threads_max, 100, 16'777'216, machine);
  add_limit_knobs(all, LimitKind::rlimit_nproc, 10, kMostThreads, machine);
  add_limit_knobs(all, LimitKind::memory_max, 16 * kMiB, 1024 * kGiB, machine);
  all.push_back({tr("Memory"), "machine.memory", to_qstring(limit_of(LimitKind::memory).words.counts), 64 * kMiB,
                 4096 * kGiB, true, false});
  all.push_back({tr("CPUs"), "machine.cpus", tr("Cores of the machine"), kCpus.low, kCpus.high, false, false});
  return all;
}

KnobValue knob_value(const Knob& knob, const Scenario& scenario, std::size_t run) {
  const Machine& machine = scenario.machine;
  if (knob.limit != nullptr) {
    const std::vector<LimitLevel> levels = knob.limit->fields.read(machine);
    return knob.level < levels.size() ? levels[knob.level].value : std::nullopt;
  }
  if (knob.key == "jobs.count") return scenario.jobs.count;
  if (knob.key == "machine.memory") return machine.memory.count;
  if (knob.key == "machine.cpus") return machine.cpus;
  if (run >= scenario.runs.size()) return std::nullopt;
  // A runtime that names no stack takes the one that RLIMIT_STACK says, as glibc does.
  const auto& stack = scenario.runs[run].runtime.stack;
  return bytes_of(stack ? stack : machine.limits.stack);
}

int position_of(const Knob& knob, KnobValue value) {
  if (!value) return kKnobSteps;
  const auto at = static_cast<double>(std::clamp(*value, knob.least, knob.most));
  const double part = std::log(at / static_cast<double>(knob.least)) /
                      std::log(static_cast<double>(knob.most) / static_cast<double>(knob.least));
  return static_cast<int>(std::lround(part * last_number(knob)));
}

KnobValue value_at(const Knob& knob, int position) {
  const double part = position / last_number(knob);
  if (knob.may_be_none && part > 1) return std::nullopt;
  if (position == position_of(knob, knob.least)) return knob.least;
  if (position == position_of(knob, knob.most)) return knob.most;
  if (const KnobValue round = round_value_at(knob, position)) return round;
  const double value = static_cast<double>(knob.least) *
                       std::pow(static_cast<double>(knob.most) / static_cast<double>(knob.least), std::min(part, 1.0));
  return rounded(knob, value);
}

QString shown_value(const Knob& knob, KnobValue value) {
  if (!value) return QStringLiteral("unlimited");
  return to_qstring(knob.is_size ? format_bytes(Bytes{*value}) : format_count(*value));
}

std::expected<KnobValue, std::string> typed_value(const Knob& knob, const std::string& text) {
  std::string words;
  for (const char c : text)
    if (c != ' ' && c != ',' && c != '_') words += c;
  if (knob.may_be_none && words == "unlimited") return std::nullopt;
  std::int64_t value = 0;
  if (knob.is_size) {
    const auto bytes = parse_bytes(words);
    if (!bytes) return std::unexpected(bytes.error());
    value = bytes->count;
  } else {
    const auto number = parse_number<std::int64_t>(words);
    if (!number) return std::unexpected("enter a whole number");
    value = *number;
  }
  if (value < 1) return std::unexpected("it must be at least 1");
  return value;
}

std::string setting_value(const Knob& knob, KnobValue value, const Scenario& scenario) {
  const std::string own = !value         ? "\"unlimited\""
                          : knob.is_size ? bytes_text(Bytes{*value})
                                         : fmt::format("{}", *value);
  if (knob.limit == nullptr) return own;
  const std::vector<LimitLevel> levels = knob.limit->fields.read(scenario.machine);
  if (levels.size() < 2) return own;
  std::string list;
  for (std::size_t i = 0; i < levels.size(); ++i)
    list += (list.empty() ? "[" : ", ") + (i == knob.level ? own : count_text(levels[i].value));
  return list + "]";
}

}  // namespace spawnpoint::gui
