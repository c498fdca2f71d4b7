// SPDX-License-Identifier: GPL-3.0-or-later
// Kernel: one process on a simulated Linux: cores, threads that are coroutines, sleeping, waiting, clone, exit and
// join, and the memory that all of that takes. Which thread runs where is the scheduler's business (scheduler/). It
// knows nothing of jobs.
//
// What a thread does is a chain of requests: use the CPU for so long, then sleep, wait, start a thread, go on, or end.
// A core serves one request at a time; when the scheduler gives the core to another thread, the rest waits its turn.
//
// Threads that start and end on other cores hold up the one that is just changing the process's memory maps, as a
// creator of threads does: for the lock of the maps, and for the translations that all cores have to forget.
#pragma once

#include <coroutine>
#include <cstdint>
#include <deque>
#include <exception>
#include <expected>
#include <optional>
#include <utility>
#include <vector>

#include "core/coroutine/task.hpp"
#include "core/memory/stable_vector.hpp"
#include "core/simulation/random_stream.hpp"
#include "core/simulation/simulation.hpp"
#include "core/trace/trace.hpp"
#include "core/units.hpp"
#include "models/kernel/process_memory.hpp"
#include "models/kernel/scheduler/rules.hpp"
#include "models/kernel/scheduler/scheduler.hpp"
#include "models/kernel/spawn_checks.hpp"
#include "models/machine/profile.hpp"
#include "models/machine/scheduling.hpp"

namespace spawnpoint::kernel {

/// What the caller pays for a new thread, where no stack is kept for it.
Duration spawn_cost(const Machine& machine, const Runtime& runtime);
/// How much later than asked for a thread goes on that sleeps until a timer wakes it.
Duration late_timer_cost(const Costs& costs);

/// A thread of the simulated process: 0 is the main thread, n the n-th one that was created.
using ThreadId = std::uint32_t;

class KernelObserver {
 public:
  /// The counts of threads, and with them the memory, have changed: after all of a thread's start, and after its end.
  virtual void threads_changed() = 0;
  // Only where somebody watches: Kernel::watch_threads.
  /// A thread has become runnable, or waits or has ended.
  virtual void runnable_changed() = 0;
  /// From `at` on a thread that could go on waits for a core; and has one again. `at` may be to come, if nothing
  /// happens until then.
  virtual void set_aside(ThreadId thread, Instant at) = 0;
  virtual void taken_up(ThreadId thread, Instant at) = 0;
  /// From `at` on the core has this thread, which is taken up with it; turns that are not told apart, until something
  /// else is told; none.
  virtual void has_thread(CoreId core, ThreadId thread, Instant at) = 0;
  virtual void has_turns(CoreId core, Instant at) = 0;
  virtual void has_none(CoreId core, Instant at) = 0;

 protected:
  ~KernelObserver() = default;
};

/// Something that a thread waits for, besides time.
class Condition {
 public:
  /// Asked when the thread is about to leave its core: true where there is nothing to wait for any more.
  virtual bool ready() = 0;

 protected:
  ~Condition() = default;
};

class Kernel {
 public:
  struct Setup {
    Scheduling scheduling;
    std::uint64_t seed = 1;  ///< Of what no program is promised: where threads run first, when ticks come, how
                             ///< long each creation takes.
    bool leaps = true;       ///< Threads that only take turns are computed in leaps: the result is the same.
  };

  /// All arguments must outlive the kernel.
  Kernel(Simulation& simulation, const Machine& machine, const Runtime& runtime, const Setup& setup,
         KernelObserver* observer = nullptr);
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  ~Kernel();

  /// From now on the observer is told of each thread that becomes runnable or waits for a core, which happens often.
  void watch_threads() { watches_threads_ = true; }
  /// Starts the process: `main` is the main thread's program. The process ends when it ends, and stops the simulation.
  void start(Task<> main);

  /// The thread whose program is being executed right now.
  ThreadId current() const { return current_id_; }
  Instant now() const { return simulation_->now(); }

  class Wait;
  class Spawn;
  class Join;

  // What the current thread can ask for. All are awaitables.
  Wait compute(Duration cpu);
  /// As clock_nanosleep does: late by the timer's slack, and where the time has come already by what is left of that.
  Wait sleep_until(Instant until);
  /// Leaves the core until `condition` is ready or wake(thread) is called.
  Wait wait(Condition& condition);
  Spawn spawn(Task<> body);
  Join join(ThreadId thread);

  /// Makes a thread runnable that waits for a condition.
  void wake(ThreadId thread);

  /// The process has ended: its main thread returned, or it was killed.
  bool ended() const { return ended_; }
  /// Rethrows what a thread's program has ended with, if one has: the model is wrong, or this machine could not compute
  /// it. To be asked once the simulation has stopped.
  void rethrow_error() const {
    if (error_) std::rethrow_exception(error_);
  }
  /// Why it was killed, where it was, and which thread's start did it.
  const std::optional<Refusal>& death() const { return death_; }

