// SPDX-License-Identifier: GPL-3.0-or-later
// The discrete-event engine: a virtual clock that jumps from event to event.
//
// The ordering promise: events happen in order of time. At equal times they happen strictly first in, first out, in
// the order in which they were scheduled, whatever their kind (timers, delays, posted coroutines, spawned processes).
// Re-arming a timer counts as scheduling it again. A cancelled event neither happens nor moves the clock.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/memory/huge_page_allocator.hpp"
#include "core/simulation/event_queue.hpp"
#include "core/simulation/instant_ring.hpp"
#include "core/simulation/process.hpp"
#include "core/units.hpp"

namespace spawnpoint {

class Simulation;

/// An event to embed in an object of one's own: scheduling it allocates nothing. Find the object again by
/// inheritance: `static_cast<MyEvent&>(timer)`. It disarms itself when it is destroyed.
class Timer {
 public:
  using Fire = void (*)(Timer&);

  /// `fire` is called at the due instant. The timer is disarmed by then, so it may be re-armed or destroyed in there.
  explicit Timer(Fire fire) noexcept : fire_{fire} {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  inline ~Timer();

  bool armed() const noexcept { return simulation_ != nullptr; }
  /// kNever while not armed.
  Instant due() const noexcept { return armed() ? due_ : kNever; }

 private:
  friend class Simulation;

  Fire fire_;
  Simulation* simulation_ = nullptr;
  Instant due_ = kNever;
  std::uint32_t slot_ = 0;
};

/// Names an event that resumes a coroutine, for the awaiters that must take it back when their coroutine is destroyed.
/// Valid from scheduling until the coroutine is resumed.
class ResumeTicket {
 public:
  ResumeTicket() = default;
  bool pending() const noexcept { return slot_ != kNone; }

 private:
  friend class Simulation;
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  explicit ResumeTicket(std::uint32_t slot) noexcept : slot_{slot} {}

  std::uint32_t slot_ = kNone;
};

/// What `co_await simulation.delay(d)` waits on. Destroying the waiting coroutine takes the event back.
class [[nodiscard]] DelayAwaiter {
 public:
  DelayAwaiter(Simulation& simulation, Instant until) noexcept
      : simulation_{simulation}, state_{static_cast<std::uint64_t>(until.time_since_epoch().count())} {}
  DelayAwaiter(const DelayAwaiter&) = delete;
  DelayAwaiter& operator=(const DelayAwaiter&) = delete;
  inline ~DelayAwaiter();

  bool await_ready() const noexcept { return false; }
  inline void await_suspend(std::coroutine_handle<> waiting);
  void await_resume() noexcept { state_ = 0; }

 private:
  // One word, as each waiting process has it: until when, and once that is scheduled, the flag and the event's slot.
  static constexpr std::uint64_t kScheduled = std::uint64_t{1} << 63;

  Simulation& simulation_;
  std::uint64_t state_;
};

class Simulation {
 public:
  Simulation() = default;
  /// Tests start the sequence numbers close to where they run out.
  explicit Simulation(std::uint64_t first_sequence) : queue_{first_sequence} {}
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  /// Destroys the processes that have not ended, youngest first, and disarms every timer.
  ~Simulation();

  Instant now() const noexcept { return Instant{Duration{static_cast<Duration::rep>(now_)}}; }

  /// Arms the timer, again if it is armed. Throws std::invalid_argument where `at` has passed. An event at kNever
  /// stays armed and does not happen.
  void schedule(Timer& timer, Instant at) {
    check_not_past(at);
    if (timer.armed()) cancel(timer);
    timer.slot_ = enqueue(reinterpret_cast<std::uintptr_t>(&timer), at);
    timer.due_ = at;
    timer.simulation_ = this;
  }

  /// Disarms the timer; nothing happens if it is not armed.
  void cancel(Timer& timer) noexcept {
    if (!timer.armed()) return;
    timer.simulation_ = nullptr;
    drop(timer.slot_);
  }

  /// Awaitable. `delay(0)` lets everything go first that is already due now. Throws std::invalid_argument for a
  /// negative delay; one that reaches beyond the end of time waits forever.
  DelayAwaiter delay(Duration d) {
    const Instant until = now() + d;
    check_not_past(until);
    return DelayAwaiter{*this, until};
  }

