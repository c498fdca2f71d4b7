// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of spawnpoint-run: what each was asked to do, as plain values. main.cpp fills them from the command
// line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/exit.hpp"
#include "models/lab/run/budget.hpp"
#include "models/result/world_kind.hpp"

namespace spawnpoint::command_line {

/// What every command that reads scenarios takes.
struct ScenarioArguments {
  std::vector<std::string> files;        ///< "-" is standard input.
  std::vector<std::string> settings;     ///< "KEY=VALUE"
  std::vector<std::string> concurrency;  ///< Only these runs; empty: as the file has it.
  std::optional<std::uint64_t> seed;
};

struct RunArguments {
  ScenarioArguments scenarios;  ///< Folders among its files are saved records.
  Worlds worlds = Worlds::modeled;
  bool json = false;
  bool log = false;
  bool fingerprint = false;  ///< Instead of a table; modeled runs only.
  bool uncapped = false;
  Budget budget;
  std::string trace;  ///< A file; empty: none.
  std::string csv;    ///< A directory; empty: none.
};
Exit run(const RunArguments& arguments);

struct LimitsArguments {
  ScenarioArguments scenarios;          ///< No file: this host, and glibc.
  std::optional<std::int64_t> threads;  ///< "I want this many": what they need, and what must be raised for them.
  bool json = false;
};
Exit limits(const LimitsArguments& arguments);

struct SweepArguments {
  ScenarioArguments scenarios;  ///< One file.
  bool json = false;
  bool csv = false;
  std::optional<unsigned> jobs;  ///< Threads; by default one per core.
  std::string output;            ///< A file; empty: standard output.
  std::string journal;           ///< A file; empty: none.
};
Exit sweep(const SweepArguments& arguments);

struct CheckArguments {
  ScenarioArguments scenarios;
  Worlds worlds = Worlds::both;
  bool uncapped = false;
};
Exit check(const CheckArguments& arguments);

struct MachineArguments {
  bool calibrate = false;  ///< Measure the costs.
  bool save = false;       ///< Keep them for the machine "host".
  std::string output;      ///< A file; empty: standard output.
};
Exit machine(const MachineArguments& arguments);

}  // namespace spawnpoint::command_line
