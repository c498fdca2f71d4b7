// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/profile_file.hpp"
#include "models/machine/field_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/text/text.hpp"
#include "models/document/data_file.hpp"
#include "models/document/reader.hpp"
#include "models/document/units.hpp"
#include "models/machine/limit_table.hpp"
#include "models/machine/profile.hpp"
#include "models/machine/raise_limit.hpp"
#include "models/machine/release.hpp"

namespace spawnpoint {
namespace {

/// One of the two kinds of profile.
struct ProfileKind {
  std::string_view what;      ///< For people.
  const char* folder;         ///< Below each root.
  std::string_view defaults;  ///< The profile that all others build on.
  std::vector<KeyHelp> keys;
};
const ProfileKind& machine_profiles() {
  static const ProfileKind kind{"machine", "machines", "defaults", machine_keys("")};
  return kind;
}
const ProfileKind& runtime_profiles() {
  static const ProfileKind kind{"runtime", "runtimes", "glibc", runtime_keys("")};
  return kind;
}

constexpr int kLongestChain = 8;  ///< Of profiles that build on one another.

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_path(std::string_view name) {
  return name.find('/') != std::string_view::npos || name.ends_with(".toml");
}

std::vector<std::filesystem::path> roots_of(const ProfilePlaces& places) {
  return places.roots.empty() ? std::vector{shipped_scenarios()} : places.roots;
}

/// Those that people may name.
std::vector<std::string> profile_names(const ProfilePlaces& places, const ProfileKind& kind) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& root : roots_of(places))
    for (const auto& file : std::filesystem::directory_iterator(root / kind.folder, error))
      if (file.path().extension() == ".toml") names.push_back(file.path().stem().string());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::erase(names, machine_profiles().defaults);
  return names;
}

void tell(const Place& where, const std::string& name, std::string message, std::string hint, Diagnostics& out) {
  if (where.source != nullptr)
    out.error(where, std::move(message), std::move(hint));
  else
    out.file_error(name, std::move(message), std::move(hint));
}

/// The file of a profile; empty, and reported, where there is none.
std::optional<std::filesystem::path> find_profile(const std::string& name, const ProfilePlaces& places,
                                                  const ProfileKind& kind, const Place& where, Diagnostics& out) {
  std::error_code error;
  if (is_path(name)) {
    std::filesystem::path path(name);
    const std::filesystem::path beside = places.inputs.beside / path;
    if (path.is_relative() && std::filesystem::exists(beside, error)) path = beside;
    return path;
  }
  for (const auto& root : roots_of(places)) {
    auto path = root / kind.folder / (name + ".toml");
    if (std::filesystem::exists(path, error)) return path;
  }
  std::vector<std::string> known = profile_names(places, kind);
  if (&kind == &machine_profiles()) known.insert(known.begin(), "host");
  std::string hint = did_you_mean(name, known);
  if (hint.empty()) hint = fmt::format("known: {}, or a path to a file", list_of(known, 20));
  tell(where, name, fmt::format("unknown {} profile \"{}\"", kind.what, shown(name)), std::move(hint), out);
  return std::nullopt;
}

/// Messages quote what is wrong in a profile, so they must not be about a file that is none: a scenario may name any.
/// It is one where most of its keys are a profile's; and it may be meant as one where it is no TOML, but called so.
bool is_profile(const std::filesystem::path& path, const std::string& text, const ProfileKind& kind) {
  Diagnostics unused;
  const auto root = parse_document(unused.add_source(path.string(), text), unused);
  if (!root) return path.extension() == ".toml";
  const auto known = std::ranges::count_if(root->entries, [&](const Node::Entry& entry) {
    return entry.key == "base" || std::ranges::any_of(kind.keys, [&](const KeyHelp& key) {
             return key.key == entry.key || key.key.starts_with(entry.key + '.');
           });
  });
  return 2 * known >= std::ssize(root->entries);
}

template <class Apply>
bool read_chain(const std::string& name, const ProfilePlaces& places, const ProfileKind& kind, int depth,
                const Place& where, Diagnostics& out, Apply apply);

