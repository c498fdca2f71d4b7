// SPDX-License-Identifier: GPL-3.0-or-later
// A number that stands for a whole Trace: "same seed, same trace" is one comparison, and a change of behaviour is seen.
#pragma once

#include <cstdint>

#include "core/trace/trace.hpp"

namespace spawnpoint {

/// Covers every row of every table, the series and marks included. The same on every machine and compiler; it may
/// change with the version of Spawnpoint only when the record itself does.
std::uint64_t fingerprint(const Trace& trace);

}  // namespace spawnpoint
