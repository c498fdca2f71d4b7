// SPDX-License-Identifier: GPL-3.0-or-later
// Settings (--set KEY=VALUE) laid over a document. Afterwards they are read like the file's own keys, so every mistake
// in one is reported the same way, at its place in the setting.
#pragma once

#include <string_view>

#include "models/concurrency/join_all.hpp"
#include "models/concurrency/thread_per_job.hpp"
#include "models/document/diagnostics.hpp"
#include "models/document/document.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint {

/// `a.b.c`; list items count from 1: `run[1].threads`. `run.KEY` means every run, `run.NAME.KEY` those of that label
/// (which may be one that the file leaves out, as "thread_pool 2") or concurrency model.
void apply_setting(Node& root, const Setting& setting, Diagnostics& out);

/// A node as the value of a setting: `100`, `512KiB`, `[1000, 300]`.
std::string setting_text(const Node& node);

/// The runs of a scenario that names none: the two that the article is about.
inline constexpr std::string_view kDefaultRuns[] = {concurrency::ThreadPerJob::traits.name,
                                                    concurrency::JoinAll::traits.name};

}  // namespace spawnpoint
