// SPDX-License-Identifier: GPL-3.0-or-later
// Scenarios whose runs are advised on, for the tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/lab/diagnosis/advice.hpp"
#include "models/result/result.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint::advice_tests {

/// Enough for every candidate of these tests.
inline const AdviceOptions kPatient{.work = 1'000'000'000};

std::optional<Scenario> read(const ScenarioSource& source);
/// Not recorded.
RunResult modeled(const Scenario& scenario, std::size_t run);
/// All its jobs are.
bool is_done(const RunResult& result);
/// For the first run of the text.
std::vector<Suggestion> advice_of(const std::string& text, const AdviceOptions& options = kPatient);
/// The first one of this concurrency; null if there is none.
const Suggestion* find(const std::vector<Suggestion>& suggestions, std::string_view concurrency);

}  // namespace spawnpoint::advice_tests