  /// Resumes the coroutine at the current instant, after what is already due now. It must live until then.
  void post(std::coroutine_handle<> coroutine) { ring_.push(resumption(coroutine)); }

  /// For awaiters: the same with a ticket, by which a destroyed coroutine takes its resumption back.
  ResumeTicket schedule_resume(std::coroutine_handle<> coroutine, Instant at) {
    return ResumeTicket{enqueue(resumption(coroutine), at)};
  }
  /// At the current instant, after what is already due now.
  ResumeTicket schedule_resume(std::coroutine_handle<> coroutine) {
    if (free_slot_ == kNoSlot) [[unlikely]]
      return schedule_resume(coroutine, now());
    ring_.push(slot_word(free_slot_));
    return ResumeTicket{take_slot(resumption(coroutine))};
  }
  void cancel(ResumeTicket& ticket) noexcept {
    if (ticket.pending()) drop(ticket.slot_);
    ticket = ResumeTicket{};
  }

  /// Starts the process at the current instant, after what is already due now. It lives until it ends or until the
  /// simulation is destroyed. What it throws comes out of run().
  void spawn(Process process) {
    const auto handle = std::exchange(process.handle_, nullptr);
    Process::promise_type& promise = handle.promise();
    promise.simulation_ = this;
    promise.older_ = youngest_;
    if (youngest_) youngest_->younger_ = &promise;
    youngest_ = &promise;
    post(handle);
  }

  /// For an event whose last act would be to schedule another one at `at`, not before now: where that one would be the
  /// next to happen, it counts as happened and the clock is set to it, and the caller continues with it at once. False:
  /// it has to be scheduled.
  bool pass_to(Instant at) noexcept {
    const std::uint64_t time = ticks(at);
    if (time > pass_until_ || events_ >= batch_end_ || !ring_.empty() || !queue_.nothing_until(time)) return false;
    now_ = time;
    ++events_;
    return true;
  }

  /// Lets one event happen. False if there is none left.
  bool step();
  /// Runs until no event is left, or until stopped. Returns false if it was stopped; it can then be run again.
  bool run(std::stop_token stop = {}) { return run_events(kNever, stop); }
  /// Runs every event up to and including `until`, then sets the clock there (unless it was stopped).
  bool run_until(Instant until, std::stop_token stop = {});
  /// Runs until this many more events have happened. Returns false if none is left, or if it was stopped.
  bool run_some(std::uint64_t events);
  /// Called from within an event: run() returns after it.
  void stop() noexcept {
    interrupted_ = true;
    batch_end_ = 0;
  }

  /// kNever if nothing is left to happen. Not const: it drops the cancelled events that it meets.
  Instant next_event_time();
  /// Events that have happened.
  std::uint64_t events() const noexcept { return events_; }
  /// Events that are scheduled and not cancelled.
  std::size_t pending() const noexcept { return scheduled_keys() - cancelled_; }
  /// The same with the cancelled ones that still take memory: at most twice as many as pending(), beyond a few.
  std::size_t scheduled_keys() const noexcept { return queue_.size() + ring_.size(); }

 private:
  friend class DelayAwaiter;
  friend class Process::promise_type;

  // A slot stands for one scheduled event, wherever its key is: the key stays where it is when the event is cancelled
  // or its timer dies, and is dropped when it comes up. A slot's word is a Timer* (the two low bits 00), a coroutine's
  // address (01), the next free slot (10), or kCancelled. The ring's words are slots (11), or coroutines where nobody
  // can take the event back.
  static constexpr std::uintptr_t kCancelled = 0;
  static constexpr std::uintptr_t kCoroutineTag = 1;
  static constexpr std::uintptr_t kFreeTag = 2;
  static constexpr std::uintptr_t kSlotTag = 3;
  static constexpr std::uintptr_t kTagMask = 3;
  static constexpr std::uintptr_t kNothing = kFreeTag;  // no event's word
  static constexpr std::uint32_t kNoSlot = ~std::uint32_t{0};
  static constexpr std::uint64_t kNeverTicks = static_cast<std::uint64_t>(Instant::max().time_since_epoch().count());

  static std::uintptr_t resumption(std::coroutine_handle<> coroutine) noexcept {
    return reinterpret_cast<std::uintptr_t>(coroutine.address()) | kCoroutineTag;
  }
  static std::uint64_t ticks(Instant t) noexcept { return static_cast<std::uint64_t>(t.time_since_epoch().count()); }

