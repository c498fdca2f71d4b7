// SPDX-License-Identifier: GPL-3.0-or-later
// AfterTask: what happens when a task ends, in one word, since each job of a million carries it in its frame.
#pragma once

#include <cassert>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <utility>

namespace spawnpoint {

/// Is notified when a task ends: for owners that are not coroutines. The task keeps its result.
class Completion {
 public:
  /// Called in the task's final suspension; the task may be destroyed in here. Returns the coroutine to continue with,
  /// std::noop_coroutine() if there is none.
  virtual std::coroutine_handle<> done() noexcept = 0;

 protected:
  ~Completion() = default;
};

namespace detail {

struct JoinChunk;
inline constexpr std::uint16_t kMaxJoinPlaces = 4096;

/// A child of a JoinSet: the chunk of its set that lists it, and its place there.
struct JoinedChild {
  JoinChunk* chunk;
  std::uint16_t place;
};

/// The child has ended and its frame will be gone at once. False for the last one while somebody waits for the set:
/// nothing has happened then, its frame has to go first, and child_done() says who continues.
bool child_leaves(JoinedChild child) noexcept;
/// The child's frame is gone. Returns who continues.
std::coroutine_handle<> child_done(JoinedChild child) noexcept;
void child_failed(JoinedChild child, std::exception_ptr error) noexcept;

class AfterTask {
 public:
  enum Kind : std::uintptr_t { nothing = 0, continuation = 1, completion = 2, join = 3 };

  AfterTask() noexcept = default;
  AfterTask(const AfterTask&) = delete;
  AfterTask& operator=(const AfterTask&) = delete;
  ~AfterTask() {
    if ((word_ & kFailed) != 0) delete failure();
  }

  void set(std::coroutine_handle<> next) { set(pack(next.address()) | continuation); }
  void set(Completion& target) { set(pack(&target) | completion); }
  void set(JoinedChild child) { set(pack(child.chunk) | std::uintptr_t{child.place} << kPlaceShift | join); }
  void mark_started() { word_ |= kStarted; }
  /// Keeps the exception for the awaiter; a joined child's goes to its set.
  void fail(std::exception_ptr error) {
    if (kind() == join) return child_failed(joined_child(), std::move(error));
    // Failing is rare, so it is what allocates.
    word_ = pack(new Failure{word_, std::move(error)}) | kFailed;
  }
  /// At the task's end: whether that was all and the frame can go, without anyone to hand the thread to.
  bool leaves_quietly() const noexcept { return kind() == join && child_leaves(joined_child()); }
  /// Null where it has not failed.
  std::exception_ptr error() const noexcept { return (word_ & kFailed) != 0 ? failure()->error : nullptr; }
  void rethrow_failure() const {
    if ((word_ & kFailed) != 0) std::rethrow_exception(failure()->error);
  }

  bool started() const { return (word() & kStarted) != 0; }
  Kind kind() const { return static_cast<Kind>(word() & kKind); }
  std::coroutine_handle<> handle() const { return std::coroutine_handle<>::from_address(unpack(word())); }
  Completion& completion_target() const { return *static_cast<Completion*>(unpack(word())); }
  JoinedChild joined_child() const {
    return {static_cast<JoinChunk*>(unpack(word_)),
            static_cast<std::uint16_t>((word_ >> kPlaceShift) % kMaxJoinPlaces)};
  }

 private:
  struct Failure {
    std::uintptr_t word;
    std::exception_ptr error;
  };
  static constexpr std::uintptr_t kKind = 3;
  static constexpr std::uintptr_t kStarted = 4;
  static constexpr std::uintptr_t kFailed = 8;
  // The word: 48 bits of pointer (no system maps user memory higher unless asked to), 12 of place, 4 of flags.
  static constexpr int kPlaceShift = 4;
  static constexpr int kPointerShift = 16;

  static std::uintptr_t pack(const void* pointer) {
    const auto bits = reinterpret_cast<std::uintptr_t>(pointer);
    assert(bits >> 48 == 0);
    return bits << kPointerShift;
  }
  static void* unpack(std::uintptr_t word) { return reinterpret_cast<void*>(word >> kPointerShift); }

  void set(std::uintptr_t word) { word_ = word | (word_ & kStarted); }
  Failure* failure() const { return static_cast<Failure*>(unpack(word_)); }
  std::uintptr_t word() const { return (word_ & kFailed) != 0 ? failure()->word : word_; }

  std::uintptr_t word_ = 0;
};

}  // namespace detail
}  // namespace spawnpoint
