// SPDX-License-Identifier: GPL-3.0-or-later
// LiveThreads: the world of real threads. Every awaitable blocks the calling thread in await_ready and never suspends,
// so a concurrency model's coroutine is a plain function on a real thread here.
//
// The threads of a run call neither malloc nor free: glibc would give each of them an arena of 64 MiB of address space,
// and a thread would no longer cost what the runtime's profile says. Frames come from the run's own locked arena.
#pragma once

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/coroutine/task.hpp"
#include "models/machine/profile.hpp"
#include "models/machine/scheduling.hpp"
#include "models/world/live_record.hpp"
#include "models/world/world.hpp"

namespace spawnpoint {

class LiveThreads {
 public:
  /// `record`, `runtime` and `frames` (a locked arena) must outlive the world and all of its threads. `stack` is what
  /// stack_size() says of the runtime. Threads take the nice values in turn; none: they keep the main thread's.
  LiveThreads(LiveRecord& record, const Runtime& runtime, Bytes stack, FrameArena& frames,
              std::vector<std::int64_t> nice = {});
  LiveThreads(const LiveThreads&) = delete;
  LiveThreads& operator=(const LiveThreads&) = delete;
  ~LiveThreads();

  /// Takes the memory now that the bookkeeping of `threads` threads will need, each with a frame of this size.
  static void reserve(FrameArena& frames, std::int64_t threads, Bytes frame);

  Instant now() const noexcept { return record_->now(); }

  class [[nodiscard]] Wait {
   public:
    enum class Kind : std::uint8_t { until, cpu };
    Wait(LiveRecord& record, Kind kind, Duration when) noexcept : record_(&record), when_(when), kind_(kind) {}
    bool await_ready() const;
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() const noexcept {}

   private:
    LiveRecord* record_;
    Duration when_;  ///< On the run's clock, or of CPU time.
    Kind kind_;
  };
  Wait sleep(Duration duration) { return sleep_until(now() + duration); }
  Wait sleep_until(Instant instant) { return Wait(*record_, Wait::Kind::until, instant.time_since_epoch()); }
  /// The same as sleep: a thread has nothing else to do meanwhile.
  Wait block(Duration duration) { return sleep(duration); }
  Wait compute(Duration duration) { return Wait(*record_, Wait::Kind::cpu, duration); }

  void enter(JobId job, JobState state) {
    if (state == JobState::starting) {
      record_->counters().starting.store(job, std::memory_order_relaxed);
    } else if (state != JobState::queued) {  // Whoever queues a job has nothing to do with it itself.
      note_job(job, state);
    }
    record_->enter(job, state, lane_, now());
  }
  Task<> task(Task<> task) { return task; }

  class Thread;
  class [[nodiscard]] Spawn {
   public:
    Spawn(LiveThreads& world, Task<> body) noexcept : world_(&world), body_(std::move(body)) {}
    Spawn(const Spawn&) = delete;
    Spawn& operator=(const Spawn&) = delete;
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    std::expected<Thread, SpawnRefusal> await_resume();

   private:
    LiveThreads* world_;
    Task<> body_;
  };
  Spawn spawn_thread(Task<> body) { return Spawn(*this, std::move(body)); }

  class [[nodiscard]] Join {
   public:
    explicit Join(Thread& thread) noexcept : thread_(&thread) {}
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    /// Rethrows what the thread's function threw.
    void await_resume();

   private:
    Thread* thread_;
  };
  Join join(Thread& thread) { return Join(thread); }

  void fail(JobId job, const SpawnRefusal& refusal);

  template <class T>
  class Channel;

 private:
  struct Start;

  static void* thread_main(void* argument);
  /// The thread is at this job, or has done it.
  void note_job(JobId job, JobState state) {
    if (is_open(state) && job_ != job) taken_up_ = now();
    if (state == JobState::done)
      record_->counters().held.fetch_add((now() - taken_up_).count(), std::memory_order_relaxed);
    job_ = is_open(state) ? job : kNoJob;
  }
  std::expected<Thread, SpawnRefusal> create(Task<> body);
  SpawnRefusal describe(int error) const;
  void* set_up_signal_stack() const;
  void remove_signal_stack(void* memory) const;

  LiveRecord* record_;
  const Runtime* runtime_;
  FrameArena* frames_;
  Bytes stack_;
  pthread_attr_t attributes_;
  Scheduling scheduling_;

  class Watch;

  static thread_local LaneId lane_;
  static thread_local JobId job_;         ///< That the thread is at; kNoJob: none.
  static thread_local Instant taken_up_;  ///< When it began with that.
};

/// A thread that is joined at the latest with its handle's end.
class LiveThreads::Thread {
 public:
  Thread(Thread&& other) noexcept;
  Thread& operator=(Thread&& other) noexcept;
  ~Thread();

 private:
  friend class LiveThreads;
  explicit Thread(std::unique_ptr<Start> start) noexcept;
  std::unique_ptr<Start> start_;
};

/// A queue between threads. Its memory is the sender's, so that receivers need no allocator.
template <class T>
class LiveThreads::Channel {
 public:
  explicit Channel(LiveThreads&) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  class [[nodiscard]] Send {
   public:
    Send(Channel& channel, T value) : channel_(&channel), value_(std::move(value)) {}
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() { channel_->push(std::move(value_)); }

   private:
    Channel* channel_;
    T value_;
  };
  class [[nodiscard]] Close {
   public:
    explicit Close(Channel& channel) noexcept : channel_(&channel) {}
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() { channel_->end(); }

   private:
    Channel* channel_;
  };
  class [[nodiscard]] Receive {
   public:
    explicit Receive(Channel& channel) noexcept : channel_(&channel) {}
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    std::optional<T> await_resume() { return channel_->pop(); }

   private:
    Channel* channel_;
  };

  Send send(T value) { return Send(*this, std::move(value)); }
  Close close() { return Close(*this); }
  Receive receive() { return Receive(*this); }

 private:
  void push(T value) {
    {
      const std::scoped_lock lock(mutex_);
      if (size_ == ring_.size()) grow();
      ring_[(first_ + size_) % ring_.size()] = std::move(value);
      ++size_;
    }
    changed_.notify_one();
  }
  void end() {
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return size_ > 0 || closed_; });
    if (size_ == 0) return std::nullopt;
    std::optional<T> value(std::move(ring_[first_]));
    first_ = (first_ + 1) % ring_.size();
    --size_;
    return value;
  }
  void grow() {
    std::vector<T> larger(std::max<std::size_t>(ring_.size() * 2, 64));
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move(ring_[(first_ + i) % ring_.size()]);
    ring_ = std::move(larger);
    first_ = 0;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<T> ring_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  bool closed_ = false;
};

}  // namespace spawnpoint
