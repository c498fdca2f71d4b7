// SPDX-License-Identifier: GPL-3.0-or-later
// The table of limits: what can refuse a thread, one row each. All that is known of a limit is in its row: the
// profile's fields, where it is set and how it is raised, and the words for people. Whoever needs it reads it here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/machine/profile.hpp"

namespace spawnpoint {

/// The kernel's limits, in the order in which a thread's stack and then its clone3 meet them. Those after them
/// refuse no thread in a model; of these, a thread's stack can end the process.
enum class LimitKind : std::uint8_t {
  address_space,
  rlimit_as,
  rlimit_data,
  overcommit,
  max_map_count,
  memory_max,
  memory,
  rlimit_nproc,
  threads_max,
  pid_max,
  pids_max,
  cpus,
  cpuset,
  cpu_max,
  live_cap,
  stack
};
/// Those of the kernel.
inline constexpr std::size_t kKernelLimits = 11;

/// cpu.max as a number: percent of one core.
std::int64_t percent_of_core(Duration per_period);

/// What a limit's value is a number of.
enum class LimitUnit : std::uint8_t { count, bytes, percent };

/// User space of x86-64 and arm64 with four levels of page tables: TASK_SIZE.
inline constexpr Bytes kUserSpace{(std::int64_t{1} << 47) - 4096};
/// Once the pid counter has wrapped, pids below this are not given out again: kernel/pid.c, RESERVED_PIDS.
inline constexpr std::int64_t kReservedPids = 300;

/// A limit at one level: of pids.max a cgroup, of RLIMIT_NPROC a user namespace, from the process's own up. Other
/// limits have one level.
struct LimitLevel {
  CountLimit value;         ///< In the limit's own unit; none: unlimited.
  std::int64_t in_use = 0;  ///< How much of it is used already, the process's main thread included.
};

/// A limit's fields of the machine profile.
struct LimitFields {
  /// Their names, as in "limits.pids_max": first the one that holds the value, then what belongs to it. Empty: no more.
  std::array<std::string_view, 3> names{};
  std::vector<LimitLevel> (*read)(const Machine& machine) = nullptr;
  /// Gives one level another value, and takes those of the other levels away. Null: it cannot be set.
  void (*write)(Machine& machine, std::size_t level, std::int64_t value) = nullptr;
  /// Takes all fields over from another machine.
  void (*copy)(Machine& to, const Machine& from) = nullptr;
  /// At the first `levels` levels there is the process and nothing else. Null: it is not put on the process alone, for
  /// all of the machine has that limit together.
  void (*empty)(Machine& machine, std::size_t levels) = nullptr;
  /// So many more tasks are in use, at each level. Null: it counts no tasks.
  void (*add_tasks)(Machine& machine, std::int64_t tasks) = nullptr;
};

/// How a live run imposes a limit on itself.
enum class LiveMeans : std::uint8_t {
  none,           ///< Not at all; for a number of threads, RLIMIT_NPROC stands in.
  rlimit,         ///< It is a resource limit.
  cgroup,         ///< In a control group of its own.
  pid_namespace,  ///< In a pid namespace of its own.
  taken_maps,     ///< It takes what is too much.
  affinity,       ///< It runs on fewer cores.
  as_it_is        ///< It holds only where this machine has the same.
};

/// What people are told about a limit.
struct LimitWords {
  std::string_view counts;    ///< "Tasks that the control group may hold".
  std::string_view others{};  ///< Who takes of it besides the process: "other tasks of the group". Empty: nobody.
  std::string_view met;       ///< Continues "Thread 508 was refused: "; a format string that takes the value.
  std::string_view how;       ///< How it works, one or two sentences.
  std::string_view question;  ///< "Why is a thread refused while there is memory?"
  std::string_view answer;    ///< Short paragraphs, with an empty line between them.
};

/// How the limit of a control group is set, for each kind of group. Empty: it is no such limit.
struct CgroupWords {
  std::string_view systemd;     ///< A unit's property: "TasksMax".
  std::string_view docker;      ///< An option of docker run and docker update: "--pids-limit".
  std::string_view without_it;  ///< What holds for a container that is started without that option.
  std::string_view pod;         ///< Of Kubernetes, for the whole pod.
  std::string_view container;   ///< Of Kubernetes, for a container in a pod.
};

struct RaiseRequest;

/// How a limit is raised, for people.
struct HowToRaise {
  std::string text;
  bool is_command = false;  ///< To be typed as it stands, with N for the new value where that is not known; else words.
};
inline HowToRaise by_command(std::string text) {
  return {std::move(text), true};
}
inline HowToRaise in_words(std::string text) {
  return {std::move(text), false};
}

struct Limit {
  LimitKind kind{};
  std::string_view name;  ///< As users know it, in results and expectations too: "pids.max", "RLIMIT_NPROC" …
  LimitUnit unit = LimitUnit::count;
  /// clone3 is refused where as many threads are there as it allows. The checks need nothing but the row then.
  bool counts_threads = false;
  bool of_stacks = false;  ///< Stacks count in full, used or not: smaller ones leave room for more threads.
  /// Memory that is really used counts, also what others use, and the OOM killer kills where it is full.
  bool of_memory = false;
  /// Each thread has it to itself. Where it is too low no thread gets to do its job, and which one meets it first is
  /// chance.
  bool per_thread = false;
  bool exempts_privileged = false;               ///< Root, and processes with the capabilities, are exempt.
  std::int64_t largest = std::int64_t{1} << 62;  ///< The largest value that Linux takes.
  LimitFields fields;
  LiveMeans live_means = LiveMeans::none;
  std::span<const std::string_view> modes{};  ///< It is chosen among these, and a live run says which it has.
  std::string_view set_where;                 ///< Where such a limit is set, and by whom: a file or a command.
  CgroupWords cgroup{};
  HowToRaise (*raise)(const RaiseRequest&) = nullptr;  ///< See raise_limit.hpp.
  LimitWords words;

  bool is_size() const { return unit == LimitUnit::bytes; }
  /// Others take of it too. A live run, which is alone in it, gets another value that leaves it as much room.
  bool is_shared() const { return counts_threads || of_memory; }
};

/// The kernel's limits, of this project: kKernelLimits rows, each at its kind's place.
std::span<const Limit> shipped_limits();

/// The limits that this program is linked with: the shipped ones, in tests one more.
std::span<const Limit> limit_table();

/// The row of any kind, also of those that are not the kernel's.
const Limit& limit_of(LimitKind kind);

/// By its name; null where there is none. Finds those that are not the kernel's, too.
const Limit* find_limit(std::string_view name, std::span<const Limit> limits = limit_table());

}  // namespace spawnpoint
