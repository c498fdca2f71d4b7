// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulation/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
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

// What is rare ends in a call of its own, so that the common path saves few registers.
std::uint32_t Simulation::enqueue(std::uintptr_t word, Instant at) {
  if (free_slot_ == kNoSlot) [[unlikely]]
    return enqueue_with_new_slot(word, at);
  // Taken last: where there is no memory for the key, nothing is scheduled.
  const std::uint32_t slot = free_slot_;
  if (ticks(at) != now_) {
    queue_.push(ticks(at), slot);
  } else {
    // No key in the queue is at the present instant (advance() has moved them all), so the ring's order is the order of
    // scheduling.
    ring_.push(slot_word(slot));
  }
  return take_slot(word);
}

std::uint32_t Simulation::enqueue_with_new_slot(std::uintptr_t word, Instant at) {
  if (slots_.size() >= std::size_t{1} << EventKey::kSlotBits) throw_too_many();
  slots_.push_back(std::uintptr_t{kNoSlot} << 2 | kFreeTag);
  free_slot_ = static_cast<std::uint32_t>(slots_.size() - 1);
  return enqueue(word, at);
}

inline bool Simulation::fire(std::uintptr_t word) {
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

bool Simulation::step() {
  pass_until_ = 0;
  for (;;) {
    const std::uintptr_t word = take_next(kNeverTicks - 1);
    if (word == kNothing) return false;
    if (fire(word)) {
      rethrow_failure();
      return true;
    }
  }
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
  for (;;) {
    if (stop.stop_requested()) return false;
    switch (run_batch(last, kEventsBetweenPolls)) {
      case Pause::nothing_left:
        return true;
      case Pause::interrupted:
        return false;
      case Pause::batch_end:
        break;
    }
  }
}

bool Simulation::run_some(std::uint64_t events) {
  return run_batch(kNeverTicks - 1, events) == Pause::batch_end;
}

Simulation::Pause Simulation::run_batch(std::uint64_t last, std::uint64_t events) {
  rethrow_failure();  // Of a cancel() since the last one.
  ring_.trim();
  interrupted_ = false;
  batch_end_ = events_ + events;
  pass_until_ = last;
  while (events_ < batch_end_) {
    const std::uintptr_t word = take_next(last);
    if (word == kNothing) return Pause::nothing_left;
    fire(word);
  }
  if (!interrupted_) return Pause::batch_end;
  rethrow_failure();
  return Pause::interrupted;
}

// Sets the clock to the next event's time. Gives the first that is due then, and moves the others into the ring.
std::uintptr_t Simulation::advance(std::uint64_t until) {
  const auto fetch = [this](const EventKey& key) {
    const auto* const memory = reinterpret_cast<const char*>(slots_[key.slot()] & ~kTagMask);
    __builtin_prefetch(memory, 1);
    __builtin_prefetch(memory + 64, 1);
  };
  const EventKey* key = queue_.peek(fetch);
  while (key && key->time() <= until) {
    const std::uint32_t slot = key->slot();
    const std::uint64_t time = key->time();
    queue_.pop();
    if (is_cancelled(slot)) {
      discard(slot);
      key = queue_.peek(fetch);
      continue;
    }
    now_ = time;
    for (key = queue_.peek(fetch); key && key->time() == time; key = queue_.peek(fetch)) {
      ring_.push(slot_word(key->slot()));
      queue_.pop();
    }
    return release_slot(slot);
  }
  return kNothing;
}

void Simulation::rethrow_failure() {
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

Instant Simulation::next_event_time() {
  while (!ring_.empty() && is_slot(ring_.front()) && is_cancelled(slot_of(ring_.front()))) {
    discard(slot_of(ring_.front()));
    ring_.pop();
  }
  if (!ring_.empty()) return now();
  const EventKey* key = queue_.peek();
  while (key && is_cancelled(key->slot())) {
    discard(key->slot());
    queue_.pop();
    key = queue_.peek();
  }
  if (!key) return kNever;
  return Instant{Duration{static_cast<Duration::rep>(key->time())}};
}

// Timers that are re-armed or cancelled long before they are due would fill the queue with dead keys. Sweeping when
// they are the majority costs a constant per event.
void Simulation::sweep() noexcept {
  const auto discard_if_cancelled = [this](std::uint32_t slot) {
    if (!is_cancelled(slot)) return false;
    discard(slot);
    return true;
  };
  try {
    queue_.erase_if(discard_if_cancelled);
    ring_.erase_if([&](std::uintptr_t word) { return is_slot(word) && discard_if_cancelled(slot_of(word)); });
  } catch (const std::bad_alloc&) {
    // Keys may be gone with it, so the run is over. Whoever cancels cannot be told; who runs it can.
    fail(std::current_exception());
  }
}

void Simulation::throw_past(Instant at) const {
  throw std::invalid_argument{
      fmt::format("an event was scheduled at {} ns, but it is {} ns already", at.time_since_epoch().count(), now_)};
}

void Simulation::throw_too_many() {
  throw std::length_error{fmt::format("more than {} events are scheduled at once", 1U << EventKey::kSlotBits)};
}

}  // namespace spawnpoint
