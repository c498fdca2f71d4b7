// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run sweep`: the failure map of a scenario, as a table, JSON or CSV, on all cores or all ranks of mpirun.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <system_error>

#include "core/files/replacing_file.hpp"
#include "core/files/streams.hpp"
#include "models/command_line/commands.hpp"
#include "models/command_line/inputs.hpp"
#include "models/command_line/sweep_ranks.hpp"
#include "models/command_line/terminal.hpp"
#include "models/lab/sweep/sweep_journal.hpp"
#include "models/lab/sweep/sweep_text.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::command_line {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Lines that are ready in any order, printed in their own as soon as there is no gap before them.
class InOrder {
 public:
  explicit InOrder(std::FILE* file) : file_(file) {}
  void add(std::size_t index, std::string line) {
    ready_.emplace(index, std::move(line));
    while (!ready_.empty() && ready_.begin()->first == next_) {
      print(ready_.begin()->second);
      ready_.erase(ready_.begin());
      ++next_;
    }
    std::fflush(file_);
  }
  /// What is left of a sweep that was stopped.
  void flush() {
    for (const auto& [index, line] : ready_) print(line);
    ready_.clear();
  }
  void print(const std::string& line) { write_to(file_, {line.data(), line.size()}); }

 private:
  std::FILE* file_;
  std::size_t next_ = 0;
  std::map<std::size_t, std::string> ready_;
};

/// " ± 1.7%", " ± 170%", " ± 0.00012%": two digits, however small it is.
std::string relative(double part) {
  const double percent = part * 100;
  if (percent >= 100 || percent <= 0) return fmt::format(" ± {:.0f}%", percent);
  const auto decimals = static_cast<int>(1 - std::floor(std::log10(percent)));
  return fmt::format(" ± {:.{}f}%", percent, decimals);
}

std::string time_text(const SweepCell& cell) {
  if (!cell.first.error.empty()) return "not computed";
  if (cell.failed == cell.replications && cell.first.breaks()) {
    const FailurePoint& failure = *cell.first.failure;
    std::string text = "✕ " + format_cause(failure);
    if (failure.job != kNoJob) text += " at " + format_count(std::int64_t{failure.job} + 1);
    return text;
  }
  const ConfidenceInterval wall = cell.wall.confidence_interval(0.95);
  std::string text = format_duration(Duration(std::llround(wall.mean * 1e9)));
  if (cell.wall.count() > 1 && wall.mean > 0) text += relative(wall.half_width / wall.mean);
  if (cell.failed > 0) text += fmt::format(", {} of {} ✕", cell.failed, cell.replications);
  if (cell.first.finished_though_refused()) text += ", a worker refused";
  return text;
}

std::string memory_text(const SweepCell& cell) {
  if (!cell.first.error.empty()) return "";
  return format_bytes(Bytes{std::llround(cell.resident.mean() + cell.kernel.mean())});
}

/// One row per point, one column per run.
std::string table_text(const SweepPlan& plan, const SweepOutcome& outcome, const Style& style,
                       std::string (*words)(const SweepCell&)) {
  std::vector<Table::Column> columns;
  for (const SweepAxis& axis : plan.sweep().axes) columns.push_back({axis.key, Table::Align::right});
  for (std::size_t run = 0; run < plan.runs(); ++run) columns.push_back({plan.run_name(run), Table::Align::right});
  Table table(std::move(columns));
  for (std::size_t point = 0; point < plan.points(); ++point) {
    std::vector<std::string> cells;
    for (const Setting& setting : plan.settings(point)) cells.push_back(setting.value);
    bool any = false;
    for (std::size_t run = 0; run < plan.runs(); ++run) {
      const auto& cell = outcome.cells[point * plan.runs() + run];
      any = any || cell;
      cells.push_back(cell ? words(*cell) : "…");
    }
    if (any) table.add(std::move(cells));
  }
  return table.text(style);
}

