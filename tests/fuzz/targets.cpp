// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/targets.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "core/trace/csv_writer.hpp"
#include "models/document/data_file.hpp"
#include "models/document/distribution_text.hpp"
#include "models/lab/run/run.hpp"
#include "models/lab/saved/saved_record.hpp"
#include "models/lab/sweep/sweep_journal.hpp"
#include "models/lab/sweep/sweep_text.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/parse.hpp"
#include "tests/temporary_directory.hpp"

namespace spawnpoint::fuzz {
namespace {

namespace fs = std::filesystem;

const std::string kSource = SPAWNPOINT_SOURCE;

void check(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> files_in(const fs::path& folder, std::string_view extension) {
  std::vector<std::string> texts;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    if (entry->path().extension() == extension && entry->file_size() < 16384) texts.push_back(contents(entry->path()));
  std::ranges::sort(texts);
  return texts;
}

/// One for the process, in memory where there is such a folder.
const fs::path& scratch() {
  static const tests::TemporaryDirectory folder;
  return folder.path();
}

fs::path put(const std::string& name, std::string_view text) {
  const fs::path path = scratch() / name;
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
  return path;
}

/// No machine of its own is read for an input.
ParseOptions options() {
  ParseOptions options;
  options.host = [] {
    static const Machine machine = *load_machine("laptop-8g", {});
    return machine;
  };
  return options;
}

ParseResult checked(ParseResult result) {
  bool wrong = false;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    wrong = wrong || diagnostic.severity == Severity::error;
    check(!diagnostic.message.empty() && !format(diagnostic).empty(), "a diagnostic says nothing");
    check(diagnostic.line >= 0 && diagnostic.column >= 0, "a diagnostic is nowhere");
  }
  check(result.scenario.has_value() != wrong, "neither a scenario nor a mistake, or both");
  return result;
}

// A file of the gallery.
void feed_scenario(std::string_view input) {
  checked(parse_scenario(input, "fuzz.toml", options()));
}
std::vector<std::string> scenario_seeds() {
  std::vector<std::string> texts = files_in(kSource + "/scenarios", ".toml");
  for (std::string& bad : files_in(kSource + "/tests/scenarios/bad", ".toml")) texts.push_back(std::move(bad));
  return texts;
}

/// Each run with a small budget.
void run_a_little(Scenario scenario) {
  scenario.jobs.count = std::min<std::int64_t>(scenario.jobs.count, 2000);
  RunOptions little;
  little.budget.events = 30'000;
  for (std::size_t run = 0; run < std::min<std::size_t>(scenario.runs.size(), 3); ++run) {
    scenario.runs[run].threads = std::min<std::int64_t>(scenario.runs[run].threads.value_or(4), 2000);
    const RunResult one = run_modeled(scenario, run, little);
    check(one.completed >= 0 && one.completed <= one.jobs, "more jobs are done than there are");
    check(one.wall >= Duration::zero(), "time went back");
    check(one.memory.resident >= Bytes{} && one.memory.kernel >= Bytes{} && one.memory.virtual_size >= Bytes{},
          "memory is negative");
    check(!one.error.empty() || one.stopped || one.failure || one.completed == one.jobs,
          "jobs are missing, and nothing is said of it");
  }
}

// Parse, then run.
void feed_run(std::string_view input) {
  ParseResult result = parse_scenario(input, "fuzz.toml", options());
  if (result.scenario) run_a_little(std::move(*result.scenario));
}

// Read it as a machine and as a runtime; where it is one, run with it.
void feed_profile(std::string_view input) {
  const std::string profile = put("profile.toml", input).string();
  const ProfilePlaces places{.roots = {}, .inputs = {scratch(), nullptr}};
  const bool is_machine = load_machine("profile.toml", places).has_value();
  const bool is_runtime = load_runtime("profile.toml", places).has_value();
  const auto run = [](const std::string& machine, const std::string& runtime) {
    ParseResult result =
        parse_scenario("[machine]\nprofile = '" + machine +
                           "'\n[jobs]\ncount = 9\nsteps = [{ cpu = "
                           "\"1ms\" }, { sleep = \"1ms\" }]\n[[run]]\nconcurrency = \"thread_per_job\"\nruntime = '" +
                           runtime + "'\n[[run]]\nconcurrency = \"join_all\"\nruntime = '" + runtime + "'\n",
                       "fuzz.toml", options());
    if (result.scenario) run_a_little(std::move(*result.scenario));
  };
  if (is_machine) run(profile, "glibc");
  if (is_runtime) run("laptop-8g", profile);
}
std::vector<std::string> profile_seeds() {
  std::vector<std::string> texts = files_in(kSource + "/scenarios/machines", ".toml");
  for (std::string& runtime : files_in(kSource + "/scenarios/runtimes", ".toml")) texts.push_back(std::move(runtime));
  return texts;
}

void feed_data(std::string_view input) {
  put("times.csv", input);
  const auto data = read_durations("times.csv", {scratch(), nullptr});
  check(!data || std::ranges::all_of(data->times, [](Duration d) { return d >= Duration::zero(); }), "a negative time");
}
std::vector<std::string> data_seeds() {
  return {"time,n\n0.5,3\n250ms\n\n2s,9\n",
          "\xEF\xBB\xBF"
          "0.1\n0.2",
          "+5\n6",
          "# c\n1;2\n",
          "0,1\n0,2",
          "nan\n1"};
}

/// All tables, one after the other.
constexpr std::string_view kBetween = "\n====\n";
constexpr const char* kTables[] = {"run.csv", "jobs.csv", "segments.csv", "turns.csv", "series.csv", "marks.csv"};

void feed_record(std::string_view input) {
  const fs::path folder = scratch() / "record";
  fs::create_directories(folder);
  for (const char* table : kTables) {
    const auto end = input.find(kBetween);
    put(std::string("record/") + table, input.substr(0, end));
    input = end == std::string_view::npos ? std::string_view() : input.substr(end + kBetween.size());
  }
  const auto record = open_record(folder);
  if (!record) return check(!record.error().empty(), "a refusal says nothing");
  check(record->result.trace != nullptr, "a record without a trace");
  check(record->result.completed <= record->result.jobs, "more jobs are done than there are");
}
std::vector<std::string> record_seeds() {
  std::vector<std::string> texts;
  for (const char* file : {"/scenarios/02-three-threads.toml", "/scenarios/04-a-thousand-threads-playground.toml"}) {
    auto parsed = load_scenario(kSource + file, options());
    if (!parsed.scenario) continue;
    parsed.scenario->jobs.count = std::min<std::int64_t>(parsed.scenario->jobs.count, 4);
    const RunResult result = run_modeled(*parsed.scenario, 0, {});
    const fs::path folder = scratch() / "seed";
    if (!save_record(result, "laptop-8g", folder)) continue;
    std::string all;
    for (const char* table : kTables) all += contents(folder / table) + std::string(kBetween);
    texts.push_back(std::move(all));
  }
  return texts;
}

const SweepPlan& plan() {
  static const SweepPlan made =
      *SweepPlan::make({"[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 2\n[[run]]\nconcurrency = \"join_all\"\n"
                        "[sweep]\n\"jobs.count\" = [1, 2, 3]\n",
                        "fuzz.toml",
                        {}});
  return made;
}
void feed_journal(std::string_view input) {
  const auto journal = SweepJournal::open(put("journal", input), plan());
  check(journal || !journal.error().empty(), "a refusal says nothing");
}
std::vector<std::string> journal_seeds() {
  const fs::path path = scratch() / "journal-seed";
  fs::remove(path);
  auto journal = SweepJournal::open(path, plan());
  SweepOptions sweep;
  sweep.workers = 1;
  sweep.task = [&](const SweepTask& task, const SweepTaskResult& result) { (void)journal->append(task, result); };
  run_sweep(plan(), sweep);
  return {contents(path)};
}

void feed_setting(std::string_view input) {
  ParseOptions with = options();
  const auto setting = parse_setting(std::string(input));
  if (!setting) return;
  with.settings.push_back(*setting);
  checked(
      parse_scenario("title = \"x\"\n[jobs]\ncount = 3\nsteps = [{ sleep = \"1s\" }]\n[[run]]\nconcurrency = "
                     "\"thread_pool\"\nthreads = 2\n",
                     "fuzz.toml", with));
}
std::vector<std::string> setting_seeds() {
  return {"jobs.count=100",
          "machine.limits.pids_max=777",
          "run.stack=512KiB",
          "jobs.steps[1].sleep=1s",
          "run.thread_pool.threads=9",
          "machine.profile=laptop-8g",
          "sweep.\"jobs.count\"=[1, 2]",
          "title=a b",
          "jobs.arrivals={ rate = \"10/s\" }",
          "machine.limits.pids_max=[1, 2]",
          "seed=9",
          "run[1].label=x"};
}

void feed_distribution(std::string_view input) {
  const auto one = parse_distribution(input, {scratch(), nullptr});
  if (one) check(parse_distribution(one->to_string()) == *one, "a distribution reads back as another one");
}
std::vector<std::string> distribution_seeds() {
  return {"1s",
          "exp(mean=1s)",
          "uniform(0.5s, 1.5s)",
          "lognormal(mean=50us, cv=2)",
          "normal(mean=1s, sd=100ms)",
          "erlang(k=3, mean=1s)",
          "gamma(shape=0.5, mean=1s)",
          "weibull(shape=1.5, scale=1s)",
          "pareto(shape=2.5, minimum=10ms)",
          "empirical(1s, 250ms)"};
}

constexpr Target kTargets[] = {
    {"scenario", "scenario files", feed_scenario, scenario_seeds},
    {"run", "scenario files, parsed and run", feed_run, scenario_seeds},
    {"profile", "machine and runtime profiles", feed_profile, profile_seeds},
    {"data", "files of times", feed_data, data_seeds},
    {"record", "saved records", feed_record, record_seeds},
    {"journal", "sweeps' journals", feed_journal, journal_seeds},
    {"setting", "--set", feed_setting, setting_seeds},
    {"distribution", "distributions", feed_distribution, distribution_seeds},
};

}  // namespace

std::span<const Target> targets() {
  return kTargets;
}

const Target* find_target(std::string_view name) {
  const auto* const found = std::ranges::find(kTargets, name, &Target::name);
  return found == std::end(kTargets) ? nullptr : found;
}

}  // namespace spawnpoint::fuzz
