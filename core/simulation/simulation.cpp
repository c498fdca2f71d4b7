// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulation/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/coroutine/resume.hpp"

namespace spawnpoint {

Simulation::~Simulation() {
  // Destroying a frame runs the destructors of its locals, which may end other processes or cancel timers.
  while (youngest_) std::coroutine_handle<Process::promise_type>::from_promise(*youngest_).destroy();
  for (const std::uintptr_t word : slots_) {
    if (word != kCancelled && (word & kTagMask) == 0) reinterpret_cast<Timer*>(word)->simulation_ = nullptr;
  }
}

void Simulation::spawn(Process process) {
  Process::promise_type& promise = process.handle_.promise();
  post(process.handle_);
  process.handle_ = nullptr;
  promise.simulation_ = this;
  promise.older_ = youngest_;
  if (youngest_) youngest_->younger_ = &promise;
  youngest_ = &promise;
}

bool Simulation::step() {
  while (!ring_.empty() || advance(kNeverTicks - 1)) {
    const std::uint32_t slot = ring_.front();
    ring_.pop();
    if (fire(slot)) {
      rethrow_failure();
      return true;
    }
  }
  return false;
}

bool Simulation::run_until(Instant until, std::stop_token stop) {
  check_not_past(until);
  const bool finished = run_events(until, stop);
  if (finished && until != kNever) now_ = ticks(until);
  return finished;
}

bool Simulation::run_events(Instant until, std::stop_token& stop) {
  constexpr std::uint64_t kEventsBetweenPolls = 4096;
  const std::uint64_t last = std::min(ticks(until), kNeverTicks - 1);
  std::uint64_t next_poll = events_;
  interrupted_ = false;
  for (;;) {
    if (events_ >= next_poll) {
      if (stop.stop_requested()) return false;
      next_poll = events_ + kEventsBetweenPolls;
    }
    if (ring_.empty() && !advance(last)) return true;
    const std::uint32_t slot = ring_.front();
    ring_.pop();
    fire(slot);
    if (interrupted_) {
      rethrow_failure();
      return false;
    }
  }
}

// Sets the clock to the next event's time and moves everything that is due then into the ring.
bool Simulation::advance(std::uint64_t until) {
  while (!queue_.empty()) {
    const EventKey key = queue_.top();
    if (key.time() > until) return false;
    queue_.pop();
    if (is_cancelled(key.slot())) {
      discard(key.slot());
      continue;
    }
    now_ = key.time();
    ring_.push(key.slot());
    while (!queue_.empty() && queue_.top().time() == now_) {
      ring_.push(queue_.top().slot());
      queue_.pop();
    }
    return true;
  }
  return false;
}

bool Simulation::fire(std::uint32_t slot) {
  const std::uintptr_t word = release_slot(slot);
  if (word == kCancelled) {
    --cancelled_;
    return false;
  }
  ++events_;
  if (word & kCoroutineTag) {
    resume(std::coroutine_handle<>::from_address(reinterpret_cast<void*>(word & ~kTagMask)));
  } else {
    Timer& timer = *reinterpret_cast<Timer*>(word);
    timer.simulation_ = nullptr;
    timer.fire_(timer);
  }
  return true;
}

void Simulation::rethrow_failure() {
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

Instant Simulation::next_event_time() {
  while (!ring_.empty() && is_cancelled(ring_.front())) {
    discard(ring_.front());
    ring_.pop();
  }
  if (!ring_.empty()) return now();
  while (!queue_.empty() && is_cancelled(queue_.top().slot())) {
    discard(queue_.top().slot());
    queue_.pop();
  }
  if (queue_.empty()) return kNever;
  return Instant{Duration{static_cast<Duration::rep>(queue_.top().time())}};
}

// Timers that are re-armed or cancelled long before they are due would fill the queue with dead keys. Sweeping when
// they are the majority costs a constant an event.
void Simulation::sweep() noexcept {
  const auto discard_if_cancelled = [this](std::uint32_t slot) {
    if (!is_cancelled(slot)) return false;
    discard(slot);
    return true;
  };
  queue_.erase_if(discard_if_cancelled);
  ring_.erase_if(discard_if_cancelled);
}

std::uint32_t Simulation::grow_slots(std::uintptr_t word) {
  if (slots_.size() >= std::size_t{1} << EventKey::kSlotBits) throw_too_many();
  slots_.push_back(word);
  return static_cast<std::uint32_t>(slots_.size() - 1);
}

void Simulation::throw_past(Instant at) const {
  throw std::invalid_argument{
      fmt::format("an event was scheduled at {} ns, but it is {} ns already", at.time_since_epoch().count(), now_)};
}

void Simulation::throw_too_many() {
  throw std::length_error{fmt::format("more than {} events are scheduled at once", 1U << EventKey::kSlotBits)};
}

}  // namespace spawnpoint
