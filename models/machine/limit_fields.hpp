// SPDX-License-Identifier: GPL-3.0-or-later
// How the rows of the limit table read and write a machine's fields; only limit_table.cpp includes it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/machine/limit_table.hpp"

namespace spawnpoint::limit_fields {

using Levels = std::vector<LimitLevel>;

inline CountLimit number(const CountLimit& value) {
  return value;
}
inline CountLimit number(const SizeLimit& value) {
  return value ? CountLimit(value->count) : std::nullopt;
}
inline std::int64_t number(std::int64_t value) {
  return value;
}
inline std::int64_t number(Bytes value) {
  return value.count;
}
inline void assign(CountLimit& value, std::int64_t to) {
  value = to;
}
inline void assign(SizeLimit& value, std::int64_t to) {
  value = Bytes{to};
}

/// So many more tasks are in use.
template <auto InUse>
void add_tasks(Machine& machine, std::int64_t tasks) {
  machine.in_use.*InUse += tasks;
}

/// One field of Limits that nothing else belongs to.
template <auto Value>
constexpr LimitFields field(std::string_view name) {
  return {.names = {name},
          .read = [](const Machine& machine) { return Levels{{number(machine.limits.*Value)}}; },
          .write = [](Machine& machine, std::size_t, std::int64_t value) { assign(machine.limits.*Value, value); },
          .copy = [](Machine& to, const Machine& from) { to.limits.*Value = from.limits.*Value; }};
}

/// A field of Limits, and what is in use of it. `empty` and `add_tasks`: see LimitFields.
template <auto Value, auto InUse>
constexpr LimitFields fields(std::string_view name, std::string_view in_use,
                             void (*empty)(Machine&, std::size_t) = nullptr,
                             void (*add_tasks)(Machine&, std::int64_t) = nullptr) {
  return {
      .names = {name, in_use},
      .read =
          [](const Machine& machine) { return Levels{{number(machine.limits.*Value), number(machine.in_use.*InUse)}}; },
      .write = [](Machine& machine, std::size_t, std::int64_t value) { assign(machine.limits.*Value, value); },
      .copy =
          [](Machine& to, const Machine& from) {
            to.limits.*Value = from.limits.*Value;
            to.in_use.*InUse = from.in_use.*InUse;
          },
      .empty = empty,
      .add_tasks = add_tasks};
}

/// Lists of the same length. A count that is not given is the main thread's.
template <auto Values, auto InUse>
constexpr LimitFields levels(std::string_view name, std::string_view in_use) {
  return {.names = {name, in_use},
          .read =
              [](const Machine& machine) {
                const std::vector<std::int64_t>& used = machine.in_use.*InUse;
                Levels all;
                for (const CountLimit& value : machine.limits.*Values)
                  all.push_back({value, all.size() < used.size() ? used[all.size()] : 1});
                return all;
              },
          .write =
              [](Machine& machine, std::size_t level, std::int64_t value) {
                std::vector<CountLimit>& all = machine.limits.*Values;
                for (std::size_t i = 0; i < all.size(); ++i) all[i] = i == level ? CountLimit(value) : std::nullopt;
              },
          .copy =
              [](Machine& to, const Machine& from) {
                to.limits.*Values = from.limits.*Values;
                to.in_use.*InUse = from.in_use.*InUse;
              },
          .empty =
              [](Machine& machine, std::size_t levels) {
                std::vector<std::int64_t>& used = machine.in_use.*InUse;
                used.resize((machine.limits.*Values).size(), 1);
                std::fill_n(used.begin(), std::min(levels, used.size()), 1);
              },
          .add_tasks =
              [](Machine& machine, std::int64_t tasks) {
                std::vector<std::int64_t>& used = machine.in_use.*InUse;
                used.resize((machine.limits.*Values).size(), 1);
                for (std::int64_t& count : used) count += tasks;
              }};
}

inline Bytes memory_and_swap(const Machine& machine) {
  return machine.memory + machine.swap;
}
inline CountLimit some(Bytes size) {
  return size > Bytes{} ? CountLimit(size.count) : std::nullopt;
}

inline constexpr LimitFields kMemoryFields{
    .names = {"memory", "swap", "in_use.memory"},
    .read =
        [](const Machine& machine) { return Levels{{some(memory_and_swap(machine)), machine.in_use.memory.count}}; },
    .write = [](Machine& machine, std::size_t, std::int64_t value) { machine.memory = Bytes{value} - machine.swap; },
    .copy =
        [](Machine& to, const Machine& from) {
          to.memory = from.memory;
          to.swap = from.swap;
          to.in_use.memory = from.in_use.memory;
        },
    .empty = [](Machine& machine, std::size_t) { machine.in_use.memory = Bytes{}; }};

// Each mode has another value: what the machine has in all, none, or what may be promised.
inline constexpr LimitFields kOvercommitFields{
    .names = {"limits.overcommit", "limits.commit_limit", "in_use.committed"},
    .read =
        [](const Machine& machine) {
          switch (machine.limits.overcommit) {
            case Overcommit::always:
              break;
            case Overcommit::heuristic:
              return Levels{{some(memory_and_swap(machine))}};
            case Overcommit::never:
              return Levels{{number(machine.limits.commit_limit), machine.in_use.committed.count}};
          }
          return Levels{{}};
        },
    .write =
        [](Machine& machine, std::size_t level, std::int64_t value) {
          if (machine.limits.overcommit == Overcommit::never) {
            machine.limits.commit_limit = Bytes{value};
          } else {
            kMemoryFields.write(machine, level, value);
          }
        },
    .copy =
        [](Machine& to, const Machine& from) {
          to.limits.overcommit = from.limits.overcommit;
          to.limits.commit_limit = from.limits.commit_limit;
          to.in_use.committed = from.in_use.committed;
        }};

inline constexpr LimitFields kPidFields{
    .names = {"limits.pid_max", "in_use.pids", "in_use.pid_wrapped"},
    .read =
        [](const Machine& machine) {
          // Pids are 1 to pid_max - 1; after a wrap, kReservedPids to pid_max - 1.
          const std::int64_t below = machine.in_use.pid_wrapped ? kReservedPids : 1;
          return Levels{{machine.limits.pid_max, machine.in_use.pids + below}};
        },
    .write = [](Machine& machine, std::size_t, std::int64_t value) { machine.limits.pid_max = value; },
    .copy =
        [](Machine& to, const Machine& from) {
          to.limits.pid_max = from.limits.pid_max;
          to.in_use.pids = from.in_use.pids;
          to.in_use.pid_wrapped = from.in_use.pid_wrapped;
        },
    .add_tasks = add_tasks<&InUse::pids>};

}  // namespace spawnpoint::limit_fields
