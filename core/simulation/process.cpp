// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulation/process.hpp"

#include "core/simulation/simulation.hpp"

namespace spawnpoint {

Process::promise_type::~promise_type() {
  if (!simulation_) return;
  if (older_) older_->younger_ = younger_;
  if (younger_) {
    younger_->older_ = older_;
  } else {
    simulation_->youngest_ = older_;
  }
}

void Process::promise_type::unhandled_exception() noexcept {
  simulation_->fail(std::current_exception());
}

}  // namespace spawnpoint
