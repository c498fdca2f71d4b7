// SPDX-License-Identifier: GPL-3.0-or-later
// How threads come and go: what clone, a thread's first run, its exit and its join do to the process.
#include <csignal>
#include <utility>

#include "models/kernel/kernel.hpp"

namespace spawnpoint::kernel {

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
  thread.request.cpu += time_to_create();
  thread.request.after = After::clone;
}

Duration Kernel::time_to_create() {
  if (create_jitter_ <= Duration::zero()) return create_;
  const auto width = 2 * static_cast<std::uint64_t>(create_jitter_.count());
  return create_ - create_jitter_ + Duration(static_cast<std::int64_t>(creations_.below(width + 1)));
}

void Kernel::clone(Spawn& spawn) {
  if (const auto refusal = checks_.on_clone(counts_)) {
    --counts_.stacks;
    refuse(spawn, *refusal);
    return;
  }
  ++counts_.alive;
  if (memory_.arena_fits(counts_)) ++counts_.arenas_to_come;
  Thread& thread = make_thread(std::move(spawn.body_));
  spawn.result_ = thread.id;
  if (observer_ != nullptr) observer_->threads_changed();
  make_runnable(thread, start_);
  if (Core* core = take_up(scheduler_.create(thread, executing_->id, now()))) arm(*core);
  note_wait(thread);
}

/// Threads on other cores that are changing memory maps take this much longer.
void Kernel::hold_up_others(const Core& core, Duration stall) {
  if (stall <= Duration::zero()) return;
  looks_ += cores_.size();
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

}  // namespace spawnpoint::kernel