/// Hands a profile's root to `apply`, after the profile that it builds on. False: a mistake was told.
template <class Apply>
bool read_profile(const SourceText& source, const std::filesystem::path& path, const ProfilePlaces& places,
                  const ProfileKind& kind, int depth, Diagnostics& out, Apply apply) {
  const auto root = parse_document(source, out);
  if (!root) return false;
  const std::size_t errors = out.errors();
  TableReader table(*root, {}, out, kind.keys);
  std::string base = path.stem() == kind.defaults ? std::string() : std::string(kind.defaults);
  Place base_place{&source, 0, 0, 1};
  if (const Node* node = table.take("base")) {
    base = read_text(*node, "base", out).value_or(base);
    base_place = node->place;
  }
  ProfilePlaces base_places = places;
  base_places.inputs.beside = path.parent_path();
  if (depth >= kLongestChain) {
    out.error(base_place, fmt::format("more than {} profiles build on one another: is there a cycle?", kLongestChain));
    return false;
  }
  if (!base.empty() && !read_chain(base, base_places, kind, depth + 1, base_place, out, apply)) return false;
  apply(std::move(table), path);
  return out.errors() == errors;
}

template <class Apply>
bool read_chain(const std::string& name, const ProfilePlaces& places, const ProfileKind& kind, int depth,
                const Place& where, Diagnostics& out, Apply apply) {
  const auto path = find_profile(name, places, kind, where, out);
  if (!path) return false;
  auto text = places.inputs.read(*path, kLargestFile);
  if (text && !is_profile(*path, *text, kind))
    text = std::unexpected(fmt::format("this is not a {} profile", kind.what));
  if (!text) {
    tell(where, name, fmt::format("{} profile \"{}\": {}", kind.what, shown(name), text.error()), {}, out);
    return false;
  }
  return read_profile(out.add_source(path->string(), std::move(*text)), *path, places, kind, depth, out, apply);
}

/// Makes `counts` as long as `limits`: more levels hold what the outermost known one holds.
void match_levels(std::size_t limits, std::vector<std::int64_t>& counts) {
  if (limits == 0) return;
  counts.resize(limits, counts.empty() ? 1 : counts.back());
}

void check_levels(TableReader& table, const std::vector<std::string>& present, std::string_view limit,
                  std::size_t limits, std::string_view count, std::size_t counts) {
  const std::string limit_key = "limits." + std::string(limit);
  const std::string count_key = "in_use." + std::string(count);
  if (!has(present, limit_key) || !has(present, count_key) || limits == 0 || counts == 0 || limits == counts) return;
  const Node::Entry* entry = table.entry("in_use");
  if (entry == nullptr) return;
  const Node::Entry* place = entry->value.find(count);
  if (place == nullptr) return;
  table.out().error(place->value.place, fmt::format("`{}` has {} levels, but `{}` has {}: one count for each limit",
                                                    table.name(count_key), counts, table.name(limit_key), limits));
}

/// The text of a limit that the table sets at one level alone, where the limit has several; else null.
const Node* set_alone(const TableReader& table, std::string_view field, std::size_t levels) {
  const std::size_t dot = field.find('.');
  if (levels < 2 || dot == std::string_view::npos) return nullptr;
  const Node::Entry* section = table.entry(field.substr(0, dot));
  if (section == nullptr || section->value.kind != Node::Kind::table) return nullptr;
  const Node::Entry* entry = section->value.find(field.substr(dot + 1));
  return entry == nullptr || entry->value.kind == Node::Kind::array ? nullptr : &entry->value;
}

/// Which level was set, and which were not.
void tell_level(TableReader& table, const Machine& machine, const Limit& limit, const Node& set) {
  const std::vector<LimitLevel> levels = limit.fields.read(machine);
  std::string others;
  for (std::size_t level = 1; level < levels.size(); ++level)
    others += fmt::format("{}{} of the {}", others.empty() ? "" : ", ",
                          levels[level].value ? fmt::format("{}", *levels[level].value) : "unlimited",
                          level_name(machine, limit, level));
  table.out().note(set.place,
                   fmt::format("`{}` is set for the {}; what is above it stays: {}",
                               table.name(limit.fields.names.front()), level_name(machine, limit, 0), others));
}

/// Where its limits were read on this host, of those that were set since.
void forget_origins(TableReader& table, Machine& machine, const std::vector<std::string>& present) {
  for (const std::string& key : present) {
    const auto origin = machine.origins.find(key);
    if (origin == machine.origins.end()) continue;
    if (set_alone(table, key, origin->second.size()) != nullptr)
      origin->second.front().clear();
    else
      machine.origins.erase(origin);
  }
}

