// SPDX-License-Identifier: GPL-3.0-or-later
// resume() and transfer(): how one coroutine hands the thread to another without growing the stack.
#pragma once

#include <coroutine>

// Symmetric transfer is a tail call only in optimized code; without optimization and under the sanitizers each hop
// would keep its stack frame, and a loop of awaits would end in a stack overflow.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SPAWNPOINT_TRAMPOLINE 1
#endif
#endif
#if !defined(SPAWNPOINT_TRAMPOLINE)
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SPAWNPOINT_TRAMPOLINE 0
#else
#define SPAWNPOINT_TRAMPOLINE 1
#endif
#endif

namespace spawnpoint {

#if SPAWNPOINT_TRAMPOLINE

namespace detail {
struct Trampoline {
  std::coroutine_handle<> next;
  inline static constinit thread_local Trampoline* current = nullptr;
};
}  // namespace detail

/// Runs `coroutine`, and those that it hands over to, until one really suspends. Everything that resumes a coroutine
/// does it with this function, never with handle.resume().
inline void resume(std::coroutine_handle<> coroutine) noexcept {
  detail::Trampoline here;
  detail::Trampoline* const outer = detail::Trampoline::current;
  detail::Trampoline::current = &here;
  while (coroutine) {
    here.next = nullptr;
    coroutine.resume();
    coroutine = here.next;
  }
  detail::Trampoline::current = outer;
}

/// What an awaiter's await_suspend returns in order to continue with `next`.
inline std::coroutine_handle<> transfer(std::coroutine_handle<> next) noexcept {
  if (detail::Trampoline::current == nullptr) return next;
  detail::Trampoline::current->next = next;
  return std::noop_coroutine();
}

#else

inline void resume(std::coroutine_handle<> coroutine) noexcept {
  coroutine.resume();
}
inline std::coroutine_handle<> transfer(std::coroutine_handle<> next) noexcept {
  return next;
}

#endif

}  // namespace spawnpoint
