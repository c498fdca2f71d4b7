// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulation/process.hpp"

#include "core/simulation/simulation.hpp"

namespace spawnpoint {

void Process::promise_type::unhandled_exception() noexcept {
  simulation_->fail(std::current_exception());
}

}  // namespace spawnpoint