  const Costs& costs() const { return machine_->costs; }
  const Scheduler& scheduler() const { return scheduler_; }
  const ProcessMemory& memory() const { return memory_; }
  const ThreadCounts& counts() const { return counts_; }
  /// The program's own threads, the main thread among them: the runtime's, or those of them that the limits allow.
  std::int64_t own_threads() const { return checks_.own_threads(); }
  /// Threads that were ever created, the main thread not among them.
  std::int64_t created() const { return static_cast<std::int64_t>(threads_.size()) - 1; }
  /// CPU time that the main thread has used.
  Duration main_cpu() const { return main_cpu_; }
  /// For how long cores ran threads, added up.
  Duration busy() const {
    Duration running = busy_;
    for (const Core& core : cores_)
      if (core.running != nullptr) running += now() - core.since;
    return running;
  }
  /// Threads that run or could run now.
  std::int64_t runnable() const { return runnable_; }
  /// What was computed besides events, as the number of events that take as long: ticks, balancing, leaps.
  std::uint64_t work() const { return (looks_ + scheduler_.looks()) / kLooksOfEvent; }

 private:
  // What takes as long as so many looks at what a core carries.
  static constexpr std::uint64_t kLooksOfEvent = 8;
  static constexpr std::uint64_t kLooksOfTick = 2;
  static constexpr std::uint64_t kLooksOfSwitch = 24;

  enum class After : std::uint8_t { go_on, sleep, wait, map_stack, clone, join, unmap, exit };

  struct Request {
    Duration cpu{};
    union {
      Instant until{};       ///< sleep
      Condition* condition;  ///< wait
      Spawn* spawn;          ///< map_stack, clone
      ThreadId target;       ///< join
    };
    After after = After::go_on;
  };

  /// A thread until it has ended. It is its own timer, while it sleeps, and is notified when its program ends. It fits
  /// three lines of the processor's cache: of a million threads each sleeps for long, and its lines are cold when it
  /// wakes.
  struct Thread final : Entity, Timer, Completion {
    Thread(Kernel& owner, ThreadId number, Weight its_weight, Task<> program)
        : Entity(number, its_weight), Timer(&Kernel::thread_fired), kernel(&owner), body(std::move(program)) {}
    std::coroutine_handle<> done() noexcept override;

    Kernel* kernel;
    std::coroutine_handle<> continuation;  ///< Null before the thread's first run.
    Request request;
    Task<> body;
    Thread* joiner = nullptr;
    CoreId ran_on = kNoCore;  ///< Where it ran last.
    bool waiting = false;     ///< Has left its core to wait for a condition.
  };

  /// Where a thread is, or was that has ended: there may have been millions.
  union Place {
    Place() {}
    ~Place() {}
    Thread thread;
    Place* next_free;
  };

  struct Core final : Timer {
    Core(Kernel& owner, CoreId number) : Timer(&Kernel::core_fired), kernel(&owner), id(number) {}

    Kernel* kernel;
    CoreId id;
    bool look = false;  ///< It should ask for another thread once its own has said what it does next.
    Thread* running = nullptr;
    Instant since{};    ///< Up to here the running thread's request has been served.
    Instant settled{};  ///< From here on the switch to the thread is done, and another one may follow.
  };

  /// The threads that only take turns, at a tick some time ago: see leap().
  struct Turns {
    std::uint64_t quiet = 0;  ///< Ticks at which nothing else had happened since the tick before.
    bool disturbed = true;    ///< Something else has happened since the last tick.
    std::uint64_t outline = 0;
    std::optional<Scheduler::Snapshot> scheduler;
    std::vector<Duration> left;  ///< What each of them has left of its request, in the snapshot's order.
    Duration main_cpu{};
    Duration busy{};
    Instant at{};
  };

  /// What cores do together: ticks, and the ends of a quota's periods.
  struct Beat final : Timer {
    explicit Beat(Kernel& owner) : Timer(&Kernel::beat_fired), kernel(&owner) {}
    Kernel* kernel;
  };

  static void core_fired(Timer& timer);
  static void beat_fired(Timer& timer);
  static void thread_fired(Timer& timer);