void print_report(std::FILE* out, const SweepPlan& plan, const SweepOutcome& outcome) {
  const Style style = Style::of(fileno(out));
  print_to(out, "{}\nmodeled on {}: {} x {}{}\n\n", style.bold(plan.scenario().title), machines(plan),
           format_count(static_cast<std::int64_t>(plan.points()), "point"),
           format_count(static_cast<std::int64_t>(plan.runs()), "run"),
           plan.repeat() > 1 ? " x " + format_count(plan.repeat(), "replication") : "");
  print_to(out, "  {}{}\n", style.bold("completion time"),
           plan.repeat() > 1 ? ", mean and 95% confidence interval" : "");
  print_to(out, "{}\n  {}\n{}\n", table_text(plan, outcome, style, time_text),
           style.bold("memory, resident and the kernel's"), table_text(plan, outcome, style, memory_text));
  for (const std::string& sentence : conclusions(plan, outcome)) print_to(out, "  {}\n", sentence);
  std::map<std::string, std::int64_t> errors;
  for (const auto& cell : outcome.cells) {
    if (cell && !cell->first.error.empty()) ++errors[plan.run_name(cell->run) + ": " + cell->first.error];
  }
  for (const auto& [words, times] : errors) {
    print_to(out, "  {}\n", style.bad(times > 1 ? fmt::format("{} ({} points)", words, times) : words));
  }
}

class Progress {
 public:
  Progress() : line_("sweep") {}
  void show(const SweepProgress& progress) {
    line_.show(fmt::format("{} of {}, {:.0f}%{}", format_count(static_cast<std::int64_t>(progress.done)),
                           format_count(static_cast<std::int64_t>(progress.tasks), "run"), progress.fraction * 100,
                           progress.left ? ", " + format_duration(*progress.left) + " left" : ""));
  }

 private:
  ProgressLine line_;
};

/// Where the result goes: standard output, or a file, which replaces the one of its name when all is written.
class ResultFile {
 public:
  static std::expected<ResultFile, std::string> open(const std::string& name) {
    ResultFile result(name);
    if (name.empty()) return result;
    auto created = ReplacingFile::create(name);
    if (!created) return std::unexpected(created.error());
    result.file_ = *std::move(created);
    result.opened_.reset(::fdopen(::fcntl(result.file_->get(), F_DUPFD_CLOEXEC, 0), "w"));
    if (!result.opened_) return std::unexpected(fmt::format("{}: {}", name, std::strerror(errno)));
    return result;
  }

  std::FILE* stream() const { return opened_ ? opened_.get() : stdout; }

  /// Ends it. The error names it and says what went wrong.
  std::expected<void, std::string> close() {
    const auto failed = [&](const std::string& why) {
      return std::unexpected(fmt::format("{}: {}", file_ ? name_ : "standard output", why));
    };
    if (std::fflush(stream()) != 0 || std::ferror(stream()) != 0) return failed(std::strerror(errno));
    if (!file_) return {};
    if (!all_was_written()) return failed("not all of it could be written");
    opened_.reset();
    return file_->commit();
  }

 private:
  explicit ResultFile(std::string name) : name_(std::move(name)) {}

  std::string name_;
  std::optional<ReplacingFile> file_;
  std::unique_ptr<std::FILE, Close> opened_;
};

void tell_of_plan(const SweepPlan& plan) {
  if (plan.is_default())
    note("{}: no [sweep]: {}, all concurrency models\n", plan.source().file, SweepPlan::default_words());
}

void tell_of_replications(const SweepPlan& plan, const SweepOutcome& outcome) {
  if (plan.repeat() < 2 || outcome.stopped) return;
  if (std::ranges::all_of(outcome.cells, [](const auto& cell) { return cell && cell->are_alike; }))
    note("{}: repeat = {}, but all replications are the same\n", plan.source().file, plan.repeat());
}

/// Computes it, and writes lines as they come where that is asked for. `failed`: why the journal could not be kept.
SweepOutcome compute_all(Ranks* ranks, const SweepPlan& plan, const SweepArguments& arguments,
                         std::optional<SweepJournal>& journal, InOrder& lines, std::optional<std::string>& failed) {
  std::stop_source stop;
  SweepOptions options;
  options.stop = stop.get_token();
  options.workers = arguments.jobs.value_or(0);
  if (journal) {
    if (!journal->known.empty())
      note("journal {}: continuing after {}\n", arguments.journal,
           format_count(static_cast<std::int64_t>(journal->known.size()), "run"));
    options.known = std::move(journal->known);
    options.task = [&](const SweepTask& task, const SweepTaskResult& result) {
      if (failed) return;
      if (auto appended = journal->append(task, result); !appended) {
        failed = std::move(appended).error();
        stop.request_stop();
      }
    };
  }
  Progress progress;
  options.progress = [&](const SweepProgress& now) {
    if (Interrupt::requested()) stop.request_stop();
    progress.show(now);
  };
  if (arguments.json || arguments.csv) {
    options.cell = [&](const SweepCell& cell) {
      lines.add(cell.point * plan.runs() + cell.run,
                arguments.json ? to_json_line(plan, cell) + '\n' : csv_row(plan, cell));
    };
  }
  return ranks != nullptr && ranks->size() > 1 ? run_sweep_on(*ranks, plan, options) : run_sweep(plan, options);
}

