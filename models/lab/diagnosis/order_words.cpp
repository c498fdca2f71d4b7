// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/order_words.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "models/lab/diagnosis/explain.hpp"

namespace spawnpoint {
namespace {

bool ascends(const Column<std::uint32_t>& orders) {
  std::uint32_t last = 0;
  for (const std::uint32_t order : orders) {
    if (order == 0) continue;  // No such line.
    if (order < last) return false;
    last = order;
  }
  return true;
}

bool several(const Column<std::uint32_t>& orders) {
  return std::ranges::count_if(orders, [](std::uint32_t order) { return order > 0; }) > 1;
}

std::string words_of(const InOrder& seen, bool ended) {
  if (!ended)
    return seen.starts ? "started in the order of their numbers" : "started in another order than their numbers'";
  if (seen.starts && seen.ends) return "started and ended in the order of their numbers";
  if (seen.starts) return "started in the order of their numbers and ended in another";
  if (seen.ends) return "ended in the order of their numbers, though they started in another";
  return "started and ended in another order than that of their numbers";
}

}  // namespace

InOrder observed_order(const Trace& trace) {
  return {.starts = ascends(trace.jobs.start_order), .ends = ascends(trace.jobs.end_order)};
}

void tell_order(Diagnosis& diagnosis, const ConcurrencyModel& model, std::span<const RunResult* const> results) {
  if (model.order_words.empty() || (model.order.starts && model.order.ends)) return;
  std::optional<std::string> last;
  std::string text;
  for (const RunResult* result : results) {
    if (result == nullptr || !result->trace || !result->error.empty()) continue;
    const JobTable& jobs = result->trace->jobs;
    if (!several(jobs.start_order)) continue;
    const InOrder seen = observed_order(*result->trace);
    const char* const where = result->world == WorldKind::live ? "Live" : "In the model";
    const std::string words = words_of(seen, several(jobs.end_order));
    text = last == words ? fmt::format("In both worlds the jobs {}. ", words)
                         : text + fmt::format("{} the jobs {}. ", where, words);
    last = words;
  }
  if (last) add(diagnosis, text + std::string(model.order_words));
}

}  // namespace spawnpoint
