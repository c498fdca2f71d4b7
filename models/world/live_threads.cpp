// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/world/live_threads.hpp"

#include <alloca.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>
#include <stdexcept>
#include <string>

#include "models/world/own_memory.hpp"
#include "models/world/real_time.hpp"

namespace spawnpoint {

static_assert(ThreadWorld<LiveThreads>);

thread_local LaneId LiveThreads::lane_ = 0;
thread_local JobId LiveThreads::job_ = kNoJob;
thread_local Instant LiveThreads::taken_up_{};

/// Tells the record of a computation's turns, and that the job waits for a core between them.
class LiveThreads::Watch final : public CpuWatch {
 public:
  explicit Watch(LiveRecord& record) : record_(&record) {}
  void had_core(int cpu, Duration begin, Duration end) override {
    if (job_ != kNoJob && last_end_ && *last_end_ < begin && record_->wait_for_core(job_, lane_, *last_end_))
      record_->enter(job_, JobState::running, lane_, record_->on_record(begin));
    record_->turn(cpu, lane_, begin, end);
    last_end_ = end;
  }

 private:
  LiveRecord* record_;
  std::optional<Duration> last_end_;
};

/// What a new thread needs. Belongs to whoever joins it: the thread itself must not call free().
struct LiveThreads::Start {
  LiveThreads* world = nullptr;
  Task<> body;
  LaneId lane = 0;
  JobId job = kNoJob;  ///< That it is started for.
  pthread_t handle{};
  std::exception_ptr error;

