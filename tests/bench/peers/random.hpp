// SPDX-License-Identifier: GPL-3.0-or-later
// Our random numbers for the peers, so that none is slower or faster for its own; compiled apart, as not every peer's
// headers are of our C++.
#pragma once

namespace bench {

/// A stream of exponentially distributed numbers with mean 1.
double exponential();

}  // namespace bench