  void check_not_past(Instant at) const {
    if (at < now()) throw_past(at);
  }
  [[noreturn]] void throw_past(Instant at) const;
  [[noreturn]] static void throw_too_many();

  /// There is a free one.
  std::uint32_t take_slot(std::uintptr_t word) noexcept {
    const std::uint32_t slot = free_slot_;
    free_slot_ = static_cast<std::uint32_t>(slots_[slot] >> 2);
    slots_[slot] = word;
    return slot;
  }
  std::uintptr_t release_slot(std::uint32_t slot) noexcept {
    const std::uintptr_t word = slots_[slot];
    slots_[slot] = std::uintptr_t{free_slot_} << 2 | kFreeTag;
    free_slot_ = slot;
    return word;
  }

  std::uint32_t enqueue(std::uintptr_t word, Instant at);
  std::uint32_t enqueue_with_new_slot(std::uintptr_t word, Instant at);

  static std::uintptr_t slot_word(std::uint32_t slot) noexcept { return std::uintptr_t{slot} << 2 | kSlotTag; }
  static bool is_slot(std::uintptr_t word) noexcept { return (word & kTagMask) == kSlotTag; }
  static std::uint32_t slot_of(std::uintptr_t word) noexcept { return static_cast<std::uint32_t>(word >> 2); }

  bool is_cancelled(std::uint32_t slot) const noexcept { return slots_[slot] == kCancelled; }
  void discard(std::uint32_t slot) noexcept {
    release_slot(slot);
    --cancelled_;
  }
  void drop(std::uint32_t slot) noexcept {
    slots_[slot] = kCancelled;
    if (++cancelled_ > kFewCancelled && cancelled_ > scheduled_keys() / 2) sweep();
  }
  void sweep() noexcept;

  enum class Pause : std::uint8_t { nothing_left, interrupted, batch_end };

  bool run_events(Instant until, std::stop_token& stop);
  Pause run_batch(std::uint64_t last, std::uint64_t events);
  /// The next event's word, and the clock is set to it; kNothing if there is none up to `until`.
  std::uintptr_t take_next(std::uint64_t until) {
    if (!ring_.empty()) {
      const std::uintptr_t word = ring_.front();
      ring_.pop();
      return is_slot(word) ? release_slot(slot_of(word)) : word;
    }
    const EventKey* const key = queue_.peek_alone(until);
    if (!key) return advance(until);
    const std::uint32_t slot = key->slot();
    if (is_cancelled(slot)) return advance(until);
    now_ = key->time();
    queue_.pop_alone();
    return release_slot(slot);
  }
  std::uintptr_t advance(std::uint64_t until);
  bool fire(std::uintptr_t word);
  void rethrow_failure();
  void fail(std::exception_ptr failure) noexcept {
    if (!failure_) failure_ = std::move(failure);
    stop();
  }

  static constexpr std::size_t kFewCancelled = 1024;

  std::uint64_t now_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t batch_end_ = 0;   // this many events happen before the caller looks up
  std::uint64_t pass_until_ = 0;  // how far pass_to() may go; nowhere while events are asked for one by one
  EventQueue queue_;
  InstantRing ring_;  // what is due now
  std::vector<std::uintptr_t, HugePageAllocator<std::uintptr_t>> slots_;
  std::uint32_t free_slot_ = kNoSlot;
  std::size_t cancelled_ = 0;  // how many of the scheduled keys are cancelled
  bool interrupted_ = false;
  std::exception_ptr failure_;
  Process::promise_type* youngest_ = nullptr;
};

inline Process::promise_type::~promise_type() {
  if (!simulation_) return;
  if (older_) older_->younger_ = younger_;
  (younger_ ? younger_->older_ : simulation_->youngest_) = older_;
}

inline Timer::~Timer() {
  if (armed()) simulation_->cancel(*this);
}

inline DelayAwaiter::~DelayAwaiter() {
  if (state_ & kScheduled) simulation_.drop(static_cast<std::uint32_t>(state_));
}

inline void DelayAwaiter::await_suspend(std::coroutine_handle<> waiting) {
  const Instant until{Duration{static_cast<Duration::rep>(state_)}};
  state_ = kScheduled | simulation_.enqueue(Simulation::resumption(waiting), until);
}

}  // namespace spawnpoint
