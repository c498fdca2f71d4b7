// SPDX-License-Identifier: GPL-3.0-or-later
// Durations and sizes back into the text that parse_duration and parse_bytes read: exact, in the largest unit that
// fits.
#pragma once

#include <string>

#include "core/units.hpp"

namespace spawnpoint {

std::string duration_text(Duration duration);  ///< "15us", "1500ms"
std::string bytes_text(Bytes bytes);           ///< "512MiB", "5824B"

}  // namespace spawnpoint
