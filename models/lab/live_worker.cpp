// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/live_worker.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>

#include "core/executor/executor.hpp"
#include "models/concurrency/models.hpp"
#include "models/concurrency/registry.hpp"
#include "models/lab/impose.hpp"
#include "models/lab/live_plan.hpp"
#include "models/world/live_executor.hpp"
#include "models/world/live_threads.hpp"
#include "models/world/own_memory.hpp"

namespace spawnpoint {
namespace {

// A signal handler has nothing else to hold on to.
LiveBoard* board_of_handler = nullptr;

extern "C" void note_abort(int) {
  board_of_handler->aborted.store(true);
  ::_exit(128 + SIGABRT);
}

/// Blocks until the parent lets the run begin. False where it went away instead.
bool wait_for_go() {
  char byte = 0;
  ssize_t n = 0;
  while ((n = ::read(kWorkerLifeline, &byte, 1)) < 0 && errno == EINTR) {
  }
  return n == 1;
}

/// From here on the kernel kills this process group when the pipe's other end closes: however the parent ends, and
/// whichever of its threads started the run (PR_SET_PDEATHSIG would mean that thread).
bool die_with_parent() {
  ::fcntl(kWorkerLifeline, F_SETOWN, -::getpgrp());
  ::fcntl(kWorkerLifeline, F_SETSIG, SIGKILL);
  ::fcntl(kWorkerLifeline, F_SETFL, O_ASYNC);
  pollfd gone{kWorkerLifeline, POLLIN, 0};
  return ::poll(&gone, 1, 0) == 0;
}

class Worker {
 public:
  Worker(LiveBoard& board, const LivePlan& plan, SharedTraceRecorder& trace)
      : board_(&board), plan_(&plan), trace_(&trace) {}

  int run() {
    impose();
    const ConcurrencyModel* model = find_concurrency_model(plan_->concurrency);
    if (model == nullptr) return not_run("unknown concurrency model " + plan_->concurrency);
    return model->async ? run_tasks() : run_threads();
  }
  int not_run(const std::string& why) {
    SharedFailure failure;
    failure.kind = static_cast<std::uint32_t>(LiveFailure::not_run);
    failure.message = FixedText<508>(why);
    trace_->write_failure(failure);
    return 3;
  }

 private:
  void tell(const char* limit, const Means& means) {
    trace_->put(std::string(kImposedMessage) + limit, means ? "+" + *means : "-" + means.error());
  }
  void impose();
  void impose_thread_limit();
  int run_threads();
  int run_tasks();
  /// Runs `program`, tells how it ended.
  template <class Program>
  int finish(LiveRecord& record, const Program& program);
  LiveRecord begin();
  void queue_jobs(LiveRecord& record, const Workload& work);