/// What the kernel divides by, and what every machine has.
void check_sizes(TableReader& table, const Machine& machine) {
  constexpr Bytes kSmallestPage{4096}, kLargestPage{65536}, kLeastMemory{1 << 20};
  const Node::Entry* page = table.entry("page_size");
  if (page != nullptr && (machine.page_size < kSmallestPage || machine.page_size > kLargestPage ||
                          (machine.page_size.count & (machine.page_size.count - 1)) != 0))
    table.out().error(page->value.place,
                      fmt::format("`{}` must be a power of two from 4 KiB to 64 KiB", table.name("page_size")));
  const Node::Entry* memory = table.entry("memory");
  if (memory != nullptr && memory->value.kind == Node::Kind::string && machine.memory < kLeastMemory)
    table.out().error(memory->value.place, fmt::format("`{}` must be at least 1 MiB", table.name("memory")));
}

/// A cpu that the machine does not have, or one that is named twice.
void check_cpuset(TableReader& table, const Machine& machine) {
  const Node::Entry* set = table.entry("cpuset");
  if (set == nullptr) return;
  const bool is_list = set->value.kind == Node::Kind::array && set->value.items.size() == machine.cpuset.size();
  for (std::size_t i = 0; i < machine.cpuset.size(); ++i) {
    const std::int64_t cpu = machine.cpuset[i];
    const Place& place = is_list ? set->value.items[i].place : set->value.place;
    const auto before = machine.cpuset.begin() + static_cast<std::ptrdiff_t>(i);
    if (cpu >= machine.cpus)
      table.out().error(place, fmt::format("`{}`: there is no cpu {}: the machine has {}, from 0 to {}",
                                           table.name("cpuset"), cpu, machine.cpus, machine.cpus - 1));
    else if (std::find(machine.cpuset.begin(), before, cpu) != before)
      table.out().error(place, fmt::format("`{}` names cpu {} twice", table.name("cpuset"), cpu));
  }
}

/// Of turns without length a thread would never get on, and ticks without one never end.
void check_turns(TableReader& table, const Costs& costs) {
  const Node::Entry* entry = table.entry("costs");
  if (entry == nullptr) return;
  const std::pair<std::string_view, Duration> turns[] = {
      {"base_slice", costs.base_slice}, {"tick", costs.tick}, {"time_slice", costs.time_slice}};
  for (const auto& [key, duration] : turns) {
    const Node::Entry* turn = entry->value.find(key);
    if (turn != nullptr && duration <= Duration::zero())
      table.out().error(turn->value.place,
                        fmt::format("`{}` must be more than 0", table.name("costs." + std::string(key))));
  }
}

}  // namespace

std::filesystem::path shipped_scenarios() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const auto installed = program.parent_path().parent_path() / SPAWNPOINT_INSTALLED_SCENARIOS;
    if (std::filesystem::is_directory(installed, error)) return installed;
  }
  return SPAWNPOINT_SOURCE_SCENARIOS;
}

std::vector<std::string> machine_names(const ProfilePlaces& places) {
  return profile_names(places, machine_profiles());
}

std::vector<std::string> runtime_names(const ProfilePlaces& places) {
  return profile_names(places, runtime_profiles());
}

void apply_machine_fields(TableReader table, MachineDraft& draft, std::vector<std::string>& present) {
  FieldReader fields(std::move(table), present);
  Machine& machine = draft.machine;
  describe(fields, machine);
  fields.finish();
  const Limits& limits = machine.limits;
  InUse& in_use = machine.in_use;
  check_sizes(fields.table(), machine);
  check_turns(fields.table(), machine.costs);
  check_cpuset(fields.table(), machine);
  check_levels(fields.table(), present, "pids_max", limits.pids_max.size(), "cgroup_tasks", in_use.cgroup_tasks.size());
  check_levels(fields.table(), present, "nproc", limits.nproc.size(), "user_tasks", in_use.user_tasks.size());
  match_levels(limits.pids_max.size(), in_use.cgroup_tasks);
  match_levels(limits.nproc.size(), in_use.user_tasks);
  forget_origins(fields.table(), machine, present);
  for (const Limit& limit : limit_table()) {
    if (!limit.fields.read) continue;
    const std::size_t levels = limit.fields.read(machine).size();
    const std::string_view field = limit.fields.names.front();
    if (const Node* set = set_alone(fields.table(), field, levels)) {
      tell_level(fields.table(), machine, limit, *set);
      draft.set_alone.emplace_back(field);
    }
  }
  draft.present.insert(draft.present.end(), present.begin(), present.end());
}

