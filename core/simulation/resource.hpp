// SPDX-License-Identifier: GPL-3.0-or-later
// Resource: a number of equal units (servers, locks, cores) for which simulated processes queue, first in, first out.
//
//     {
//       auto turn = co_await counter.acquire();
//       co_await simulation.delay(service);
//     }  // the unit goes to the next in the queue
#pragma once

#include <coroutine>
#include <cstddef>
#include <utility>

#include "core/simulation/simulation.hpp"
#include "core/simulation/wait_list.hpp"
#include "core/statistics/time_weighted.hpp"

namespace spawnpoint {

class Resource {
  // Lives as long as the resource or anyone who waits for a unit or holds one: processes may be destroyed, with the
  // simulation, after the resource was.
  struct State {
    State(Simulation& s, std::size_t n) : simulation{s}, capacity{n}, free{n}, queue{s.now()}, busy{s.now()} {}

    void leave() noexcept {
      if (--users == 0) delete this;
    }
    void give_back() noexcept;

    Simulation& simulation;
    std::size_t capacity;
    std::size_t free;
    std::size_t users = 1;
    WaitList waiting;
    TimeWeighted queue;
    TimeWeighted busy;
  };

 public:
  /// One unit, held until release() or until the holder dies. An empty one holds nothing.
  class [[nodiscard]] Unit {
   public:
    Unit() noexcept = default;
    Unit(Unit&& other) noexcept : state_{std::exchange(other.state_, nullptr)} {}
    Unit& operator=(Unit&& other) noexcept {
      if (this != &other) {
        release();
        state_ = std::exchange(other.state_, nullptr);
      }
      return *this;
    }
    ~Unit() { release(); }

    explicit operator bool() const noexcept { return state_ != nullptr; }
    /// The unit goes to the process that has waited longest; that resumes at this instant, after what is already due.
    void release() noexcept {
      if (!state_) return;
      State* const state = std::exchange(state_, nullptr);
      state->give_back();
      state->leave();
    }

   private:
    friend class Resource;
    explicit Unit(State& state) noexcept : state_{&state} {}  // its maker has counted it as a user

    State* state_ = nullptr;
  };

  class [[nodiscard]] Acquire : private WaitList::Waiter {
   public:
    explicit Acquire(State& state) noexcept : state_{state} {}
    Acquire(const Acquire&) = delete;
    Acquire& operator=(const Acquire&) = delete;
    ~Acquire() {
      if (queued() || woken()) [[unlikely]]
        abandon();
    }

    bool await_ready() const noexcept { return state_.free > 0; }
    void await_suspend(std::coroutine_handle<> waiting) {
      ++state_.users;
      state_.queue.add(state_.simulation.now(), 1);
      state_.waiting.append(*this, waiting);
    }
    inline Unit await_resume() noexcept;

   private:
    inline void abandon() noexcept;

    State& state_;
  };

  Resource(Simulation& simulation, std::size_t capacity) : state_{new State{simulation, capacity}} {}
  Resource(const Resource&) = delete;
  Resource& operator=(const Resource&) = delete;
  ~Resource() { state_->leave(); }

  /// `co_await` gives a Unit. Continues at once if a unit is free; nobody overtakes those who wait.
  Acquire acquire() { return Acquire{*state_}; }
  /// A unit if one is free, else an empty one.
  Unit try_acquire() { return state_->free > 0 ? take(*state_) : Unit{}; }

  std::size_t capacity() const noexcept { return state_->capacity; }
  std::size_t available() const noexcept { return state_->free; }
  std::size_t in_use() const noexcept { return state_->capacity - state_->free; }
  std::size_t waiting() const noexcept { return state_->waiting.size(); }

  /// Over time, from the resource's making or the last restart_statistics() (the end of a warm-up) until now.
  double mean_queue_length() const { return state_->queue.mean(state_->simulation.now()); }
  std::int64_t max_queue_length() const { return state_->queue.maximum(); }
  double utilisation() const {
    return state_->busy.mean(state_->simulation.now()) / static_cast<double>(state_->capacity);
  }
  void restart_statistics() {
    state_->queue.restart(state_->simulation.now());
    state_->busy.restart(state_->simulation.now());
  }

 private:
  static Unit take(State& state) noexcept {
    --state.free;
    ++state.users;
    state.busy.add(state.simulation.now(), 1);
    return Unit{state};
  }

  State* state_;
};

inline void Resource::State::give_back() noexcept {
  if (waiting.empty()) {
    ++free;
    busy.add(simulation.now(), -1);
  } else {
    // Handed over without ever being free, so that nobody snatches it before the one whose turn it is has resumed.
    queue.add(simulation.now(), -1);
    waiting.wake_first(simulation);
  }
}

// Its coroutine is destroyed.
inline void Resource::Acquire::abandon() noexcept {
  if (queued()) {
    state_.waiting.remove(*this);
    state_.queue.add(state_.simulation.now(), -1);
  } else {
    // Destroyed between being given a unit and resuming: it goes to the next.
    state_.simulation.cancel(ticket());
    state_.give_back();
  }
  state_.leave();
}

inline Resource::Unit Resource::Acquire::await_resume() noexcept {
  if (!woken()) return take(state_);
  resumed();
  return Unit{state_};
}

}  // namespace spawnpoint