  LiveBoard* board_;
  const LivePlan* plan_;
  SharedTraceRecorder* trace_;
};

void Worker::impose() {
  be_expendable();
  if (plan_->cpus) tell("cpus", use_cpus(*plan_->cpus));
  const bool counts_tasks = plan_->threads_by_rlimit || plan_->threads_by_pid_namespace;
  const auto dropped = drop_root(counts_tasks);
  if (!dropped) tell("root", dropped);
  if (counts_tasks) impose_thread_limit();
  lock_down();
  std::int64_t filled = 0;
  if (plan_->maps_to_fill) {
    const auto means = fill_maps(*plan_->maps_to_fill);
    if (means) filled = *plan_->maps_to_fill;
    tell("max_map_count", means);
  }
  board_->filled_maps = filled;
  // These come last: what was done until now needs memory too. The mappings that do nothing are not the program's.
  const Bytes fill{filled * ::sysconf(_SC_PAGESIZE)};
  if (plan_->data) tell("RLIMIT_DATA", limit_memory_by_rlimit(MemoryLimit::data, *plan_->data));
  if (plan_->address_space)
    tell("RLIMIT_AS", limit_memory_by_rlimit(MemoryLimit::address_space, *plan_->address_space + fill));
}

void Worker::impose_thread_limit() {
  if (plan_->threads_by_pid_namespace) {
    const pid_t outside = ::getpid();
    const auto means = limit_threads_by_pid_namespace(
        *plan_->threads_by_pid_namespace, [this](int child) { board_->worker = child; },
        [this](int status) {
          board_->worker_status = status;
          board_->worker_ended = true;
        });
    if (::getpid() != outside) {
      // The first process of a pid namespace cannot be ended by a signal that it sends to itself.
      board_of_handler = board_;
      ::signal(SIGABRT, note_abort);
    }
    if (means) return tell("threads", means);
  }
  const std::int64_t threads = plan_->threads_by_rlimit.value_or(plan_->threads_by_pid_namespace.value_or(0));
  // A process that waits outside of a pid namespace counts as well.
  const std::int64_t others = board_->worker.load() != 0 ? 1 : 0;
  tell("threads", limit_tasks_by_rlimit(threads, others));
}

void Worker::queue_jobs(LiveRecord& record, const Workload& work) {
  if (work.at_once()) return record.trace().enter_all(0, work.count(), JobState::queued, 0, Instant{});
  for (const JobId job : work.jobs()) record.trace().enter(job, JobState::queued, 0, work.arrival(job));
}

LiveRecord Worker::begin() {
  const OwnMemory memory = own_memory();
  board_->base_maps = memory.maps - board_->filled_maps;
  board_->base_virtual = memory.virtual_size.count;
  board_->base_data = memory.data.count;
  board_->base_resident = memory.resident.count;
  board_->base_slab = machine_slab().count;
  const auto epoch = SteadyClock::now();
  trace_->begin(epoch);
  return LiveRecord(*trace_, board_->counters, epoch);
}

template <class Program>
int Worker::finish(LiveRecord& record, const Program& program) {
  try {
    program();
  } catch (const std::bad_alloc&) {
    const MemoryRefusal why = why_no_memory(Bytes{2 << 20}, Bytes{2 << 20});
    record.fail(LiveFailure::no_memory, board_->counters.starting.load(), "mmap", ENOMEM, why.limit, why.value,
                "std::bad_alloc");
    return 1;
  } catch (const std::exception& error) {
    record.fail(LiveFailure::exception, kNoJob, "", 0, "", 0, error.what());
    return 1;
  }
  const Instant end = record.now();
  const OwnMemory memory = own_memory();
  board_->peak_virtual = memory.peak_virtual.count;
  board_->peak_resident = (memory.peak_resident - memory.shared).count;
  trace_->finish(end);
  return 0;
}

int Worker::run_threads() {
  FrameArena frames(FrameArena::Sharing::locked);
  const FrameArena::Scope scope(frames);
  const Workload work(plan_->jobs, plan_->seed);
  const concurrency::Settings settings{.threads = plan_->pool_threads};
  const auto program = concurrency::find_program<LiveThreads>(plan_->concurrency);
  if (program == nullptr) return not_run(plan_->concurrency + " does not run on threads");
  // The record's memory is taken before the run, so that the run does not pay for it.
  trace_->prepare(work.count() * (4 + 2 * work.steps().size()));
  LiveRecord record = begin();
  queue_jobs(record, work);
  return finish(record, [&] {
    LiveThreads world(record, plan_->runtime, plan_->stack, frames);
    Task<> main = program(world, work, settings);
    main.start();
    main.result();
  });
}

int Worker::run_tasks() {
  FrameArena frames;
  const FrameArena::Scope scope(frames);
  const Workload work(plan_->jobs, plan_->seed);
  const concurrency::Settings settings{.threads = plan_->pool_threads};
  const auto program = concurrency::find_program<LiveExecutor>(plan_->concurrency);
  if (program == nullptr) return not_run(plan_->concurrency + " does not run in an executor");
  trace_->prepare(work.count() * (3 + 2 * work.steps().size()));
  LiveRecord record = begin();
  queue_jobs(record, work);
  return finish(record, [&] {
    Executor executor(record.epoch());
    LiveExecutor world(record, executor);
    const auto outcome = executor.run(program(world, work, settings));
    board_->counters.polls = executor.statistics().polls;
    if (outcome == Executor::Outcome::stalled) throw Stalled();
  });
}

}  // namespace

int live_worker_main() {
  struct stat file {};
  if (::fstat(kWorkerBoard, &file) != 0 || file.st_size < static_cast<off_t>(LiveBoard::kSize)) return 2;
  const auto size = static_cast<std::size_t>(file.st_size);
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, kWorkerBoard, 0);
  if (memory == MAP_FAILED) return 2;
  auto& board = *static_cast<LiveBoard*>(memory);
  auto trace = SharedTraceRecorder::open(kWorkerTrace);
  if (!trace || board.magic != LiveBoard::kMagic || board.plan_size > size - LiveBoard::kSize) return 2;
  const auto plan = decode_live_plan({static_cast<const char*>(memory) + LiveBoard::kSize, board.plan_size});
  if (!plan) {
    SharedFailure failure;
    failure.kind = static_cast<std::uint32_t>(LiveFailure::not_run);
    failure.message = FixedText<508>(plan.error());
    trace->write_failure(failure);
    return 2;
  }
  ::close(kWorkerBoard);
  ::close(kWorkerTrace);
  if (!wait_for_go() || !die_with_parent()) return 2;
  Worker worker(board, *plan, *trace);
  // Nothing that was not asked for runs between the run's end and the process's.
  ::_exit(worker.run());
}

}  // namespace spawnpoint
