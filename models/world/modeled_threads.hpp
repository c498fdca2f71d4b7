// SPDX-License-Identifier: GPL-3.0-or-later
// ModeledThreads: the world of threads on the simulated kernel.
#pragma once

#include <coroutine>
#include <cstdint>
#include <deque>
#include <expected>
#include <optional>
#include <utility>
#include <vector>

#include "core/coroutine/task.hpp"
#include "models/kernel/kernel.hpp"
#include "models/result/result.hpp"
#include "models/world/modeled_recording.hpp"
#include "models/world/world.hpp"

namespace spawnpoint {

class ModeledThreads final : public kernel::KernelObserver {
 public:
  using Wait = kernel::Kernel::Wait;
  using Thread = kernel::ThreadId;
  template <class T>
  class Channel;
  class Spawn;

  /// All must outlive the world.
  ModeledThreads(Simulation& simulation, const Machine& machine, const Runtime& runtime,
                 const kernel::Kernel::Setup& setup, TraceRecorder* recorder)
      : runtime_(&runtime),
        kernel_(simulation, machine, runtime, setup, this),
        recording_(recorder),
        keeps_jobs_(kernel_.memory().overflows_stack() || kernel_.memory().has_signal_stack()),
        own_threads_(kernel_.own_threads()) {
    if (recorder == nullptr) return;
    recorder->set_cores(static_cast<CoreId>(kernel_.scheduler().cores()));
    kernel_.watch_threads();
  }

  Instant now() const { return kernel_.now(); }
  Wait sleep(Duration duration) { return kernel_.sleep_until(now() + duration); }
  Wait sleep_until(Instant instant) { return kernel_.sleep_until(instant); }
  /// A thread that sleeps is held anyway.
  Wait block(Duration duration) { return sleep(duration); }
  Wait compute(Duration duration) { return kernel_.compute(duration); }
  Task<> task(Task<> task) { return task; }

  [[gnu::always_inline]] void enter(JobId job, JobState state) {
    if (state == JobState::starting) starting_ = job;
    recording_.enter(job, state, kernel_.current(), now());
    if (recording_.recorder() != nullptr) note_job(job, state);
  }

  Spawn spawn_thread(Task<> body);
  kernel::Kernel::Join join(Thread thread) { return kernel_.join(thread); }
  void fail(JobId job, const SpawnRefusal& refusal);

  void start(Task<> program) { kernel_.start(std::move(program)); }
  bool ended() const { return kernel_.ended(); }
  /// To be called once the run is over: notes a death, if there was one, and rethrows what a thread's program has
  /// thrown.
  void finish();

  std::int64_t completed() const { return recording_.completed(); }
  const ModeledRecording& recording() const { return recording_; }
  const kernel::Kernel& kernel() const { return kernel_; }
  MemoryUse peak_memory() const { return with_peaks_of(most_); }
  /// The most threads at a time, the runtime's own among them.
  std::int64_t peak_threads() const { return peak_threads_; }
  std::uint64_t work() const { return kernel_.work(); }

 private:
  void threads_changed() override;
  void runnable_changed() override { recording_.sample_runnable(kernel_.runnable(), now()); }
  void set_aside(Thread thread, Instant at) override;
  void taken_up(Thread thread, Instant at) override;
  void has_thread(CoreId core, Thread thread, Instant at) override {
    taken_up(thread, at);
    recording_.recorder()->run(core, thread, at);
  }
  void has_turns(CoreId core, Instant at) override { recording_.recorder()->run(core, kNoLane, at); }
  void has_none(CoreId core, Instant at) override { recording_.recorder()->idle(core, at); }
  /// Whoever queues a job or starts a thread for it has nothing to do with the job itself.
  void note_job(JobId job, JobState state) {
    if (!has_begun(state)) return;
    doing(kernel_.current()).job = job;
  }
  void note_peaks(const kernel::ThreadCounts& counts);
  MemoryUse with_peaks_of(const kernel::ThreadCounts& counts) const;
  FailurePoint at_death(const kernel::Refusal& death) const;

