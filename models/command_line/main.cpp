// SPDX-License-Identifier: GPL-3.0-or-later
// spawnpoint-run: the laboratory without a window. Reads the command line; each command has a file of its own.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/files/streams.hpp"
#include "models/command_line/commands.hpp"
#include "models/command_line/inputs.hpp"
#include "models/lab/live/live_plan.hpp"
#include "models/lab/live/worker/live_worker.hpp"
#include "models/lab/sweep/sweep_plan.hpp"

namespace spawnpoint::command_line {
namespace {

constexpr const char* kAbout =
    "How should a program run many jobs at once, what will that cost, and where exactly does it break?\n"
    "Runs scenario files modeled (on a simulated kernel) and live (on this machine), and reports the results.";

constexpr const char* kFooter =
    "Examples:\n"
    "  spawnpoint-run run scenarios/02-three-threads.toml                      modeled, as a table\n"
    "  spawnpoint-run run scenarios/02-three-threads.toml --world both --json  both worlds, one JSON object per line\n"
    "  spawnpoint-run run jobs.toml --set jobs.count=5000 --trace out.json\n"
    "  spawnpoint-run limits --set run.runtime=rust-std              which limit of this host binds, and when\n"
    "  spawnpoint-run sweep scenarios/02-three-threads.toml                    where does each concurrency model "
    "break?\n"
    "  spawnpoint-run check scenarios/*.toml                         scenarios as tests\n"
    "  spawnpoint-run machine -o mine.toml                           this host as a profile\n"
    "  spawnpoint-run machine --calibrate --save                     measure what work costs on this host\n"
    "\n"
    "Exit status: 0 it ran (a failure point is a result, not an error); 1 an expectation was not met;\n"
    "2 bad usage or a bad file; 3 it could not run here; 130 stopped with Ctrl-C.\n"
    "See spawnpoint-run(1) for everything else.";

/// The name of a file to write. An empty one is a variable that is not set.
CLI::Option* add_output(CLI::App& command, const std::string& names, std::string& into, const std::string& help,
                        const char* type) {
  return command.add_option(names, into, help)->type_name(type)->check([](const std::string& name) {
    return name.empty() ? std::string("its name is empty") : std::string();
  });
}

void add_settings(CLI::App& command, ScenarioArguments& arguments) {
  command
      .add_option(
          "--set", arguments.settings,
          "Override a key of the file, e.g. jobs.count=100, machine.limits.pids_max=777, run.stack=512KiB; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--seed", arguments.seed, "Seed of the random streams, instead of the file's")
      ->type_name("N")
      // CLI11 would take -1 for the largest number there is.
      ->check([](const std::string& text) {
        const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
        return digits ? std::string() : "a seed is a whole number, 0 or more, not " + text;
      });
}

void add_files(CLI::App& command, ScenarioArguments& arguments) {
  command.add_option("FILE", arguments.files, "Scenario files; - is standard input")->required()->type_name("");
  add_settings(command, arguments);
}

void add_concurrency(CLI::App& command, ScenarioArguments& arguments) {
  command
      .add_option("--concurrency", arguments.concurrency,
                  "Only this run: a concurrency model, whether the file lists it or not, or a run's label; repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false);
}

/// The default is what `worlds` has.
void add_world(CLI::App& command, Worlds& worlds, bool& uncapped) {
  command
      .add_option_function<std::string>(
          "--world", [&worlds](const std::string& word) { worlds = worlds_named(word).value_or(worlds); },
          fmt::format("Where to run: modeled, live or both (default: {})", to_string(worlds)))
      ->check([](const std::string& word) {
        return worlds_named(word)
                   ? std::string()
                   : fmt::format("\"{}\" is not a world; known: {}", word, fmt::join(kWorldsWords, ", "));
      })
      ->type_name("WORLD");
  command.add_flag("--uncapped", uncapped,
                   "Let a live run take more than half of this machine's free memory and thread slots");
}

CLI::App* add_run(CLI::App& app, RunArguments& arguments) {
  CLI::App* command = app.add_subcommand("run", "Run scenarios and report the results");
  command
      ->add_option("FILE", arguments.scenarios.files,
                   "Scenario files, - is standard input; and saved records, as --csv writes them, to show beside them")
      ->required()
      ->type_name("");
  add_settings(*command, arguments.scenarios);
  add_world(*command, arguments.worlds, arguments.uncapped);
  add_concurrency(*command, arguments.scenarios);
  CLI::Option* run_as_json = command->add_flag("--json", arguments.json,
                                               "One JSON object per line for each run and world, instead of a table");
  command
      ->add_flag("--fingerprint", arguments.fingerprint,
                 "A line for each modeled run instead of a table: a number that stands for its whole record, then the "
                 "file and the run's label. The same file and seed give the same number on every machine")
      ->excludes(run_as_json);
  command->add_flag("--log", arguments.log, "Print `start 1`, `end 1` … in the order in which they happened");
  add_output(*command, "--trace", arguments.trace,
             "Write the record for the Perfetto interface (Chrome trace JSON); with several runs, each gets its name "
             "before the extension",
             "OUT");
  add_output(*command, "--csv", arguments.csv,
             "Save the record as CSV files in this directory, which `run` and the app open again", "DIR");

  command
      ->add_option(
          "--budget",
          [&arguments](const std::vector<std::string>& texts) {
            auto budget = parse_budget(texts.front());
            if (!budget) throw CLI::ValidationError("--budget", budget.error());
            arguments.budget = *budget;
            return true;
          },
          "What computing a modeled run may take: events=N, memory=SIZE, time=DURATION, several with commas. One that "
          "takes more ends early, with a partial result (default: 2 s in which no step begins or ends)")
      ->type_name("BUDGET");
  return command;
}

CLI::App* add_limits(CLI::App& app, LimitsArguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "limits",
      "The ladder of limits: the threads that each allows, and which one binds. Without a file, those of this host");
  command->add_option("FILE", arguments.scenarios.files, "A scenario file; - is standard input")
      ->type_name("")
      ->expected(0, 1);
  add_settings(*command, arguments.scenarios);
  command
      ->add_option("--concurrency", arguments.scenarios.concurrency,
                   "With the runtime of this run (default: the first on threads)")
      ->type_name("NAME")
      ->expected(1);
  command
      ->add_option("--threads", arguments.threads,
                   "What this many threads need: memory, and the limits to raise, with the command for each")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40).description(""));
  command->add_flag("--json", arguments.json, "One JSON object instead of a table");
  return command;
}

