// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/sweep/sweep.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
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
  const auto work = [&](SweepBoard::End end) {
    while (const auto task = board.take_when_ready(end)) {
      board.put(*task, compute(plan, *task, options.stop, [&](double part) { board.note_part(*task, part); }));
    }
  };
  // What one of them throws ends all of them.
  std::mutex failing;
  std::exception_ptr failure;
  const auto work_or_fail = [&](SweepBoard::End end) {
    try {
      work(end);
    } catch (...) {
      const std::scoped_lock lock(failing);
      if (!failure) failure = std::current_exception();
      board.give_up();
    }
  };
  {
    std::vector<std::jthread> others;
    try {
      for (unsigned i = 1; i < workers; ++i) {
        others.emplace_back(
            [&work_or_fail, i] { work_or_fail(i == 1 ? SweepBoard::End::heaviest : SweepBoard::End::lightest); });
      }
    } catch (const std::system_error&) {
      // As many as this machine allows.
    }
    work_or_fail(SweepBoard::End::lightest);
  }
  if (failure) std::rethrow_exception(failure);
  return board.outcome();
}

}  // namespace spawnpoint
