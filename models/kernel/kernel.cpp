// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/kernel/kernel.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "core/coroutine/resume.hpp"
#include "core/simulation/end_of_time.hpp"

namespace spawnpoint::kernel {

namespace {

/// A stack that is larger than what a page table covers has one of its own, smaller ones share.
Duration table_cost(const Machine& machine, const ProcessMemory& memory) {
  const std::int64_t covered = covered_by_page_table(machine).count;
  const std::int64_t stack = std::min(memory.stack_mapping().count, covered);
  // The product may be longer than any time, though its part of it is not.
  __extension__ using Wide = __int128;
  const Wide cost = Wide{machine.costs.stack_table.value.count()} * stack / std::max<std::int64_t>(covered, 1);
  return Duration(static_cast<std::int64_t>(cost));
}

std::int64_t pages(Bytes size, const Machine& machine) {
  return (size.count + machine.page_size.count - 1) / std::max<std::int64_t>(machine.page_size.count, 1);
}

Scheduler::Setup scheduler_setup(const Machine& machine, const Kernel::Setup& setup) {
  return {.cores = static_cast<std::size_t>(std::max<std::int64_t>(usable_cpus(machine), 1)),
          .policy = setup.scheduling.policy,
          .quota = setup.scheduling.policy == Policy::other ? machine.limits.cpu_max : std::nullopt,
          .seed = setup.seed};
}

}  // namespace

Duration spawn_cost(const Machine& machine, const Runtime& runtime) {
  return machine.costs.thread_create.value + table_cost(machine, ProcessMemory(machine, runtime));
}

Duration late_timer_cost(const Costs& costs) {
  return costs.syscall.value + costs.timer_slack.value + costs.wakeup.value + costs.context_switch.value;
}

std::coroutine_handle<> Kernel::Thread::done() noexcept {
  if (auto error = body.error()) kernel->give_up(std::move(error));
  request = Request{.cpu = kernel->exit_, .after = After::exit};
  return std::noop_coroutine();
}

Kernel::Kernel(Simulation& simulation, const Machine& machine, const Runtime& runtime, const Setup& setup,
               KernelObserver* observer)
    : simulation_(&simulation),
      machine_(&machine),
      runtime_(&runtime),
      observer_(observer),
      memory_(machine, runtime),
      checks_(*machine_, *runtime_, memory_),
      rules_(rules_of(machine)),
      scheduler_(rules_, scheduler_setup(machine, setup)),
      scheduling_(setup.scheduling),
      beat_(*this),
      periodic_(setup.leaps),
      creations_(setup.seed, "creations") {
  const Costs& cost = costs();
  // A runtime's signal stack is a mapping with a guard page, made by the thread itself and given back by it.
  const Duration map = memory_.has_signal_stack() ? cost.map.value : Duration::zero();
  // One that uses more than its stack gets no further than to the stack's end.
  const Bytes touched = std::min(runtime.touched, memory_.free_stack());
  start_ = cost.thread_start.value + 2 * map + cost.page_fault.value * pages(touched, machine);
  exit_ = cost.thread_exit.value + map;
  create_ = spawn_cost(machine, runtime) - std::min(2 * cost.syscall.value, cost.thread_create.value);
  create_jitter_ = std::min(cost.create_jitter.value, create_);
  for (CoreId core = 0; core < scheduler_.cores(); ++core) cores_.emplace_back(*this, core);
}

Kernel::~Kernel() {
  for (std::size_t id = 0; id < threads_.size(); ++id)
    if (threads_[id] != nullptr) std::destroy_at(threads_[id]);
}

void Kernel::start(Task<> main) {
  checks_.look_for_room();
  Thread& thread = make_thread(std::move(main));
  if (observer_ != nullptr) observer_->threads_changed();
  if (const auto refusal = checks_.on_program()) return die(*refusal);
  make_runnable(thread, Duration::zero());
  if (Core* core = take_up(scheduler_.start(thread, now()))) arm(*core);
}

Kernel::Thread& Kernel::make_thread(Task<> program) {
  const auto id = static_cast<ThreadId>(threads_.size());
  const Weight weight = scheduling_.nice.empty() ? kNormalWeight : weight_of(nice_of(scheduling_, id));
  Thread*& thread = threads_.emplace_back(nullptr);
  Place& place = free_place_ != nullptr ? *std::exchange(free_place_, free_place_->next_free) : places_.emplace_back();
  thread = std::construct_at(&place.thread, *this, id, weight, std::move(program));
  thread->body.on_done(*thread);
  return *thread;
}

/// It has ended, and nobody knows of it any more but who joins it.
void Kernel::forget(Thread& thread) noexcept {
  threads_[thread.id] = nullptr;
  std::destroy_at(&thread);
  auto* const place = ::new (static_cast<void*>(&thread)) Place();
  place->next_free = std::exchange(free_place_, place);
}

Kernel::Wait Kernel::compute(Duration cpu) {
  return Wait(*this, Request{.cpu = cpu});
}

Kernel::Wait Kernel::sleep_until(Instant until) {
  return Wait(*this, Request{.cpu = costs().syscall.value, .until = until, .after = After::sleep});
}

Kernel::Wait Kernel::wait(Condition& condition) {
  return Wait(*this, Request{.cpu = costs().syscall.value, .condition = &condition, .after = After::wait});
}

Kernel::Spawn Kernel::spawn(Task<> body) {
  return Spawn(*this, std::move(body));
}
Kernel::Join Kernel::join(ThreadId thread) {
  return Join(*this, thread);
}

void Kernel::Spawn::await_suspend(std::coroutine_handle<> waiting) {
  // mmap and mprotect come first: the thread before this one has often not even started by then.
  const Duration map = std::min(2 * kernel_->costs().syscall.value, kernel_->costs().thread_create.value);
  kernel_->submit(Request{.cpu = map, .spawn = this, .after = After::map_stack}, waiting);
}

/// A thread that has ended is not waited for; what remains is to give its stack back.
bool Kernel::Join::await_ready() const noexcept {
  return kernel_->threads_[thread_] == nullptr && kernel_->unmap_cost() <= Duration::zero();
}

void Kernel::Join::await_suspend(std::coroutine_handle<> waiting) {
  const bool exited = kernel_->threads_[thread_] == nullptr;
  kernel_->submit(
      Request{
          .cpu = exited ? Duration::zero() : kernel_->costs().syscall.value, .target = thread_, .after = After::join},
      waiting);
}

Duration Kernel::unmap_cost() const {
  return counts_.cached < memory_.max_cached_stacks() ? Duration::zero() : costs().stack_unmap.value;
}

void Kernel::submit(const Request& request, std::coroutine_handle<> continuation) {
  current_->request = request;
  current_->continuation = continuation;
}

void Kernel::core_fired(Timer& timer) {
  auto& core = static_cast<Core&>(timer);
  core.kernel->serve(core);
  core.kernel->follow(core);
}

void Kernel::thread_fired(Timer& timer) {
  auto& thread = static_cast<Thread&>(timer);
  Kernel& kernel = *thread.kernel;
  if (Core* core = kernel.make_ready(thread, kernel.costs().wakeup.value)) kernel.follow(*core);
}

/// The core continues with what it has: at once, as long as nothing else happens before, else when its timer fires. It
/// is the last thing that an event does.
void Kernel::follow(Core& core) {
  while (core.running != nullptr && !ended_) {
    const Instant at = due(core);
    if (!simulation_->pass_to(at)) return simulation_->schedule(core, before_the_end(at));
    serve(core);
  }
}

void Kernel::charge(Core& core) {
  const Duration served = now() - core.since;
  busy_ += served;
  if (core.running->id == 0) main_cpu_ += served;
  core.running->request.cpu -= served;
  core.since = now();
}

/// The core's timer: the request is served. What comes next is follow()'s.
void Kernel::serve(Core& core) {
  turns_.disturbed = true;
  charge(core);
  if (core.running->request.cpu <= Duration::zero()) {
    executing_ = &core;
    run_thread(core);
    executing_ = nullptr;
  }
  if (core.look && core.running != nullptr && !ended_) reschedule(core);
}

/// Does what comes after the CPU time of the running thread's request, until it needs CPU time again or leaves the
/// core.
void Kernel::run_thread(Core& core) {
  Thread& thread = *core.running;
  while (!ended_) {
    switch (thread.request.after) {
      case After::sleep: {
        // A timer that the slack cannot hold back any more has fired before the thread has left its core. Any other
        // one is waited for, a sleep of no length too (kernel/time/hrtimer.c, do_nanosleep).
        const Instant fires = thread.request.until + costs().timer_slack.value;
        if (fires <= now()) break;
        simulation_->schedule(thread, before_the_end(fires));
        release(core, false);
        return;
      }
      case After::wait:
        if (thread.request.condition->ready()) break;
        thread.waiting = true;
        release(core, false);
        return;
      case After::join: {
        Thread* const target = threads_[thread.request.target];
        if (target == nullptr) {
          const Duration unmap = unmap_cost();
          if (unmap <= Duration::zero()) break;
          thread.request = Request{.cpu = unmap, .after = After::unmap};
          return;
        }
        target->joiner = &thread;
        release(core, false);
        return;
      }
      case After::exit:
        exit(core);
        release(core, true);
        return;
      case After::map_stack:
        map_stack(thread);
        if (thread.request.after == After::clone) return;
        break;
      case After::clone:
        clone(*thread.request.spawn);
        break;
      case After::unmap:
      case After::go_on:
        break;
    }
    if (ended_) break;
    thread.request = Request{};
    current_ = &thread;
    current_id_ = thread.id;
    if (thread.continuation) {
      resume(std::exchange(thread.continuation, nullptr));
    } else {
      first_run(core);
    }
    if (ended_ || thread.request.cpu > Duration::zero()) return;
  }
}

/// When the request is served.
Instant Kernel::due(const Core& core) const {
  return core.since + core.running->request.cpu;
}

void Kernel::arm(Core& core) {
  simulation_->schedule(core, before_the_end(due(core)));
}

/// The core runs nothing from now on.
void Kernel::rest(Core& core) {
  core.look = false;
  core.running = nullptr;
  if (watches_threads_) observer_->has_none(core.id, now());
  simulation_->cancel(core);
}

/// The core runs the thread from now on.
void Kernel::take(Core& core, Thread& thread) {
  core.look = false;
  core.running = &thread;
  if (watches_threads_) {
    ++switches_;
    observer_->has_thread(core.id, thread.id, now());
  }
  const bool moved = thread.ran_on != core.id && thread.ran_on != kNoCore;
  const Duration cost = costs().context_switch.value + (moved ? costs().migration.value : Duration::zero());
  thread.request.cpu += cost;
  thread.ran_on = core.id;
  core.since = now();
  core.settled = now() + cost;
}

/// The thread gets on only after that.
void Kernel::delay(Core& core, Duration cost) {
  core.running->request.cpu += cost;
  core.settled += cost;
}

/// The scheduler may have another thread for a core that runs one: true if it has. Where the running one has just come
/// to the end of its request, it first says what it does next; and one that has not even begun gets on, however long a
/// switch takes.
bool Kernel::reschedule(Core& core) {
  core.look = due(core) <= now();
  const bool begins = core.settled == now() && costs().context_switch.value > Duration::zero();
  if (core.look || core.settled > now() || begins) return false;
  Entity* const next = scheduler_.pick(core.id, now());
  if (next == core.running) return false;
  charge(core);
  if (watches_threads_) observer_->set_aside(core.running->id, now());
  give(core, next);
  return true;
}

/// The running thread leaves the core, for ever if it `ends`.
void Kernel::release(Core& core, bool ends) {
  change_runnable(-1);
  executing_ = nullptr;
  Entity* const next = scheduler_.leave(core.id, now(), ends);
  if (ends) forget(*core.running);
  give(core, next);
  await_beat();
}

void Kernel::make_runnable(Thread& thread, Duration cost) {
  turns_.disturbed = true;
  change_runnable(1);
  if (thread.request.after != After::exit && thread.request.after != After::join) thread.request.after = After::go_on;
  thread.request.cpu = cost;
}

/// Gives the core that has another thread now and has yet to be armed, if there is one.
Kernel::Core* Kernel::take_up(const Scheduler::Verdict& verdict) {
  Core& core = cores_[verdict.core];
  bool taken = false;
  if (verdict.look) {
    if (core.running == nullptr) {
      dispatch(core);
      taken = true;
    } else if (&core == executing_) {
      core.look = true;
    } else {
      taken = reschedule(core);
    }
  }
  await_beat();
  return taken && core.running != nullptr ? &core : nullptr;
}

Kernel::Core* Kernel::make_ready(Thread& thread, Duration cost) {
  if (ended_) return nullptr;
  make_runnable(thread, cost);
  // A timer's interrupt comes to the core that has set it.
  Core* const core = take_up(scheduler_.wake(thread, executing_ != nullptr ? executing_->id : thread.core(), now()));
  note_wait(thread);
  return core;
}

void Kernel::start_ready(Thread& thread, Duration cost) {
  if (Core* core = make_ready(thread, cost)) arm(*core);
}

void Kernel::beat_fired(Timer& timer) {
  static_cast<Beat&>(timer).kernel->beat();
}

/// Ticks, balancing, and what a new period of the quota sets free.
void Kernel::beat() {
  if (scheduler_.next_renewal() <= now()) {
    for (const CoreId id : scheduler_.renew_quota(now())) {
      Core& core = cores_[id];
      if (core.running != nullptr) continue;
      dispatch(core);
      if (core.running != nullptr) arm(core);
    }
  }
  if (scheduler_.at_tick(now())) {
    for (Core& core : cores_) {
      if (!scheduler_.needs_tick(core.id)) continue;
      looks_ += kLooksOfTick;
      if (!scheduler_.tick(core.id, now())) continue;
      looks_ += kLooksOfSwitch;
      if (Core* taken = take_up({core.id, true})) {
        delay(*taken, costs().tick_interrupt.value);
        arm(*taken);
      }
    }
    if (leap()) return;
  }
  await_beat();
}

/// While all cores are in the middle of switches that take longer than a tick, no tick changes anything.
Instant Kernel::after_long_switches() const {
  if (costs().context_switch.value + costs().tick_interrupt.value < rules_.tick) return now();
  Instant first = kNever;
  for (const Core& core : cores_)
    if (core.running != nullptr) first = std::min(first, core.settled);
  return first == kNever ? now() : std::max(first, now());
}

void Kernel::arm_beat() {
  const Instant next = std::min(scheduler_.next_tick(after_long_switches()), scheduler_.next_renewal());
  if (next != kNever && (!beat_.armed() || beat_.due() > next)) simulation_->schedule(beat_, before_the_end(next));
}

void Kernel::wake(ThreadId id) {
  Thread* const thread = threads_[id];
  if (thread != nullptr && std::exchange(thread->waiting, false)) start_ready(*thread, Duration::zero());
}

void Kernel::die(const Refusal& refusal) {
  death_ = refusal;
  end();
}

void Kernel::end() {
  ended_ = true;
  simulation_->stop();
}

}  // namespace spawnpoint::kernel