  // Where the frames come from: the program that this stands for would not have it, and its heap is its threads' alone.
  static void* operator new(std::size_t size) { return FrameArena::current().allocate(size); }
  static void operator delete(void* memory, std::size_t size) { FrameArena::deallocate(memory, size); }
};

namespace {

// What the kernel lets a timer of a normal thread be late (kernel/time/hrtimer.c, prctl(PR_SET_TIMERSLACK)).
constexpr Duration kTimerSlack = std::chrono::microseconds(50);

// About what the C library takes of its heap for a thread.
constexpr std::size_t kThreadTable = 512;

std::size_t whole_pages(Bytes size) {
  return static_cast<std::size_t>(round_up(std::max(size, Bytes{}), own_page_size()).count);
}

// What an idle thread uses of its stack anyway.
constexpr std::size_t kIdleStack = 8192;

// Uses `size` bytes of the stack beyond those of an idle thread, as a program's own frames would.
[[gnu::noinline]] void touch_stack(std::size_t size) {
  auto* memory = static_cast<volatile char*>(alloca(size + kIdleStack));
  for (std::size_t at = 0; at < size; at += 1024) memory[size - 1 - at] = 1;
  memory[0] = 1;
}

// Whether clone works where no memory has to be allocated for it, not even the C library's for a thread of its own:
// then it was not clone that failed.
bool clone_works() {
  alignas(64) static std::array<char, std::size_t{64} << 10> stack;
  static std::atomic<std::int32_t> alive;
  alive = 1;
  // The kernel clears `alive` at the very end, when the stack is no longer used.
  const int tid =
      ::clone([](void*) { return 0; }, stack.data() + stack.size(),
              CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_CHILD_CLEARTID,
              nullptr, nullptr, nullptr, &alive);
  if (tid < 0) return false;
  while (alive != 0) ::sched_yield();
  return true;
}

// pthread_create says EAGAIN whatever was refused. So the steps are tried again one by one.
const char* failed_call(std::size_t stack, std::size_t guard) {
  if (!clone_works()) return "clone3";
  void* memory = ::mmap(nullptr, stack + guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return "mmap";
  const char* refused = nullptr;
  if (::mprotect(static_cast<char*>(memory) + guard, stack, PROT_READ | PROT_WRITE) != 0) {
    refused = "mprotect";
  } else if (void* const table = std::calloc(1, kThreadTable); table == nullptr) {
    refused = "brk";
  } else {
    std::free(table);
  }
  ::munmap(memory, stack + guard);
  // Where all of it works now, a thread has ended meanwhile, and that frees what clone needs.
  return refused != nullptr ? refused : "clone3";
}

}  // namespace

LiveThreads::LiveThreads(LiveRecord& record, const Runtime& runtime, Bytes stack, FrameArena& frames,
                         std::vector<std::int64_t> nice)
    : record_(&record), runtime_(&runtime), frames_(&frames), stack_(stack), scheduling_{.nice = std::move(nice)} {
  if (::pthread_attr_init(&attributes_) != 0) throw std::bad_alloc();
  const auto least = static_cast<std::int64_t>(::sysconf(_SC_THREAD_STACK_MIN));
  stack_ = std::max(stack_, Bytes{least});
  // glibc adds the guard to the size that it is given: the stack is as large as asked.
  const std::size_t guard = whole_pages(runtime.guard);
  if (::pthread_attr_setstacksize(&attributes_, whole_pages(stack_)) != 0 ||
      ::pthread_attr_setguardsize(&attributes_, guard) != 0) {
    ::pthread_attr_destroy(&attributes_);
    throw std::invalid_argument("a stack of this size cannot be allocated");
  }
}

void LiveThreads::reserve(FrameArena& frames, std::int64_t threads, Bytes frame) {
  struct Piece {
    Piece* next;
  };
  for (const std::size_t size : {sizeof(Start), static_cast<std::size_t>(frame.count)}) {
    Piece* all = nullptr;
    for (std::int64_t i = 0; i < threads; ++i) all = ::new (frames.allocate(size)) Piece{all};
    while (all != nullptr) FrameArena::deallocate(std::exchange(all, all->next), size);
  }
}

LiveThreads::~LiveThreads() {
  ::pthread_attr_destroy(&attributes_);
}

bool LiveThreads::Wait::await_ready() const {
  if (kind_ == Kind::cpu) {
    Watch watch(*record_);
    use_cpu(when_, &watch);
    return true;
  }
  const Duration due = record_->monotonic(Instant(when_));
  sleep_until_monotonic(due);
  if (job_ != kNoJob && record_->monotonic(record_->now()) - due > kTimerSlack + kAway)
    (void)record_->wait_for_core(job_, lane_, due + kTimerSlack);
  return true;
}

void* LiveThreads::thread_main(void* argument) {
  Start& start = *static_cast<Start*>(argument);
  LiveThreads& world = *start.world;
  lane_ = start.lane;
  job_ = kNoJob;
  if (const Scheduling& scheduling = world.scheduling_; !scheduling.nice.empty())
    (void)::setpriority(PRIO_PROCESS, 0, nice_of(scheduling, start.lane));  // Of the calling thread alone.
  const FrameArena::Scope scope(*world.frames_);
  void* const signal_stack = world.runtime_->signal_stack > Bytes{} ? world.set_up_signal_stack() : nullptr;
  // A runtime whose threads allocate gets glibc's arenas.
  if (world.runtime_->arena > Bytes{}) {
    void* volatile memory = std::malloc(64);
    std::free(memory);
  }
  // Where the stack is smaller than that, the process dies of it, as the program would.
  if (world.runtime_->touched > Bytes{}) {
    std::atomic<std::uint64_t>& touching = world.record_->counters().touching;
    std::uint64_t nobody = 0;
    std::uint64_t own = LiveCounters::pack(start.lane, start.job);
    touching.compare_exchange_strong(nobody, own);
    touch_stack(static_cast<std::size_t>(world.runtime_->touched.count));
    touching.compare_exchange_strong(own, 0);
  }
  try {
    Task<> body = std::move(start.body);
    body.start();
    body.result();
  } catch (...) {
    start.error = std::current_exception();
  }
  if (signal_stack != nullptr) world.remove_signal_stack(signal_stack);
  world.record_->counters().ended.fetch_add(1, std::memory_order_relaxed);
  world.record_->sample_threads(world.now());
  return nullptr;
}

// As Rust's runtime does it at the start of each thread: a mapping with a guard page below it.
void* LiveThreads::set_up_signal_stack() const {
  const std::size_t size = whole_pages(runtime_->signal_stack);
  const auto page = static_cast<std::size_t>(own_page_size().count);
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const char* call = "mmap";
  bool good = memory != MAP_FAILED;
  if (good && size > page) {
    call = "mprotect";
    good = ::mprotect(memory, page, PROT_NONE) == 0;
  }
  if (good) {
    stack_t stack{};
    stack.ss_sp = static_cast<char*>(memory) + (size > page ? page : 0);
    stack.ss_size = size > page ? size - page : size;
    ::sigaltstack(&stack, nullptr);
    return memory;
  }
  if (!runtime_->abort_on_signal_stack) return nullptr;
  const int error = errno;
  const MetLimit why = why_no_memory(Bytes{static_cast<std::int64_t>(size)}, Bytes{static_cast<std::int64_t>(size)});
  record_->fail(LiveFailure::signal_stack, record_->counters().starting.load(std::memory_order_relaxed), call, error,
                why, runtime_->abort_message);
  // As the runtime itself would say it; the first failure on record may be another one.
  (void)!::write(STDERR_FILENO, runtime_->abort_message.data(), runtime_->abort_message.size());
  std::abort();
}

void LiveThreads::remove_signal_stack(void* memory) const {
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
  ::munmap(memory, whole_pages(runtime_->signal_stack));
}

std::expected<LiveThreads::Thread, SpawnRefusal> LiveThreads::create(Task<> body) {
  auto start = std::make_unique<Start>();
  start->world = this;
  start->body = std::move(body);
  LiveCounters& counters = record_->counters();
  start->lane = static_cast<LaneId>(counters.created.load(std::memory_order_relaxed) + 1);
  start->job = counters.starting.load(std::memory_order_relaxed);
  const int error = ::pthread_create(&start->handle, &attributes_, &LiveThreads::thread_main, start.get());
  if (error != 0) return std::unexpected(describe(error));
  const auto created = counters.created.fetch_add(1, std::memory_order_relaxed) + 1;
  raise_to(counters.peak_threads, created - counters.ended.load(std::memory_order_relaxed) + 1);
  record_->sample_threads(now());
  return Thread(std::move(start));
}

SpawnRefusal LiveThreads::describe(int error) const {
  SpawnRefusal refusal;
  refusal.call = failed_call(whole_pages(stack_), whole_pages(runtime_->guard));
  if (refusal.call != "clone3") {
    const Bytes guard{static_cast<std::int64_t>(whole_pages(runtime_->guard))};
    // The C library's heap grows in steps of this size.
    const Bytes heap = refusal.call == "brk" ? runtime_->heap_step : Bytes{};
    const MetLimit why = why_no_memory(stack_ + guard + heap, stack_ + heap);
    refusal.limit = why.limit;
    if (why.limit != nullptr) refusal.value = why.value;
  }
  refusal.cause = Errno{error};
  refusal.message = runtime_->message.empty() ? std::strerror(error) : runtime_->message;
  return refusal;
}

std::expected<LiveThreads::Thread, SpawnRefusal> LiveThreads::Spawn::await_resume() {
  return world_->create(std::move(body_));
}

void LiveThreads::Join::await_resume() {
  auto start = std::move(thread_->start_);
  if (!start) return;
  ::pthread_join(start->handle, nullptr);
  if (start->error) std::rethrow_exception(start->error);
}

LiveThreads::Thread::Thread(std::unique_ptr<Start> start) noexcept : start_(std::move(start)) {}
LiveThreads::Thread::Thread(Thread&& other) noexcept : start_(std::move(other.start_)) {}
LiveThreads::Thread& LiveThreads::Thread::operator=(Thread&& other) noexcept {
  std::swap(start_, other.start_);
  return *this;
}

LiveThreads::Thread::~Thread() {
  // Its function uses the world: nobody may go on before it has ended.
  if (start_) ::pthread_join(start_->handle, nullptr);
}

void LiveThreads::fail(JobId job, const SpawnRefusal& refusal) {
  const auto* error = std::get_if<Errno>(&refusal.cause);
  record_->fail(LiveFailure::refused, job, refusal.call, error != nullptr ? error->number : EAGAIN,
                {refusal.limit, refusal.value.value_or(0)}, refusal.message);
  if (job != kNoJob) record_->enter(job, JobState::failed, lane_, now());
}

}  // namespace spawnpoint
