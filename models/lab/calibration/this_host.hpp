// SPDX-License-Identifier: GPL-3.0-or-later
// The machine "host" of scenario files: what is read from this host, and the costs, which cannot be read: from the
// calibration of this host that was saved, else from the shipped profile `defaults`.
#pragma once

#include "models/machine/host/host.hpp"

namespace spawnpoint {

/// Reads it again. Where the profile `defaults` cannot be loaded its costs are zero, and `missing` says so.
HostReport this_host();

}  // namespace spawnpoint