std::int64_t cells_there(const SweepOutcome& outcome) {
  return std::ranges::count_if(outcome.cells, [](const auto& cell) { return cell.has_value(); });
}

/// What is not written yet.
void print_rest(std::FILE* out, const SweepPlan& plan, const SweepArguments& arguments, const SweepOutcome& outcome,
                InOrder& lines) {
  if (!arguments.json && !arguments.csv) return print_report(out, plan, outcome);
  lines.flush();
  for (const SweepEdge& edge : outcome.edges)
    lines.print(arguments.json ? to_json_line(plan, edge) + '\n' : csv_row(plan, edge));
  if (outcome.stopped && arguments.json)
    print_to(out, "{{\"stopped\":true,\"done\":{},\"of\":{}}}\n", cells_there(outcome), outcome.cells.size());
}

Exit sweep_on(Ranks* ranks, const SweepPlan& plan, const SweepArguments& arguments) {
  tell_of_plan(plan);
  const auto cannot = [](const std::string& why) {
    print_error(why);
    return Exit::cannot_run;
  };
  std::optional<SweepJournal> journal;
  if (!arguments.journal.empty()) {
    auto with = SweepJournal::open(arguments.journal, plan);
    if (!with) return cannot(with.error());
    journal = std::move(*with);
  }
  std::error_code error;
  if (journal && !arguments.output.empty() && std::filesystem::equivalent(arguments.journal, arguments.output, error))
    return cannot(arguments.output + ": it cannot be the journal and the result");
  // Last, as what is refused before must not cost the file that is there.
  auto output = ResultFile::open(arguments.output);
  if (!output) return cannot(output.error());

  const Interrupt interrupt;
  const auto began = std::chrono::steady_clock::now();
  InOrder lines(output->stream());
  if (arguments.csv) lines.print(csv_header(plan));
  std::optional<std::string> journal_failed;
  const SweepOutcome outcome = compute_all(ranks, plan, arguments, journal, lines, journal_failed);
  print_rest(output->stream(), plan, arguments, outcome, lines);
  // What is said of the result comes after it, where both go to one terminal or file.
  const auto written = output->close();
  const auto cells = static_cast<std::int64_t>(outcome.cells.size());
  const bool quiet = (arguments.json || arguments.csv) && arguments.output.empty();
  if (outcome.stopped) {
    note("stopped: {} of {} done\n", format_count(cells_there(outcome)), format_count(cells, "result"));
  } else if (!quiet) {
    const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - began;
    note("{} in {}\n", format_count(static_cast<std::int64_t>(plan.tasks()), "run"), format_duration(took));
  }
  tell_of_replications(plan, outcome);
  if (!written) return cannot(written.error());
  if (journal_failed) return cannot(*journal_failed);
  const auto not_computed =
      std::ranges::count_if(outcome.cells, [](const auto& cell) { return cell && !cell->first.error.empty(); });
  if (not_computed > 0)
    return cannot(
        fmt::format("{} of {} could not be computed here", format_count(not_computed), format_count(cells, "result")));
  return outcome.stopped ? Exit::interrupted : Exit::ok;
}

}  // namespace

Exit sweep(const SweepArguments& arguments) {
  auto ranks = join_ranks();
  if (!ranks) {
    print_error(ranks.error());
    return Exit::cannot_run;
  }
  Ranks* const all = ranks->get();
  const bool leads = all == nullptr || all->rank() == 0;
  std::optional<SweepSource> source;
  if (leads) source = sweep_source(arguments.scenarios);
  if (all != nullptr) source = share_source(*all, std::move(source));
  if (!source) return leads ? Exit::usage : Exit::ok;
  auto plan = SweepPlan::make(*std::move(source));
  if (!plan) {
    if (leads) note("{}", format(plan.error()));
    return leads ? Exit::usage : Exit::ok;
  }
  if (leads) return sweep_on(all, *plan, arguments);
  serve_ranks(*all, *plan);
  return Exit::ok;
}

}  // namespace spawnpoint::command_line
