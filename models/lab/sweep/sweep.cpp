// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/sweep/sweep.hpp"

#include <algorithm>
#include <system_error>
#include <thread>

#include "core/memory/spare_memory.hpp"
#include "models/lab/sweep/run_memory.hpp"
#include "models/lab/sweep/sweep_board.hpp"

namespace spawnpoint {

namespace {
/// Of a task's memory, for the next task: frames of ten million jobs take somewhat less.
constexpr Bytes kKept{std::int64_t{2} << 30};
}  // namespace

SweepOutcome run_sweep(const SweepPlan& plan, const SweepOptions& options) {
  unsigned workers = options.workers;
  if (workers == 0) workers = std::max(1U, std::thread::hardware_concurrency());
  workers = static_cast<unsigned>(std::min<std::size_t>(workers, std::max<std::size_t>(plan.tasks(), 1)));
  SweepBoard board(plan, options, workers);
  // The tasks share half of what is free; what is kept comes out of the other half.
  const SpareMemory spare(std::min(kKept, options.memory ? *options.memory : memory_share()));
  const std::stop_callback on_stop(options.stop, [&board] { board.wake(); });
  SweepWork work(board, plan, options);
  {
    std::vector<std::jthread> others;
    try {
      for (unsigned i = 1; i < workers; ++i) {
        others.emplace_back([&work, i] { work.serve(i == 1 ? SweepBoard::End::heaviest : SweepBoard::End::lightest); });
      }
    } catch (const std::system_error&) {
      // As many as this machine allows.
    }
    work.serve(SweepBoard::End::lightest);
  }
  work.rethrow();
  return board.outcome();
}

}  // namespace spawnpoint
