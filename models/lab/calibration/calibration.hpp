// SPDX-License-Identifier: GPL-3.0-or-later
// Calibration, the arithmetic of it: what was observed on a machine, as sums of the costs of a profile, and the costs
// that explain all of it best. Where the observations come from is models/lab/calibration/calibrate.hpp's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "core/statistics/least_squares.hpp"
#include "models/machine/profile.hpp"

namespace spawnpoint {

/// The costs that calibration fits: the profile's `costs.*` that are times, then `executor.*`.
enum class CostTerm : std::uint8_t {
  syscall,
  page_fault,
  thread_create,
  create_jitter,
  stack_table,
  thread_start,
  thread_exit,
  start_stall,
  exit_stall,
  stack_unmap,
  map,
  context_switch,
  wakeup,
  migration,
  tick_interrupt,
  timer_slack,
  task_spawn,
  task_poll,
  task_wake,
  timer
};
inline constexpr std::size_t kCostTerms = 20;

/// How many times each cost is in an observed time.
using CostSum = std::vector<std::pair<CostTerm, double>>;

/// What kept the machine busy beside a calibration.
struct Noise {
  double spread = 0;  ///< By how much the slowest of several equal spins took longer than the fastest, as a share.
  double stolen = 0;  ///< Share of all CPU time that the hypervisor gave to others,
  double others = 0;  ///< and that other processes used.
};

struct CalibratedCosts {
  Costs costs;  ///< With 95% confidence intervals. What was never observed is as it was given.
  ExecutorCosts executor;
  double residual = 0;  ///< What the fit leaves unexplained of an observation, as a share of it: standard deviation.
  std::size_t observations = 0;
  Noise noise;
};

/// Makes each interval wide enough for a calibration at another moment. The rounds of one share the state that the
/// machine is in, so together they tell no more than one of them; and the whole machine may be faster or slower by such
/// a share then.
void widen(CalibratedCosts& costs, int rounds, double share);

class CostFit {
 public:
  /// Observations of one kind share a name: one that is far from the others of its kind is left out.
  void observe(const std::string& kind, CostSum sum, Duration observed);

  /// Weighted least squares of relative errors; no cost is below zero. `given` has the sizes, and what is kept where
  /// nothing was observed.
  CalibratedCosts fit(const Costs& given) const;

 private:
  struct Observation {
    std::string kind;
    CostSum sum;
    double observed;  ///< Nanoseconds.
  };
  std::vector<const Observation*> undisturbed_ones() const;
  /// Of these terms alone.
  static LeastSquaresFit fit_terms(const std::vector<const Observation*>& good,
                                   const std::vector<std::size_t>& columns);

  std::vector<Observation> observations_;
};

}  // namespace spawnpoint
