// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/live/worker/live_worker.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <optional>
#include <string>

#include "core/executor/executor.hpp"
#include "core/memory/huge_pages.hpp"
#include "core/memory/reserve.hpp"
#include "models/concurrency/registry.hpp"
#include "models/concurrency/run_job.hpp"
#include "models/lab/live/live_cgroup.hpp"
#include "models/lab/live/live_plan.hpp"
#include "models/lab/live/worker/impose.hpp"
#include "models/lab/live/worker/live_preparation.hpp"
#include "models/world/live_executor.hpp"
#include "models/world/live_threads.hpp"
#include "models/world/own_memory.hpp"
#include "models/world/real_time.hpp"

namespace spawnpoint {
namespace {

// More threads than that take what they need as they come.
constexpr std::int64_t kMostReserved = 200'000;

// What an executor asks for at a time: a huge page, and as much again so that it can be aligned (core/memory).
constexpr Bytes kLargestPiece{static_cast<std::int64_t>(2 * kHugePage)};

// A signal handler has nothing else to hold on to.
LiveBoard* board_of_handler = nullptr;

extern "C" void note_abort(int) {
  board_of_handler->aborted.store(true);
  ::_exit(128 + SIGABRT);
}

/// Blocks until the parent lets the run begin. It does not come back where that goes away instead: see below.
void wait_for_go(const LiveBoard& board) {
  while (board.go.load(std::memory_order_acquire) == 0) ::syscall(SYS_futex, &board.go, FUTEX_WAIT, 0, nullptr);
}

/// From here on the kernel kills this process group when the pipe's other end closes: however the parent ends, and
/// whichever of its threads started the run (PR_SET_PDEATHSIG would mean that thread). Nothing is ever written to the
/// pipe: a write would kill too, even one that was read already. False where the parent is gone.
bool die_with_parent() {
  ::fcntl(kWorkerLifeline, F_SETOWN, -::getpgrp());
  ::fcntl(kWorkerLifeline, F_SETSIG, SIGKILL);
  ::fcntl(kWorkerLifeline, F_SETFL, O_ASYNC);
  pollfd gone{kWorkerLifeline, POLLIN, 0};
  return ::poll(&gone, 1, 0) == 0;
}

std::int64_t task_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NPROC, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return -1;
  return static_cast<std::int64_t>(limit.rlim_cur);
}

ino_t user_namespace() {
  struct stat file{};
  return ::stat("/proc/self/ns/user", &file) == 0 ? file.st_ino : 0;
}

/// Whole pages: the address space that a mapping of the file takes.
Bytes mapped_size(int fd) {
  struct stat file{};
  if (::fstat(fd, &file) != 0) return {};
  return round_up(Bytes{file.st_size}, own_page_size());
}

class Worker {
 public:
  /// `record` is the address space that the board and the trace take.
  Worker(LiveBoard& board, const LivePlan& plan, SharedTraceRecorder& trace, Bytes record)
      : board_(&board), plan_(&plan), trace_(&trace), record_(record) {}

  int run() {
    impose();
    const ConcurrencyModel* model = find_concurrency_model(plan_->concurrency);
    if (model == nullptr) return not_run("unknown concurrency model " + plan_->concurrency);
    return model->async ? run_tasks(*model) : run_threads(*model);
  }
  int not_run(const std::string& why) {
    SharedFailure failure;
    failure.kind = static_cast<std::uint32_t>(LiveFailure::not_run);
    failure.message = FixedText<508>(why);
    trace_->write_failure(failure);
    return 3;
  }

 private:
  void tell(WorkerStep step, const Means& means) {
    StepReport& report = board_->report(step);
    report.means = FixedText<240>(means ? *means : means.error());
    report.state.store(means ? StepReport::State::done : StepReport::State::failed, std::memory_order_release);
  }
  void impose();
  void impose_thread_limit();
  int run_threads(const ConcurrencyModel& model);
  int run_tasks(const ConcurrencyModel& model);
  /// Runs `program`, reports how it ended.
  template <class Program>
  int finish(LiveRecord& record, const Program& program);
  struct MadeReady {
    OwnMemory before;
    OwnMemory after;
  };
  LiveRecord begin(const MadeReady& made_ready, Bytes handles);
  std::int64_t fill_up_maps();
  Bytes frame_size(const Workload& work, FrameArena& frames);
  /// A probe stays until it is ended from outside.
  int wait_for_end();
  void queue_jobs(LiveRecord& record, const Workload& work);