CLI::App* add_sweep(CLI::App& app, SweepArguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "sweep",
      fmt::format("The failure map: every run at every point of the file's [sweep], modeled, on all cores. Without a "
                  "[sweep]: {}. Under mpirun: on all its ranks",
                  SweepPlan::default_words()));
  command->add_option("FILE", arguments.scenarios.files, "A scenario file; - is standard input")
      ->required()
      ->type_name("")
      ->expected(1);
  add_settings(*command, arguments.scenarios);
  add_concurrency(*command, arguments.scenarios);
  CLI::Option* as_json = command->add_flag(
      "--json", arguments.json, "One JSON object per line for each run at each point, then for each exact edge");
  command->add_flag("--csv", arguments.csv, "The same as CSV")->excludes(as_json);
  command->add_option("--jobs", arguments.jobs, "Threads that compute (default: one per core)")
      ->type_name("N")
      ->check(CLI::Range(1U, 4096U).description(""));
  add_output(*command, "-o,--output", arguments.output, "Write the result to this file", "FILE");
  add_output(
      *command, "--journal", arguments.journal,
      "Append each result to this file as it comes; a sweep started again with the same file continues from there",
      "FILE");
  return command;
}

CLI::App* add_check(CLI::App& app, CheckArguments& arguments) {
  CLI::App* command = app.add_subcommand("check", "Run scenarios and compare with their [expect] sections");
  add_files(*command, arguments.scenarios);
  add_world(*command, arguments.worlds, arguments.uncapped);
  return command;
}

CLI::App* add_machine(CLI::App& app, MachineArguments& arguments) {
  CLI::App* command = app.add_subcommand("machine", "This host as a machine profile");
  CLI::Option* calibrate_flag =
      command->add_flag("--calibrate", arguments.calibrate,
                        "Measure what kernel and executor operations cost here; takes about 10 seconds");
  command->add_flag("--save", arguments.save, "Keep what was measured: the machine \"host\" uses it from then on")
      ->needs(calibrate_flag);
  add_output(*command, "-o,--output", arguments.output, "Write it to this file", "FILE");
  return command;
}

int main_with_arguments(int argc, char** argv) {
  CLI::App app{kAbout, "spawnpoint-run"};
  app.set_version_flag("--version", std::string("spawnpoint-run " SPAWNPOINT_VERSION));
  app.footer(kFooter);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  RunArguments run_arguments;
  LimitsArguments limits_arguments;
  SweepArguments sweep_arguments;
  CheckArguments check_arguments;
  MachineArguments machine_arguments;
  const CLI::App* run_command = add_run(app, run_arguments);
  const CLI::App* limits_command = add_limits(app, limits_arguments);
  const CLI::App* sweep_command = add_sweep(app, sweep_arguments);
  const CLI::App* check_command = add_check(app, check_arguments);
  const CLI::App* machine_command = add_machine(app, machine_arguments);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version come this way too, with 0; everything else is bad usage.
    return app.exit(error) == 0 ? static_cast<int>(Exit::ok) : static_cast<int>(Exit::usage);
  }

  Exit status = Exit::ok;
  if (run_command->parsed()) status = run(run_arguments);
  if (limits_command->parsed()) status = limits(limits_arguments);
  if (sweep_command->parsed()) status = sweep(sweep_arguments);
  if (check_command->parsed()) status = check(check_arguments);
  if (machine_command->parsed()) status = machine(machine_arguments);
  return static_cast<int>(status);
}

}  // namespace
}  // namespace spawnpoint::command_line

int main(int argc, char** argv) {
  using namespace spawnpoint;
  guard_standard_streams();
  int status = static_cast<int>(Exit::cannot_run);
  try {
    // Not a command for users: the process of a live run, started by LiveRun. Nothing else of ours may surround it.
    if (argc == 2 && argv[1] == kLiveWorkerCommand) return live_worker_main();
    status = command_line::main_with_arguments(argc, argv);
  } catch (const std::bad_alloc&) {
    write_to(stderr, "spawnpoint-run: error: this machine has not enough memory for this\n");
  } catch (const std::exception& error) {
    command_line::print_error(error.what());
  }
  if (!standard_streams_hold()) {
    write_to(stderr, "spawnpoint-run: error: cannot write to standard output or standard error\n");
    if (status == static_cast<int>(Exit::ok)) status = static_cast<int>(Exit::cannot_run);
  }
  return status;
}
