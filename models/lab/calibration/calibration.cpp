// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/calibration/calibration.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

namespace spawnpoint {
namespace {

// A run that something else on the machine disturbed takes longer by more than this than the faster ones of its kind.
constexpr double kDisturbed = 0.25;

std::array<Cost*, kCostTerms> terms(Costs& costs, ExecutorCosts& executor) {
  return {&costs.syscall,      &costs.page_fault,     &costs.thread_create, &costs.create_jitter, &costs.stack_table,
          &costs.thread_start, &costs.thread_exit,    &costs.start_stall,   &costs.exit_stall,    &costs.stack_unmap,
          &costs.map,          &costs.context_switch, &costs.wakeup,        &costs.migration,     &costs.tick_interrupt,
          &costs.timer_slack,  &executor.task_spawn,  &executor.task_poll,  &executor.task_wake,  &executor.timer};
}

/// The first quartile: what else the machine does lengthens a run and never shortens it, so the faster ones show what
/// the work takes; the very fastest may have been lucky.
double undisturbed(std::vector<double> values) {
  const auto quarter = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 4);
  std::ranges::nth_element(values, quarter);
  return *quarter;
}

Duration nanoseconds(double value) {
  return std::isfinite(value) ? Duration(std::llround(std::max(value, 0.0))) : Duration{};
}

}  // namespace

void widen(CalibratedCosts& costs, int rounds, double share) {
  for (Cost* cost : terms(costs.costs, costs.executor)) {
    if (cost->interval == Duration::zero()) continue;
    const double fitted = std::sqrt(std::max(rounds, 1)) * static_cast<double>(std::int64_t{cost->interval.count()});
    cost->interval = nanoseconds(std::hypot(fitted, share * static_cast<double>(std::int64_t{cost->value.count()})));
  }
}

void CostFit::observe(const std::string& kind, CostSum sum, Duration observed) {
  if (observed <= Duration::zero()) return;
  observations_.push_back({kind, std::move(sum), static_cast<double>(observed.count())});
}

std::vector<const CostFit::Observation*> CostFit::undisturbed_ones() const {
  std::map<std::string, std::vector<double>> kinds;
  for (const Observation& seen : observations_) kinds[seen.kind].push_back(seen.observed);
  std::vector<const Observation*> good;
  for (const Observation& seen : observations_) {
    const double usual = undisturbed(kinds[seen.kind]);
    if (std::abs(seen.observed - usual) <= kDisturbed * usual) good.push_back(&seen);
  }
  return good;
}

LeastSquaresFit CostFit::fit_terms(const std::vector<const Observation*>& good,
                                   const std::vector<std::size_t>& columns) {
  LeastSquares squares(columns.size());
  std::vector<double> x(columns.size());
  for (const Observation* seen : good) {
    std::ranges::fill(x, 0.0);
    for (const auto& [term, times] : seen->sum) {
      const auto column = std::ranges::find(columns, static_cast<std::size_t>(term));
      if (column != columns.end()) x[static_cast<std::size_t>(column - columns.begin())] += times;
    }
    // What disturbs a run lengthens it in proportion.
    squares.add(x, seen->observed, 1.0 / (seen->observed * seen->observed));
  }
  return squares.fit(0.95);
}

CalibratedCosts CostFit::fit(const Costs& given) const {
  const std::vector<const Observation*> good = undisturbed_ones();
  std::array<bool, kCostTerms> observed{};
  for (const Observation* seen : good)
    for (const auto& [term, times] : seen->sum) observed[static_cast<std::size_t>(term)] |= times != 0;

  // A cost that would come out below zero is zero, and the others are fitted without it.
  std::array<double, kCostTerms> value{};
  std::array<double, kCostTerms> half_width{};
  double residual = 0;
  std::vector<std::size_t> columns;
  for (std::size_t term = 0; term < kCostTerms; ++term)
    if (observed[term]) columns.push_back(term);
  while (!columns.empty()) {
    const LeastSquaresFit fit = fit_terms(good, columns);
    residual = fit.residual_deviation;
    std::optional<std::size_t> lowest;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      value[columns[i]] = fit.coefficients[i].mean;
      half_width[columns[i]] = fit.coefficients[i].half_width;
      if (fit.coefficients[i].mean < 0 && (!lowest || fit.coefficients[i].mean < value[*lowest])) lowest = columns[i];
    }
    if (!lowest) break;
    value[*lowest] = 0;
    std::erase(columns, *lowest);
  }

  CalibratedCosts result;
  result.costs = given;
  result.residual = residual;
  result.observations = good.size();
  const auto cost = terms(result.costs, result.executor);
  for (std::size_t term = 0; term < kCostTerms; ++term)
    if (observed[term]) *cost[term] = {nanoseconds(value[term]), nanoseconds(half_width[term])};
  return result;
}

}  // namespace spawnpoint