  LiveBoard* board_;
  const LivePlan* plan_;
  SharedTraceRecorder* trace_;
  Bytes record_;
  std::vector<std::int64_t> nice_;  ///< Of the threads, where they may be set.
  Duration cpu_before_{};
  Duration process_cpu_before_{};
  Bytes peak_virtual_before_{};
};

/// Who the worker is, and how many threads it may have.
void Worker::impose() {
  be_expendable();
  if (plan_->runtime.arenas) limit_arenas(*plan_->runtime.arenas);
  if (plan_->cpus) tell(WorkerStep::use_cpus, use_cpus(*plan_->cpus));
  if (!plan_->cpuset.empty()) tell(WorkerStep::use_cpuset, use_cpuset(plan_->cpuset));
  if (plan_->scheduling.policy != Policy::other) tell(WorkerStep::set_policy, set_policy(plan_->scheduling.policy));
  if (!plan_->scheduling.nice.empty()) {
    const Means means = set_nice(plan_->scheduling);
    if (means) nice_ = plan_->scheduling.nice;
    tell(WorkerStep::set_nice, means);
  }
  // Before any namespace is made: these threads' numbers would be missing in one that has few.
  board_->heap_per_thread = warm_up_threads().count;
  board_->nproc_above = task_limit();
  const bool counts_tasks = plan_->threads_by_rlimit || plan_->threads_by_pid_namespace;
  const auto dropped = drop_root(counts_tasks);
  if (!dropped) tell(WorkerStep::drop_root, dropped);
  board_->user = ::getuid();
  const auto outer = user_namespace();
  if (counts_tasks) impose_thread_limit();
  board_->own_user_namespace = user_namespace() != outer;
  board_->nproc = task_limit();
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
    if (means) return tell(WorkerStep::limit_threads_by_pid_namespace, means);
  }
  const std::int64_t threads = plan_->threads_by_rlimit.value_or(plan_->threads_by_pid_namespace.value_or(0));
  // A process that waits outside of a pid namespace counts as well.
  const std::int64_t others = board_->worker.load() != 0 ? 1 : 0;
  tell(WorkerStep::limit_threads_by_rlimit, limit_tasks_by_rlimit(threads, others));
}

void Worker::queue_jobs(LiveRecord& record, const Workload& work) {
  if (work.at_once()) return record.trace().enter_all(0, work.count(), JobState::queued, 0, Instant{});
  for (const JobId job : work.jobs()) record.trace().enter(job, JobState::queued, 0, work.arrival(job));
}

/// The last before the run. `made_ready` is what the process took before and after it made its bookkeeping ready;
/// `handles` is what the concurrency model will ask for to keep its threads in.
LiveRecord Worker::begin(const MadeReady& made_ready, Bytes handles) {
  load_program();
  const std::int64_t filled = fill_up_maps();
  // Taken and given back, so that the heap has it where the model will ask for it. Volatile: else the compiler sees
  // that nobody uses it.
  void* volatile piece = std::malloc(static_cast<std::size_t>(handles.count));
  settle_heap(Bytes{board_->heap_per_thread.load()}, plan_->runtime.heap_step);
  forget_peak_memory();

  const OwnMemory memory = own_memory();
  peak_virtual_before_ = memory.peak_virtual;
  const Bytes fill{filled * ::sysconf(_SC_PAGESIZE)};
  const Bytes other = record_ + made_ready.after.virtual_size - made_ready.before.virtual_size;
  const Bytes other_resident =
      made_ready.after.resident - made_ready.after.shared - made_ready.before.resident + made_ready.before.shared;
  board_->filled_maps = filled;
  board_->other_virtual = other.count;
  board_->other_resident = other_resident.count;
  board_->base_maps = memory.maps - filled;
  board_->base_virtual = (memory.virtual_size - other - fill).count;
  board_->base_data = (memory.data - made_ready.after.data + made_ready.before.data).count;
  board_->base_resident = (memory.resident - memory.shared - other_resident).count;
  board_->base_page_tables = memory.page_tables.count;
  board_->base_slab = machine_slab().count;
  if (!plan_->memory_group.empty()) {
    if (const auto charged = RunCgroup::kernel_memory(plan_->memory_group)) board_->base_charged = charged->count;
  }

  // These come last: what was done until now needs memory too.
  const Runtime& runtime = plan_->runtime;
  if (plan_->data)
    tell(WorkerStep::limit_data,
         limit_memory_by_rlimit(MemoryLimit::data, *plan_->data, memory.data - runtime.base_data));
  if (plan_->address_space)
    tell(WorkerStep::limit_address_space, limit_memory_by_rlimit(MemoryLimit::address_space, *plan_->address_space,
                                                                 memory.virtual_size - runtime.base_virtual));
  lock_down();
  std::free(piece);
  cpu_before_ = thread_cpu_time();
  process_cpu_before_ = process_cpu_time();
  const auto epoch = SteadyClock::now();
  trace_->begin(epoch);
  LiveRecord record(*trace_, board_->counters, epoch);
  record.sample_threads(Instant{});
  return record;
}

std::int64_t Worker::fill_up_maps() {
  if (!plan_->max_map_count) return 0;
  const std::int64_t own = count_own_maps();
  // What the program should have by now; [vsyscall] is a line of its maps, but no map.
  const std::int64_t base = plan_->runtime.base_maps - 1;
  const std::int64_t maps = machine_map_limit() - *plan_->max_map_count + base - own;
  const Means means = maps >= 0
                          ? fill_maps(maps)
                          : std::unexpected("this program has more mappings than the difference to this machine's");
  tell(WorkerStep::fill_maps, means);
  return means ? maps : 0;
}

