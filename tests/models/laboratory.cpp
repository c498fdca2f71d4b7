// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/models/laboratory.hpp"

#include "models/lab/run/run.hpp"

namespace spawnpoint::tests {

using namespace std::chrono_literals;
using namespace spawnpoint::literals;

Machine plain_machine() {
  Machine machine;
  machine.name = "plain";
  machine.cpus = 8;
  machine.memory = 64_GiB;
  machine.costs = {.syscall = {1us, {}},
                   .page_fault = {1us, {}},
                   .thread_create = {15us, {}},
                   .thread_start = {5us, {}},
                   .thread_exit = {5us, {}},
                   .context_switch = {2us, {}},
                   .wakeup = {2us, {}},
                   .timer_slack = {50us, {}},
                   .base_slice = 2800us,
                   .tick = 4ms,
                   .kernel_stack = 16_KiB,
                   .task_struct = 6016_B,
                   .map_struct = 217_B,
                   .anon_vma = 168_B,
                   .thread_slab = 929_B,
                   .uncharged_slab = 942_B,
                   .page_table = 4_KiB};
  return machine;
}

Runtime c_runtime() {
  Runtime runtime;
  runtime.name = "glibc";
  runtime.stack = 8_MiB;
  runtime.heap_per_thread = 288_B;
  runtime.resident_per_thread = 8480_B;
  runtime.idle_stack = 12_KiB;
  runtime.base_virtual = 2556_KiB;
  runtime.base_data = 292_KiB;
  runtime.base_resident = 1600_KiB;
  runtime.stack_cache = 40_MiB;
  runtime.message = "Resource temporarily unavailable";
  runtime.task = 85_B;
  runtime.task_spawn = runtime.task_poll = runtime.task_wake = runtime.timer = 5ns;
  return runtime;
}

Scenario scenario(const std::string& concurrency, std::int64_t count) {
  Scenario result;
  result.title = concurrency;
  result.host_machine = false;
  result.machine = plain_machine();
  result.jobs.count = count;
  result.jobs.steps = {Step{StepKind::sleep, Distribution::constant(1s)}};
  RunSpec run;
  run.concurrency = run.label = concurrency;
  run.label_is_made = true;
  run.runtime = c_runtime();
  result.runs = {run};
  return result;
}

std::string job_lines(const RunResult& result, bool ends_only) {
  std::string lines;
  for (const LogLine& line : job_log(*result.trace)) {
    if (ends_only && !line.is_end) continue;
    if (!lines.empty()) lines += ", ";
    lines += (line.is_end ? "end " : "start ") + std::to_string(line.job + 1);
  }
  return lines;
}

bool same_trace(const Trace& a, const Trace& b) {
  bool same = a.segments.lanes() == b.segments.lanes() && a.segments.jobs() == b.segments.jobs() &&
              a.segments.states() == b.segments.states() && a.segments.begins() == b.segments.begins() &&
              a.segments.ends() == b.segments.ends() && a.jobs.start_order == b.jobs.start_order &&
              a.jobs.end_order == b.jobs.end_order && a.lanes == b.lanes && a.end == b.end;
  for (std::size_t kind = 0; kind < kSeriesKinds; ++kind) {
    same = same && a.series[kind].time == b.series[kind].time && a.series[kind].value == b.series[kind].value;
  }
  return same;
}

Diagnosis diagnosis_of(const Scenario& scenario) {
  const RunResult modeled = run_modeled(scenario, 0, {});
  return diagnose(scenario, 0, &modeled, nullptr);
}

std::string all_of(const Diagnosis& diagnosis) {
  std::string text = diagnosis.headline;
  for (const std::string& detail : diagnosis.details) text += "\n" + detail;
  return text;
}

}  // namespace spawnpoint::tests