  const Runtime* runtime_;
  kernel::Kernel kernel_;
  ModeledRecording recording_;
  /// What a thread does, for the record.
  struct Doing {
    JobId job = kNoJob;                ///< None: nothing that the record tells of.
    JobState before = JobState::none;  ///< What the job did when the thread was set aside.
    bool aside = false;
  };
  Doing& doing(Thread thread) {
    if (thread >= doing_.size()) [[unlikely]]
      doing_.resize(std::size_t{thread} + 1);
    return doing_[thread];
  }
  Column<Doing> doing_;  ///< By thread; the last ones may be missing.
  std::int64_t set_asides_ = 0;
  JobId starting_ = kNoJob;
  /// Of each thread the job that it was started for. Kept only where a thread can die of its stack or of its signal
  /// stack.
  std::vector<JobId> jobs_of_threads_;
  bool keeps_jobs_;
  std::int64_t own_threads_;  ///< See Kernel::own_threads.
  std::int64_t alive_before_ = 0;
  std::int64_t peak_threads_ = 0;
  MemoryUse peak_memory_;      ///< But for what `most_` takes,
  kernel::ThreadCounts most_;  ///< which is computed only when something else may take more.
};

class [[nodiscard]] ModeledThreads::Spawn {
 public:
  Spawn(ModeledThreads& world, Task<> body) : world_(&world), spawn_(world.kernel_, std::move(body)) {}
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) { spawn_.await_suspend(waiting); }
  std::expected<Thread, SpawnRefusal> await_resume() const;

 private:
  ModeledThreads* world_;
  kernel::Kernel::Spawn spawn_;
};

/// A queue between threads: first in, first out, for values as for those that wait for them.
template <class T>
class ModeledThreads::Channel {
 public:
  explicit Channel(ModeledThreads& world) : kernel_(&world.kernel_) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  class [[nodiscard]] Receive final : kernel::Condition {
   public:
    explicit Receive(Channel& channel) : channel_(&channel) {}
    Receive(const Receive&) = delete;
    Receive& operator=(const Receive&) = delete;

    bool await_ready() { return take(); }
    void await_suspend(std::coroutine_handle<> waiting) {
      thread_ = channel_->kernel_->current();
      channel_->kernel_->wait(*this).await_suspend(waiting);
    }
    std::optional<T> await_resume() { return std::move(value_); }

   private:
    friend class Channel;
    bool take() {
      if (channel_->values_.empty()) return channel_->closed_;
      value_ = std::move(channel_->values_.front());
      channel_->values_.pop_front();
      return true;
    }
    /// A value may have come between the look at the queue and the wait.
    bool ready() override {
      if (take()) return true;
      channel_->waiting_.push_back(this);
      return false;
    }

    Channel* channel_;
    std::optional<T> value_;
    kernel::ThreadId thread_ = 0;
  };

  Receive receive() { return Receive(*this); }

  /// Costs a system call where a thread has to be woken.
  kernel::Kernel::Wait send(T value) {
    if (waiting_.empty()) {
      values_.push_back(std::move(value));
      return kernel_->compute(Duration::zero());
    }
    Receive& receiver = *waiting_.front();
    waiting_.pop_front();
    receiver.value_ = std::move(value);
    kernel_->wake(receiver.thread_);
    return kernel_->compute(kernel_->costs().syscall.value + kernel_->costs().wakeup.value);
  }

  /// Those that wait, and those that come later, get what is left, and then nothing.
  kernel::Kernel::Wait close() {
    closed_ = true;
    Duration cost{};
    for (Receive* receiver : waiting_) {
      kernel_->wake(receiver->thread_);
      cost += kernel_->costs().wakeup.value;
    }
    if (!waiting_.empty()) cost += kernel_->costs().syscall.value;
    waiting_.clear();
    return kernel_->compute(cost);
  }

 private:
  kernel::Kernel* kernel_;
  std::deque<T> values_;
  std::deque<Receive*> waiting_;
  bool closed_ = false;
};

}  // namespace spawnpoint