template <class Program>
int Worker::finish(LiveRecord& record, const Program& program) {
  try {
    program();
  } catch (const std::bad_alloc&) {
    record.fail(LiveFailure::no_memory, board_->counters.starting.load(), "mmap", ENOMEM,
                why_no_memory(kLargestPiece, kLargestPiece), plan_->runtime.no_memory_message);
    return 1;
  } catch (const std::exception& error) {
    record.fail(LiveFailure::exception, kNoJob, "", 0, {}, error.what());
    return 1;
  }
  const Instant end = record.now();
  record.sample_threads(end);  // Threads that end at once may have told it in another order.
  board_->main_cpu = (thread_cpu_time() - cpu_before_).count();
  board_->process_cpu = (process_cpu_time() - process_cpu_before_).count();
  const OwnMemory memory = own_memory();
  // A peak of the time before the run, as of its memory's warming, is none of the run's. Then it is what there is now,
  // or what was seen in between.
  const bool is_of_run = memory.peak_virtual > peak_virtual_before_;
  board_->peak_virtual = (is_of_run ? memory.peak_virtual : memory.virtual_size).count;
  board_->peak_resident = (memory.peak_resident - memory.shared).count;
  trace_->finish(end);
  return 0;
}

/// What a job's frame takes.
Bytes Worker::frame_size(const Workload& work, FrameArena& frames) {
  LiveRecord unused(*trace_, board_->counters, SteadyClock::now());
  try {
    LiveThreads world(unused, plan_->runtime, plan_->stack, frames);
    const Bytes before = frames.in_use();
    const Task<> job = concurrency::run_job(world, work, 0);
    return frames.in_use() - before;
  } catch (const std::exception&) {
    return {};  // The run itself will hit it, and report it.
  }
}

int Worker::run_threads(const ConcurrencyModel& model) {
  FrameArena frames(FrameArena::Sharing::locked);
  const FrameArena::Scope scope(frames);
  const Workload work(plan_->jobs, plan_->seed);
  // The record's memory is taken before the run, so that the run does not pay for it; and all that a program without a
  // laboratory around it would not have.
  trace_->prepare(work.count() * rows_per_job(plan_->jobs));
  MadeReady made_ready;
  made_ready.before = own_memory();
  LiveThreads::reserve(frames, std::min(plan_->threads, kMostReserved), frame_size(work, frames));
  made_ready.after = own_memory();
  const std::int64_t handles = model.threads(work.count(), plan_->settings);
  LiveRecord record = begin(made_ready, Bytes{static_cast<std::int64_t>(sizeof(LiveThreads::Thread))} * handles);
  if (plan_->probe) return wait_for_end();
  queue_jobs(record, work);
  return finish(record, [&] {
    LiveThreads world(record, plan_->runtime, plan_->stack, frames, nice_);
    Task<> main = model.programs.live_threads(world, work, plan_->settings);
    main.start();
    main.result();
  });
}

int Worker::run_tasks(const ConcurrencyModel& model) {
  const Workload work(plan_->jobs, plan_->seed);
  // Many fill huge pages. For few, the run's memory must be what they need.
  constexpr JobId kMany = 200'000;
  const auto growth = work.count() >= kMany ? FrameArena::Growth::quick : FrameArena::Growth::frugal;
  FrameArena frames(growth);
  const FrameArena::Scope scope(frames);
  trace_->prepare(work.count() * (3 + 2 * work.steps().size()));
  grow_own_stack();
  LiveRecord record = begin(MadeReady{}, Bytes{});
  if (plan_->probe) return wait_for_end();
  queue_jobs(record, work);
  // It outlives the run: where that ends for want of memory, what was taken shows which limit it was.
  std::optional<Executor> executor;
  return finish(record, [&] {
    executor.emplace(record.epoch(), growth);
    LiveExecutor world(record, *executor);
    const auto outcome = executor->run(model.programs.live_executor(world, work, plan_->settings));
    world.finish();
    board_->counters.polls = executor->statistics().polls;
    if (outcome == Executor::Outcome::stalled) throw Stalled();
  });
}

int Worker::wait_for_end() {
  board_->ready = true;
  for (;;) ::pause();
}

}  // namespace

int live_worker_main() {
  MemoryReserve::close();  // Where the machine refuses memory, the run is to meet that.
  steady_heap();
  struct stat file{};
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
  const Bytes record = mapped_size(kWorkerBoard) + mapped_size(kWorkerTrace);
  ::close(kWorkerBoard);
  ::close(kWorkerTrace);
  if (!die_with_parent()) return 2;
  warm_memory(plan->warm);
  board.warm = true;
  wait_for_go(board);
  Worker worker(board, *plan, *trace, record);
  // Nothing that was not asked for runs between the run's end and the process's.
  ::_exit(worker.run());
}

}  // namespace spawnpoint
