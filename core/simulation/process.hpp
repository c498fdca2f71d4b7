// SPDX-License-Identifier: GPL-3.0-or-later
// A simulated process: a coroutine that lives in virtual time. Comes with simulation.hpp, which has its inline parts.
//
//     Process customer(Simulation& simulation, Resource& counter) {
//       auto turn = co_await counter.acquire();
//       co_await simulation.delay(3min);
//     }
//     simulation.spawn(customer(simulation, counter));
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>

#include "core/coroutine/frame_arena.hpp"

namespace spawnpoint {

class Simulation;

/// Made lazily; Simulation::spawn starts it and owns it from then on. It may await anything: delays, resources, tasks.
class [[nodiscard]] Process {
 public:
  class promise_type {
   public:
    static void* operator new(std::size_t size) { return FrameArena::current().allocate(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { FrameArena::deallocate(frame, size); }

    promise_type() noexcept = default;
    promise_type(const promise_type&) = delete;
    promise_type& operator=(const promise_type&) = delete;
    inline ~promise_type();

    Process get_return_object() noexcept { return Process{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    // Not suspending at the end frees the frame there.
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() noexcept;

   private:
    friend class Simulation;

    Simulation* simulation_ = nullptr;  // set once it is spawned
    promise_type* older_ = nullptr;
    promise_type* younger_ = nullptr;
  };

  Process(Process&& other) noexcept : handle_{std::exchange(other.handle_, nullptr)} {}
  Process& operator=(Process&&) = delete;
  ~Process() {
    if (handle_) handle_.destroy();
  }

 private:
  friend class Simulation;
  explicit Process(std::coroutine_handle<promise_type> handle) noexcept : handle_{handle} {}

  std::coroutine_handle<promise_type> handle_;
};

}  // namespace spawnpoint
