// SPDX-License-Identifier: GPL-3.0-or-later
// The [[run]] tables of a document: what each is called, and which of them are wanted. Runs that a file does not write
// out (it has none, or one is asked for by name) become tables too, so that settings apply to all alike.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/concurrency/join_all.hpp"
#include "models/concurrency/thread_per_job.hpp"
#include "models/document/diagnostics.hpp"
#include "models/document/document.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint {

/// The runs of a scenario that names none.
inline constexpr std::string_view kDefaultRuns[] = {concurrency::ThreadPerJob::traits.name,
                                                    concurrency::JoinAll::traits.name};

inline constexpr std::size_t kMostNamed = 20;  ///< Runs or models in a message.

/// The list of runs; made, with the default ones, where the document has none. It may be anything but a list, which the
/// reader reports.
Node& run_list(Node& root);

/// What each run of a list is called: its label, or its concurrency model's name, from the second run of that name on
/// with a number: "thread_pool 2". Empty where a run has neither.
std::vector<std::string> run_labels(const Node& list);

/// Whether a run is meant by `name`: by its label, or by its concurrency model's name, which may be those of others
/// too. The first run of a model, whose label is the model's name, is also called "thread_pool 1".
bool is_called(std::string_view name, std::string_view concurrency, std::string_view label);
/// What a run is called and no other of `list`: the model's name only where there is one such run.
std::string only_name(const Node& list, std::size_t run);
/// Whether it is meant by one of `names`; empty: all runs are.
bool is_wanted(std::span<const std::string> names, std::string_view concurrency, std::string_view label);

/// Adds a run for each of `names` that no run is called: of that concurrency model, with its defaults. A name that is
/// not a model's is an error of the option --concurrency.
void add_missing_runs(Node& root, std::span<const std::string> names, Diagnostics& out);

}  // namespace spawnpoint