  void submit(const Request& request, std::coroutine_handle<> continuation);
  void serve(Core& core);
  void follow(Core& core);
  void run_thread(Core& core);
  Instant due(const Core& core) const;
  void arm(Core& core);
  void charge(Core& core);
  void dispatch(Core& core) { give(core, scheduler_.pick(core.id, now())); }
  void give(Core& core, Entity* next) { next == nullptr ? rest(core) : take(core, thread_of(*next)); }
  void take(Core& core, Thread& thread);
  void rest(Core& core);
  void delay(Core& core, Duration cost);
  bool reschedule(Core& core);
  void release(Core& core, bool ends);
  void beat();
  void await_beat() {
    if (scheduler_.needs_beat()) arm_beat();
  }
  void arm_beat();
  Instant after_long_switches() const;
  void change_runnable(std::int64_t by) {
    runnable_ += by;
    if (watches_threads_) observer_->runnable_changed();
  }
  static Thread& thread_of(Entity& entity) { return static_cast<Thread&>(entity); }
  std::vector<Duration> what_is_left(const Scheduler::Snapshot& snapshot);
  Scheduler::Snapshot snapshot();
  /// A switch that takes ticks: its end is something else that happens, and no part of a turn.
  bool is_long_switch(const Core& core) const { return core.settled - now() > rules_.tick; }
  bool has_steady_pace(const Scheduler::Snapshot& here, const std::vector<Duration>& left);
  bool pass_periods(const Scheduler::Snapshot& here, const std::vector<Duration>& left);
  void tell_of_turns(const Scheduler::Snapshot& here, const std::vector<Duration>& left, Duration period,
                     std::int64_t periods);
  void hold_up_others(const Core& core, Duration stall);
  /// Of a thread that has become ready: tells that it has to wait, if it has.
  void note_wait(const Thread& thread) {
    if (watches_threads_ && !ended_ && thread.standing != Standing::running) observer_->set_aside(thread.id, now());
  }
  Thread& make_thread(Task<> program);
  void forget(Thread& thread) noexcept;
  bool leap();
  Core* take_up(const Scheduler::Verdict& verdict);
  Core* make_ready(Thread& thread, Duration cost);
  void start_ready(Thread& thread, Duration cost);
  void make_runnable(Thread& thread, Duration cost);
  Duration unmap_cost() const;
  void map_stack(Thread& thread);
  /// Of the next thread, as it happens.
  Duration time_to_create();
  void clone(Spawn& spawn);
  void refuse(Spawn& spawn, const Refusal& refusal);
  void first_run(Core& core);
  std::optional<Refusal> set_up_thread();
  void exit(Core& core);
  void joined(ThreadId thread);
  void die(const Refusal& refusal);
  void end();
  void give_up(std::exception_ptr error) noexcept {
    if (!error_) error_ = std::move(error);
    end();
  }

  Simulation* simulation_;
  const Machine* machine_;
  const Runtime* runtime_;
  KernelObserver* observer_;
  ProcessMemory memory_;
  SpawnChecks checks_;
  ThreadCounts counts_;
  StableVector<Thread*> threads_;  ///< Null: it has ended.
  StableVector<Place> places_;
  Place* free_place_ = nullptr;
  Rules rules_;
  Scheduler scheduler_;
  Scheduling scheduling_;
  std::deque<Core> cores_;
  Beat beat_;
  bool periodic_ = true;  ///< Turns may repeat themselves.
  Turns turns_;
  Core* executing_ = nullptr;  ///< Whose thread's program is being executed right now.
  // What the runtime's threads make of the costs.
  Duration create_{};  ///< After the part that maps the stack, without its jitter.
  Duration create_jitter_{};
  RandomStream creations_;
  Duration start_{};
  Duration exit_{};
  Duration main_cpu_{};
  Duration busy_{};  ///< As far as threads were charged with it.
  Thread* current_ = nullptr;
  ThreadId current_id_ = 0;  ///< Its own, also when it has ended.
  std::int64_t runnable_ = 0;
  std::uint64_t looks_ = 0;  ///< As these, beside the scheduler's own.
  bool watches_threads_ = false;
  std::int64_t switches_ = 0;  ///< Turns that were told to who watches.
  bool ended_ = false;
  std::optional<Refusal> death_;
  std::exception_ptr error_;
};

/// The awaitable of compute, sleep_until and wait.
class [[nodiscard]] Kernel::Wait {
 public:
  Wait(Kernel& kernel, const Request& request) noexcept : kernel_(&kernel), request_(request) {}
  bool await_ready() const noexcept { return request_.after == After::go_on && request_.cpu <= Duration::zero(); }
  void await_suspend(std::coroutine_handle<> waiting) { kernel_->submit(request_, waiting); }
  void await_resume() const noexcept {}

 private:
  Kernel* kernel_;
  Request request_;
};

/// Gives the new thread, or why it was refused.
class [[nodiscard]] Kernel::Spawn {
 public:
  Spawn(Kernel& kernel, Task<> body) noexcept : kernel_(&kernel), body_(std::move(body)) {}
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting);
  std::expected<ThreadId, Refusal> await_resume() const { return result_; }

 private:
  friend class Kernel;
  Kernel* kernel_;
  Task<> body_;
  std::expected<ThreadId, Refusal> result_{ThreadId{0}};
};

class [[nodiscard]] Kernel::Join {
 public:
  Join(Kernel& kernel, ThreadId thread) noexcept : kernel_(&kernel), thread_(thread) {}
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<> waiting);
  void await_resume() { kernel_->joined(thread_); }

 private:
  Kernel* kernel_;
  ThreadId thread_;
};

}  // namespace spawnpoint::kernel
