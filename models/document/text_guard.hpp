// SPDX-License-Identifier: GPL-3.0-or-later
// Looks over an untrusted text before the TOML parser sees it: size, encoding, depth and number of values.
#pragma once

#include "models/document/diagnostics.hpp"

namespace spawnpoint {

/// False, with one diagnostic, where the text is too large, holds bytes that are not text, nests deeper than any
/// scenario does, or holds more values than any scenario needs. What passes can be parsed in bounded stack and memory.
bool guard_text(const SourceText& source, Diagnostics& out);

}  // namespace spawnpoint
