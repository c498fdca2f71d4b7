// SPDX-License-Identifier: GPL-3.0-or-later
// SweepBoard: which tasks of a sweep are open, taken and done. Workers, be they threads or processes elsewhere, take
// tasks from it and put results onto it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <variant>
#include <vector>

#include "models/lab/sweep/sweep.hpp"

namespace spawnpoint {

class SweepBoard {
 public:
  /// From which end of the tasks, sorted by their size: one worker begins with the heaviest, so that it is not the last
  /// to end; the others with the lightest, so that there is soon much to see.
  enum class End : bool { lightest, heaviest };
  struct Wait {};  ///< Nothing now; ask again when a result has come.
  struct Over {};
  using Answer = std::variant<SweepTask, Wait, Over>;

  /// All must outlive the board.
  SweepBoard(const SweepPlan& plan, const SweepOptions& options, unsigned workers);

  Answer take(End end);
  /// The same; waits instead of saying so. Nothing: it is over.
  std::optional<SweepTask> take_when_ready(End end);
  void put(const SweepTask& task, SweepTaskResult result);
  /// How far a task is, 0 to 1.
  void note_part(const SweepTask& task, double part);
  /// Wakes those that wait, after a stop.
  void wake();
  /// No further task is given out.
  void give_up();

  SweepOutcome outcome();

 private:
  using Clock = std::chrono::steady_clock;

  /// A cell of which not all replications are there.
  struct Open {
    struct Figures {
      bool there = false;
      bool computed = false;
      bool failed = false;
      double wall = 0, completed = 0, peak_threads = 0, resident = 0, virtual_size = 0, kernel = 0;

      bool operator==(const Figures&) const = default;
    };
    RunResult first;
    std::vector<Figures> figures;
    std::int64_t missing = 0;
  };
  struct Taken {
    Clock::time_point since;
    Bytes memory{};
    double part = 0;
  };
  /// What was learned about a run's speed.
  struct Speed {
    double weight = 0;   ///< Of the largest task so far,
    double seconds = 0;  ///< and what it took.
    double left = 0;     ///< Weight of the tasks that are not done.
  };

  SweepTask task(std::size_t index) const;
  double weight(const SweepTask& task) const;
  std::optional<SweepTask> choose(End end);
  /// What the task takes; nothing where it fits in any case.
  Bytes memory_of(const SweepTask& task);
  void accept(const SweepTask& task, SweepTaskResult result);
  void complete(std::size_t cell, Open& open);
  void find_edges();
  void tell(bool at_once);

  const SweepPlan& plan_;
  const SweepOptions& options_;
  unsigned workers_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point told_{};
  std::mutex mutex_;
  std::condition_variable changed_;

  std::vector<std::uint32_t> order_;  ///< Tasks at points, the lightest first.
  std::size_t light_ = 0;             ///< What lies between the two is open.
  std::size_t heavy_ = 0;
  std::vector<SweepTask> edges_;
  std::size_t next_edge_ = 0;
  bool edges_known_ = false;
  std::vector<bool> done_;
  std::size_t points_left_ = 0;  ///< Tasks at points that are not done.
  std::size_t done_count_ = 0;
  std::map<std::size_t, Open> open_;
  std::map<std::size_t, Taken> taken_;
  std::map<std::size_t, Bytes> estimates_;  ///< By cell.
  std::optional<Bytes> share_;
  Bytes in_use_{};
  std::vector<Speed> speeds_;
  double weight_done_ = 0;
  double weight_all_ = 0;
  std::vector<std::optional<SweepEdge>> found_edges_;
  SweepOutcome outcome_;
  bool given_up_ = false;
};

/// What several threads do for one board. What one of them throws ends all of them.
class SweepWork {
 public:
  /// All must outlive it.
  SweepWork(SweepBoard& board, const SweepPlan& plan, const SweepOptions& options)
      : board_(board), plan_(plan), options_(options) {}

  /// Takes tasks and does them, until none is left. In any thread; does not throw.
  void serve(SweepBoard::End end) noexcept;
  /// Rethrows what one of them has thrown, if one has. To be called when all are done.
  void rethrow();

 private:
  SweepBoard& board_;
  const SweepPlan& plan_;
  const SweepOptions& options_;
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace spawnpoint
