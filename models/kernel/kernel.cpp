// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/kernel/kernel.hpp"

#include <algorithm>
#include <csignal>
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

}  // namespace

Duration spawn_cost(const Machine& machine, const Runtime& runtime) {
  return machine.costs.thread_create.value + table_cost(machine, ProcessMemory(machine, runtime));
}

std::coroutine_handle<> Kernel::Thread::done() noexcept {
  if (auto error = body.error()) kernel->give_up(std::move(error));
  request = Request{.cpu = kernel->exit_, .after = After::exit};
  return std::noop_coroutine();
}

Kernel::Kernel(Simulation& simulation, const Machine& machine, const Runtime& runtime, KernelObserver* observer)
    : simulation_(&simulation),
      machine_(&machine),
      runtime_(&runtime),
      observer_(observer),
      memory_(machine, runtime),
      checks_(*machine_, *runtime_, memory_) {
  const Costs& cost = costs();
  // A runtime's signal stack is a mapping with a guard page, made by the thread itself and given back by it.
  const Duration map = memory_.has_signal_stack() ? cost.map.value : Duration::zero();
  // One that uses more than its stack gets no further than to the stack's end.
  const Bytes touched = std::min(runtime.touched, memory_.free_stack());
  start_ = cost.thread_start.value + 2 * map + cost.page_fault.value * pages(touched, machine);
  exit_ = cost.thread_exit.value + map;
  create_ = spawn_cost(machine, runtime) - std::min(2 * cost.syscall.value, cost.thread_create.value);
  const std::int64_t cores = std::max<std::int64_t>(machine.cpus, 1);
  for (std::int64_t i = 0; i < cores; ++i) cores_.emplace_back(*this);
  for (auto core = cores_.rbegin(); core != cores_.rend(); ++core) idle_.push_back(&*core);
}

void Kernel::start(Task<> main) {
  Thread& thread = threads_.emplace_back(*this, ThreadId{0}, std::move(main));
  thread.body.on_done(thread);
  if (observer_ != nullptr) observer_->threads_changed();
  if (const auto refusal = checks_.on_program()) return die(*refusal);
  start_ready(thread, Duration::zero());
}

Kernel::Wait Kernel::compute(Duration cpu) {
  return Wait(*this, Request{.cpu = cpu});
}

Kernel::Wait Kernel::sleep_until(Instant until) {
  return Wait(*this, Request{.cpu = costs().syscall.value, .after = After::sleep, .until = until});
}

Kernel::Wait Kernel::wait(Condition& condition) {
  return Wait(*this, Request{.cpu = costs().syscall.value, .after = After::wait, .condition = &condition});
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
  kernel_->submit(Request{.cpu = map, .after = After::map_stack, .spawn = this}, waiting);
}

/// A thread that has ended is not waited for; what remains is to give its stack back.
bool Kernel::Join::await_ready() const noexcept {
  return kernel_->threads_[thread_].exited && kernel_->unmap_cost() <= Duration::zero();
}

void Kernel::Join::await_suspend(std::coroutine_handle<> waiting) {
  const bool exited = kernel_->threads_[thread_].exited;
  kernel_->submit(
      Request{
          .cpu = exited ? Duration::zero() : kernel_->costs().syscall.value, .after = After::join, .target = thread_},
      waiting);
}

Duration Kernel::unmap_cost() const {
  return counts_.cached < memory_.max_cached_stacks() ? Duration::zero() : costs().stack_unmap.value;
}

void Kernel::submit(const Request& request, std::coroutine_handle<> continuation) {
  Thread& thread = threads_[current_];
  thread.request = request;
  thread.continuation = continuation;
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

/// The core's timer: the request is served, or the time slice is over. What comes next is follow()'s.
void Kernel::serve(Core& core) {
  Thread& thread = *core.running;
  if (thread.id == 0) main_cpu_ += now() - core.since;
  thread.request.cpu -= now() - core.since;
  core.since = now();
  if (thread.request.cpu <= Duration::zero()) {
    run_thread(core);
  } else if (ready_first_ == nullptr) {
    core.slice_end = now() + costs().time_slice;
  } else {
    thread.next = nullptr;
    ready_last_->next = &thread;
    ready_last_ = &thread;
    dispatch(core);
  }
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
        release(core);
        return;
      }
      case After::wait:
        if (thread.request.condition->ready()) break;
        thread.waiting = true;
        release(core);
        return;
      case After::join: {
        Thread& target = threads_[thread.request.target];
        if (target.exited) {
          const Duration unmap = unmap_cost();
          if (unmap <= Duration::zero()) break;
          thread.request = Request{.cpu = unmap, .after = After::unmap};
          return;
        }
        target.joiner = &thread;
        release(core);
        return;
      }
      case After::exit:
        exit(core);
        release(core);
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
    current_ = thread.id;
    if (thread.continuation) {
      resume(std::exchange(thread.continuation, nullptr));
    } else {
      first_run(core);
    }
    if (ended_ || thread.request.cpu > Duration::zero()) return;
  }
}

/// When the request is served, or when the slice ends and another thread is ready.
Instant Kernel::due(const Core& core) const {
  const Instant served = core.since + core.running->request.cpu;
  return ready_first_ == nullptr ? served : std::min(served, std::max(core.slice_end, now()));
}

void Kernel::arm(Core& core) {
  simulation_->schedule(core, before_the_end(due(core)));
}