namespace {

auto filling(MachineDraft& draft) {
  return [&draft](TableReader table, const std::filesystem::path& path) {
    draft.machine.name = path.stem().string();
    draft.machine.source.clear();
    std::vector<std::string> present;
    apply_machine_fields(std::move(table), draft, present);
  };
}

}  // namespace

std::optional<MachineDraft> read_machine(const std::string& name, const ProfilePlaces& places, const Place& where,
                                         Diagnostics& out) {
  MachineDraft draft;
  if (!read_chain(name, places, machine_profiles(), 0, where, out, filling(draft))) return std::nullopt;
  return draft;
}

std::expected<Machine, std::vector<Diagnostic>> machine_from(const std::string& toml) {
  MachineDraft draft;
  Diagnostics out;
  if (!read_profile(out.add_source("profile", toml), {}, {}, machine_profiles(), 0, out, filling(draft)))
    return std::unexpected(out.take());
  return finish_machine(std::move(draft));
}

std::optional<Runtime> read_runtime(const std::string& name, const ProfilePlaces& places, const Place& where,
                                    Diagnostics& out) {
  Runtime runtime;
  const bool good = read_chain(name, places, runtime_profiles(), 0, where, out,
                               [&](TableReader table, const std::filesystem::path& path) {
                                 runtime.name = path.stem().string();
                                 runtime.source.clear();
                                 std::vector<std::string> present;
                                 FieldReader fields(std::move(table), present);
                                 fields.text("name", runtime.name, {});
                                 describe(fields, runtime);
                                 fields.finish();
                               });
  if (!good) return std::nullopt;
  return runtime;
}

Machine finish_machine(MachineDraft draft) {
  Machine& machine = draft.machine;
  Limits& limits = machine.limits;
  const auto missing = [&](std::string_view key) { return !has(draft.present, key); };
  // kernel/fork.c, set_max_threads: an eighth of the memory may be kernel stacks.
  if (missing("limits.threads_max") && machine.costs.kernel_stack.count > 0)
    limits.threads_max = std::clamp(machine.memory / (machine.costs.kernel_stack * 8), kThreads.low, kThreads.high);
  // kernel/fork.c, fork_init: half of that for one user.
  if (missing("limits.nproc") && limits.threads_max) limits.nproc = {*limits.threads_max / 2};
  // kernel/pid.c, pid_idr_init: PIDS_PER_CPU_DEFAULT is 1024, PID_MAX_DEFAULT 32768.
  if (missing("limits.pid_max")) limits.pid_max = std::clamp(1024 * machine.cpus, std::int64_t{32768}, kPids.high);
  // mm/mmap.c, init_user_reserve and init_admin_reserve: 1/32 of the free memory, at most 128 and 8 MiB.
  if (missing("limits.user_reserve")) limits.user_reserve = std::min(machine.memory / 32, Bytes{128LL << 20});
  if (missing("limits.admin_reserve")) limits.admin_reserve = std::min(machine.memory / 32, Bytes{8LL << 20});
  // mm/util.c, vm_commit_limit with vm.overcommit_ratio = 50.
  if (missing("limits.commit_limit")) limits.commit_limit = machine.memory / 2 + machine.swap;
  if (missing("costs.base_slice")) machine.costs.base_slice = base_slice_of(release_of(machine.kernel), machine.cpus);
  match_levels(limits.pids_max.size(), machine.in_use.cgroup_tasks);
  match_levels(limits.nproc.size(), machine.in_use.user_tasks);
  return std::move(draft.machine);
}

std::expected<Machine, std::vector<Diagnostic>> load_machine(const std::string& name, const ProfilePlaces& places) {
  Diagnostics out;
  auto draft = read_machine(name, places, {}, out);
  if (!draft || out.has_errors()) return std::unexpected(out.take());
  return finish_machine(std::move(*draft));
}

std::expected<Runtime, std::vector<Diagnostic>> load_runtime(const std::string& name, const ProfilePlaces& places) {
  Diagnostics out;
  auto runtime = read_runtime(name, places, {}, out);
  if (!runtime || out.has_errors()) return std::unexpected(out.take());
  return std::move(*runtime);
}

}  // namespace spawnpoint
