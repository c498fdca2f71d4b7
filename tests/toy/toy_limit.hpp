// SPDX-License-Identifier: GPL-3.0-or-later
// toy.max: one row more in the table of limits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/machine/limit_table.hpp"
#include "models/machine/raise_limit.hpp"

namespace spawnpoint::tests {

inline constexpr std::int64_t kThreadsACore = 100;

/// A limit that no Linux has: a number of threads for each core. Its field is the profile's number of cores.
inline constexpr Limit kToyLimit{
    .kind = static_cast<LimitKind>(100),
    .name = "toy.max",
    .counts_threads = true,
    .fields = {.names = {"cpus"},
               .read = [](const Machine& machine) { return std::vector{LimitLevel{machine.cpus * kThreadsACore, 1}}; },
               .write = [](Machine& machine, std::size_t,
                           std::int64_t value) { machine.cpus = (value + kThreadsACore - 1) / kThreadsACore; },
               .copy = [](Machine& to, const Machine& from) { to.cpus = from.cpus; }},
    .set_where = "sysctl kernel.toy-max",
    .raise = [](const RaiseRequest& to) { return by_command("sysctl -w kernel.toy-max=" + to.number()); },
    .words = {.counts = "Threads that the cores may have",
              .met = "kernel.toy-max lets the cores have {} threads",
              .how = "Each core counts for a hundred.",
              .question = "Why do cores count?",
              .answer = "They do not, but here they do."}};

}  // namespace spawnpoint::tests