void Kernel::dispatch(Core& core) {
  Thread& thread = *ready_first_;
  ready_first_ = thread.next;
  if (ready_first_ == nullptr) ready_last_ = nullptr;
  core.running = &thread;
  core.since = now();
  // The switch is no part of the slice: however long it takes, the thread gets on.
  core.slice_end = now() + costs().context_switch.value + costs().time_slice;
  thread.request.cpu += costs().context_switch.value;
}

/// The running thread leaves the core.
void Kernel::release(Core& core) {
  change_runnable(-1);
  core.running = nullptr;
  if (ready_first_ != nullptr) {
    dispatch(core);
  } else {
    idle_.push_back(&core);
  }
}

/// Gives the core that takes the thread up and has yet to be armed, if an idle one does.
Kernel::Core* Kernel::make_ready(Thread& thread, Duration cost) {
  if (ended_) return nullptr;
  change_runnable(1);
  if (thread.request.after != After::exit && thread.request.after != After::join) thread.request.after = After::go_on;
  thread.request.cpu = cost;
  thread.next = nullptr;
  const bool first = ready_first_ == nullptr;
  (first ? ready_first_ : ready_last_->next) = &thread;
  ready_last_ = &thread;
  if (!idle_.empty()) {
    Core& core = *idle_.back();
    idle_.pop_back();
    dispatch(core);
    return &core;
  }
  if (first) {
    // From now on a slice's end matters.
    for (Core& core : cores_) {
      if (core.armed() && core.due() > std::max(core.slice_end, now())) arm(core);
    }
  }
  return nullptr;
}

void Kernel::start_ready(Thread& thread, Duration cost) {
  if (Core* core = make_ready(thread, cost)) arm(*core);
}

void Kernel::wake(ThreadId id) {
  Thread& thread = threads_[id];
  if (!std::exchange(thread.waiting, false)) return;
  start_ready(thread, Duration::zero());
}

void Kernel::refuse(Spawn& spawn, const Refusal& refusal) {
  if (refusal.cause == Cause(Signal{SIGKILL})) {
    die(refusal);
  } else {
    spawn.result_ = std::unexpected(refusal);
    spawn.body_ = Task<>();
  }
}

/// The first part of a spawn; where it succeeds, the thread's request becomes the second part.
void Kernel::map_stack(Thread& thread) {
  Spawn& spawn = *thread.request.spawn;
  if (const auto refusal = checks_.on_map(counts_)) {
    refuse(spawn, *refusal);
    thread.request.after = After::go_on;
    return;
  }
  if (counts_.cached > 0) {
    --counts_.cached;
  } else {
    ++counts_.stacks;
  }
  thread.request.cpu += create_;
  thread.request.after = After::clone;
}

void Kernel::clone(Spawn& spawn) {
  if (const auto refusal = checks_.on_clone(counts_)) {
    --counts_.stacks;
    refuse(spawn, *refusal);
    return;
  }
  ++counts_.alive;
  if (memory_.arena_fits(counts_)) ++counts_.arenas_to_come;
  const auto id = static_cast<ThreadId>(threads_.size());
  Thread& thread = threads_.emplace_back(*this, id, std::move(spawn.body_));
  thread.body.on_done(thread);
  spawn.result_ = id;
  if (observer_ != nullptr) observer_->threads_changed();
  start_ready(thread, start_);
}

/// Threads on other cores that are changing memory maps take this much longer.
void Kernel::hold_up_others(const Core& core, Duration stall) {
  if (stall <= Duration::zero()) return;
  for (Core& other : cores_) {
    if (&other == &core || other.running == nullptr) continue;
    Request& request = other.running->request;
    if (request.after != After::map_stack && request.after != After::clone && request.after != After::unmap) continue;
    request.cpu += stall;
    arm(other);
  }
}

void Kernel::first_run(Core& core) {
  Thread& thread = *core.running;
  if (thread.id != 0) {
    hold_up_others(core, costs().start_stall.value);
    const auto refusal = set_up_thread();
    if (observer_ != nullptr) observer_->threads_changed();
    if (refusal) return die(*refusal);
  }
  thread.body.start();
}

/// What a thread takes before its program begins; gives what the process dies of, if it does.
std::optional<Refusal> Kernel::set_up_thread() {
  if (auto refusal = checks_.on_stack()) return refusal;
  if (auto refusal = checks_.on_touch(counts_)) return refusal;
  ++counts_.touched;
  if (counts_.arenas_to_come > 0) {
    --counts_.arenas_to_come;
    ++counts_.arenas;
  }
  if (!memory_.has_signal_stack()) return std::nullopt;
  const auto refusal = checks_.on_start(counts_);
  if (!refusal) {
    ++counts_.started;
  } else if (refusal->cause == Cause(Signal{SIGABRT})) {
    return refusal;
  }
  return std::nullopt;
}

void Kernel::exit(Core& core) {
  Thread& thread = *core.running;
  thread.exited = true;
  thread.body = Task<>();
  if (thread.id == 0) {
    end();
    return;
  }
  hold_up_others(core, costs().exit_stall.value);
  --counts_.alive;
  --counts_.touched;
  if (counts_.started > 0) --counts_.started;
  if (observer_ != nullptr) observer_->threads_changed();
  if (thread.joiner != nullptr) start_ready(*thread.joiner, costs().wakeup.value);
}

/// A joined thread's stack is kept for the next one; where too much is kept, one is given back.
void Kernel::joined(ThreadId) {
  ++counts_.cached;
  if (counts_.cached > memory_.max_cached_stacks()) {
    --counts_.cached;
    --counts_.stacks;
  }
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
