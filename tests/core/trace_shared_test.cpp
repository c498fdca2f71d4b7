// SPDX-License-Identifier: GPL-3.0-or-later
// The live record: what a worker wrote into shared memory is what its parent reads, even if the worker is killed.
#include <rapidcheck.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <random>
#include <thread>

#include "core/trace/shared_trace.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;

namespace {

Instant at(Duration d) {
  return Instant{d};
}

struct Shared {
  explicit Shared(std::size_t jobs, std::size_t rows = 10'000, Recording recording = Recording::segments)
      : file(SharedTraceFile::create(jobs, rows, recording).value()),
        recorder(SharedTraceRecorder::open(file.fd()).value()),
        reader(SharedTraceReader::open(file.fd()).value()) {}
  SharedTraceFile file;
  SharedTraceRecorder recorder;
  SharedTraceReader reader;
};

/// Reports the same run to any recorder.
template <class R>
void tell_a_run(R& recorder) {
  for (JobId job = 0; job < 5; ++job) recorder.enter(job, JobState::queued, kNoLane, at(0ms));
  recorder.sample(SeriesKind::threads, at(0ms), 1);
  recorder.enter(0, JobState::starting, 1, at(1ms));
  recorder.enter(0, JobState::running, 1, at(2ms));
  recorder.sample(SeriesKind::threads, at(2ms), 2);
  recorder.sample(SeriesKind::resident, at(2ms), 0.1);
  recorder.enter(0, JobState::waiting, 1, at(3ms));
  recorder.enter(1, JobState::blocked, 4'000'000, at(3ms));
  recorder.enter(0, JobState::done, 1, at(4ms));
  recorder.enter(2, JobState::failed, kNoLane, at(5ms));
  recorder.mark(Mark{MarkKind::failure, at(5ms), kNoLane, 2, "clone3: \"EAGAIN\""});
  recorder.mark(Mark{MarkKind::executor_stall, at(6ms), 0, kNoJob, ""});
}

}  // namespace

TEST_CASE("what is read from shared memory is what a recorder in memory holds") {
  Trace expected;
  TraceRecorder in_memory(expected, 5);
  tell_a_run(in_memory);
  in_memory.finish(at(8ms));

  Shared shared(5);
  Trace trace;
  CHECK(shared.reader.poll(trace) == 0);
  CHECK(trace.growing);
  CHECK(trace.jobs.size() == 5);
  tell_a_run(shared.recorder);

  SECTION("in one piece") {
    shared.reader.poll(trace);
  }
  SECTION("row by row") {
    while (shared.reader.poll(trace, 1) > 0) {
    }
  }
  SECTION("at the end") {}
  shared.reader.close(trace, at(8ms));
  CHECK(trace == expected);
  CHECK(shared.reader.damaged() == 0);
  CHECK(shared.reader.dropped() == 0);
}

TEST_CASE("many jobs enter a state at the price of one") {
  Shared shared(1000, 2);
  shared.recorder.enter_all(10, 990, JobState::queued, kNoLane, at(1ms));
  Trace trace;
  shared.reader.close(trace, at(3ms));
  CHECK(shared.reader.dropped() == 0);
  CHECK(trace.jobs.state[9] == JobState::none);
  CHECK(trace.jobs.state[10] == JobState::queued);
  CHECK(trace.segments.size() == 990);
  CHECK(trace.segments[989] == Segment{kNoLane, 999, JobState::queued, at(1ms), at(3ms)});
}

TEST_CASE("the parent's own samples and marks stay where they are") {
  Shared shared(2);
  Trace trace;
  trace[SeriesKind::resident].append(at(0ms), 100);
  shared.recorder.enter(0, JobState::running, 0, at(1ms));
  shared.reader.poll(trace);
  trace[SeriesKind::resident].append(at(1ms), 200);
  shared.recorder.enter(0, JobState::done, 0, at(2ms));
  shared.reader.close(trace, at(2ms));
  CHECK(trace[SeriesKind::resident].value == Column<double>{100, 200});
  CHECK(trace.segments.size() == 1);
}

TEST_CASE("with less recording, only the jobs' lines or nothing of jobs is kept") {
  Trace trace;
  SECTION("lines only") {
    Shared shared(5, 100, Recording::jobs);
    shared.recorder.enter_all(0, 5, JobState::queued, kNoLane, at(0ms));
    tell_a_run(shared.recorder);
    shared.reader.close(trace, at(8ms));
    CHECK(trace.jobs.started[0] == at(2ms));
    CHECK(trace.jobs.ended[0] == at(4ms));
    CHECK(trace.jobs.started[1] == at(3ms));
    CHECK(trace.jobs.state[2] == JobState::failed);
    CHECK(trace.jobs.state[3] == JobState::none);
    const auto log = job_log(trace);
    REQUIRE(log.size() == 3);
    CHECK((log[0].job == 0 && log[1].job == 1 && log[2].job == 0 && log[2].is_end));
  }
  SECTION("nothing") {
    Shared shared(5, 100, Recording::nothing);
    shared.recorder.enter_all(0, 5, JobState::queued, kNoLane, at(0ms));
    tell_a_run(shared.recorder);
    shared.reader.close(trace, at(8ms));
    CHECK(trace.segments.empty());
    CHECK(job_log(trace).empty());
  }
  CHECK(trace.marks.size() == 2);
  CHECK(trace[SeriesKind::threads].maximum() == 2);
}

TEST_CASE("rows, texts and messages that find no room are counted") {
  Shared shared(4, 3);
  for (JobId job = 0; job < 4; ++job) shared.recorder.enter(job, JobState::running, 0, at(1ms));
  shared.recorder.sample(SeriesKind::tasks, at(1ms), 3);
  CHECK(shared.recorder.dropped() == 2);
  CHECK(shared.reader.dropped() == 2);
  Trace trace;
  shared.reader.close(trace, at(2ms));
  CHECK(trace.segments.size() == 3);

  Shared wide(4, 100);
  wide.recorder.mark(Mark{MarkKind::failure, at(1ms), 0, 0, std::string(200'000, 'a')});
  wide.recorder.mark(Mark{MarkKind::failure, at(1ms), 0, 1, std::string(200'000, 'b')});
  wide.recorder.mark(Mark{MarkKind::failure, at(1ms), 0, 2, "c"});
  Trace marked;
  wide.reader.close(marked, at(2ms));
  REQUIRE(marked.marks.size() == 3);
  CHECK(marked.marks[1].text == std::string((256 << 10) - 200'000, 'b'));
  CHECK(marked.marks[2].text.empty());
  CHECK(wide.reader.dropped() == 2);
}

TEST_CASE("the worker's epoch, failure and end are reported") {
  Shared shared(1);
  CHECK_FALSE(shared.reader.epoch());
  CHECK_FALSE(shared.reader.failure());
  CHECK_FALSE(shared.reader.finished());

  const auto now = SteadyClock::now();
  shared.recorder.begin(now);
  CHECK(shared.reader.epoch() == now);

  SharedFailure failure;
  failure.kind = 3;
  failure.job = 507;
  failure.threads = 507;
  failure.error = 11;
  failure.limit = 4;
  failure.value = 65530;
  failure.at = at(5ms);
  failure.call = FixedText<60>("clone3");
  failure.message = FixedText<508>(std::string(600, 'm'));
  shared.recorder.write_failure(failure);
  failure.job = 508;
  shared.recorder.write_failure(failure);
  const auto read = shared.reader.failure();
  REQUIRE(read);
  CHECK(read->kind == 3);
  CHECK(read->job == 507);
  CHECK(read->threads == 507);
  CHECK(read->error == 11);
  CHECK(read->limit == 4);
  CHECK(read->value == 65530);
  CHECK(read->at == at(5ms));
  CHECK(read->call.view() == "clone3");
  CHECK(read->message.view() == std::string(508, 'm'));

  shared.recorder.finish(at(9ms));
  CHECK(shared.reader.finished() == at(9ms));
}

TEST_CASE("preparing the memory changes nothing of what is recorded") {
  Shared shared(5);
  shared.recorder.prepare(1'000'000);
  tell_a_run(shared.recorder);
  Trace trace;
  shared.reader.close(trace, at(8ms));
  CHECK(trace.marks.size() == 2);
}

TEST_CASE("threads record at once, and a reader that looks on sees each thread's order") {
  constexpr std::uint32_t kThreads = 4;
  constexpr JobId kJobs = 2000;
  Shared shared(kThreads * kJobs, SharedTraceFile::rows_for(kThreads * kJobs));
  std::vector<std::thread> threads;
  for (std::uint32_t lane = 0; lane < kThreads; ++lane) {
    threads.emplace_back([&, lane] {
      for (JobId i = 0; i < kJobs; ++i) {
        const JobId job = lane * kJobs + i;
        shared.recorder.enter(job, JobState::running, lane, at(Duration(2 * i)));
        if (i % 100 == 0) shared.recorder.sample(SeriesKind::runnable, at(Duration(2 * i)), lane);
        if (i % 100 == 50)
          shared.recorder.mark(Mark{MarkKind::failure, at(Duration(i)), lane, job, std::to_string(job)});
        shared.recorder.enter(job, JobState::done, lane, at(Duration(2 * i + 2)));
      }
    });
  }
  Trace trace;
  std::size_t shown = 0;
  std::size_t wrong = 0;
  while (shown < kThreads * kJobs) {
    shared.reader.poll(trace);
    for (; shown < trace.segments.size(); ++shown) {
      const Segment segment = trace.segments[shown];
      wrong += segment.job / kJobs != segment.lane || segment.end - segment.begin != 2ns ||
               segment.begin != at(Duration(2 * (segment.job % kJobs)));
    }
  }
  for (auto& thread : threads) thread.join();
  shared.reader.close(trace, at(1s));
  CHECK(wrong == 0);
  CHECK(trace.segments.size() == kThreads * kJobs);
  CHECK(trace.marks.size() == kThreads * kJobs / 100);
  for (const Mark& mark : trace.marks) CHECK(mark.text == std::to_string(mark.job));
  CHECK(shared.reader.dropped() == 0);
  CHECK(shared.reader.damaged() == 0);
}

TEST_CASE("whenever a worker is killed, each of its threads' record is whole up to that moment") {
  constexpr std::uint32_t kThreads = 3;
  constexpr JobId kJobs = 20'000;
  constexpr std::array kStates = {JobState::starting, JobState::running, JobState::waiting, JobState::done};
  std::mt19937 random(20'26);
  // What the worker itself says that it had recorded, in a memory that outlives it.
  auto* told = static_cast<std::atomic<std::uint64_t>*>(
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(told != MAP_FAILED);
  std::size_t killed_at_work = 0;
  for (int round = 0; round < 50; ++round) {
    Shared shared(kThreads * kJobs, SharedTraceFile::rows_for(kThreads * kJobs, 6));
    for (std::uint32_t lane = 0; lane < kThreads; ++lane) told[lane] = 0;
    const pid_t worker = ::fork();
    REQUIRE(worker >= 0);
    if (worker == 0) {
      std::vector<std::thread> threads;
      for (std::uint32_t lane = 0; lane < kThreads; ++lane) {
        threads.emplace_back([&, lane] {
          for (std::uint64_t step = 0; step < kJobs * kStates.size(); ++step) {
            const JobId job = lane * kJobs + static_cast<JobId>(step / kStates.size());
            shared.recorder.enter(job, kStates[step % kStates.size()], lane, at(Duration(step)));
            if (step % 64 == 0) shared.recorder.sample(SeriesKind::tasks, at(Duration(step)), double(step));
            told[lane].store(step + 1, std::memory_order_release);
            // Every other worker takes its time: on a busy machine the fast ones may be through before they are killed.
            if (round % 2 == 1 && step % 1000 == 999) std::this_thread::sleep_for(100us);
          }
        });
      }
      for (auto& thread : threads) thread.join();
      ::pause();
      ::_exit(0);
    }
    Trace trace;
    while (told[0] == 0) std::this_thread::yield();
    const auto stop = SteadyClock::now() + std::chrono::microseconds(random() % 1'500);
    while (SteadyClock::now() < stop) shared.reader.poll(trace, 1000);
    REQUIRE(::kill(worker, SIGKILL) == 0);
    REQUIRE(::waitpid(worker, nullptr, 0) == worker);
    shared.reader.close(trace, at(1h));

    // Counted, not checked one by one: there are millions.
    std::size_t wrong = 0;
    REQUIRE(shared.reader.damaged() == 0);
    REQUIRE(shared.reader.dropped() == 0);
    for (std::uint32_t lane = 0; lane < kThreads; ++lane) {
      // How many of this thread's steps are in the record: each job that is done made four.
      std::uint64_t steps = 0;
      for (JobId job = lane * kJobs; job < (lane + 1) * kJobs; ++job) {
        const JobState state = trace.jobs.state[job];
        if (state == JobState::none) break;
        wrong += trace.jobs.lane[job] != lane;
        steps = std::uint64_t{job - lane * kJobs} * kStates.size();
        for (const JobState each : kStates) {
          ++steps;
          if (each == state) break;
        }
        wrong += trace.jobs.since[job] != at(Duration(steps - 1));
        if (state != JobState::done) break;
      }
      REQUIRE(steps >= told[lane]);
      REQUIRE(steps <= told[lane] + 1);
      const auto begin = trace.jobs.state.begin() + lane * kJobs + static_cast<std::ptrdiff_t>((steps + 3) / 4);
      REQUIRE(std::all_of(begin, trace.jobs.state.begin() + (lane + 1) * kJobs,
                          [](JobState state) { return state == JobState::none; }));
      killed_at_work += steps > 0 && steps < kJobs * kStates.size();
    }
    for (std::size_t i = 0; i < trace.segments.size(); ++i) {
      const Segment segment = trace.segments[i];
      const auto step = segment.begin.time_since_epoch().count();
      wrong += segment.job != segment.lane * kJobs + static_cast<JobId>(step / 4) ||
               segment.state != kStates[static_cast<std::size_t>(step % 4)] ||
               (segment.end - segment.begin != 1ns && segment.end != at(1h));
    }
    REQUIRE(wrong == 0);
  }
  CHECK(killed_at_work > 0);
  ::munmap(told, 4096);
}

TEST_CASE("a damaged file is read within bounds") {
  REQUIRE(rc::check([](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    Shared shared(100, 500);
    tell_a_run(shared.recorder);
    const std::size_t size = shared_layout::Offsets::file_size(500);
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, shared.file.fd(), 0);
    RC_ASSERT((memory != MAP_FAILED));
    auto* words = static_cast<std::uint64_t*>(memory);
    // Either noise everywhere, or rows that nearly make sense.
    const bool noise = random() % 2 == 0;
    for (std::size_t i = 0; i < size / 8; ++i) {
      const bool in_rows = i * 8 >= shared_layout::Offsets::kRows;
      if (noise || !in_rows || i % 2 == 0) {
        words[i] = random() >> (random() % 64);
      } else {
        words[i] = random() % 200 | (random() % 300) << 32 | (random() % 10) << 56 | (random() % 7) << 60;
      }
    }
    Trace trace;
    shared.reader.poll(trace, random() % 300);
    if (const auto failure = shared.reader.failure()) RC_ASSERT(failure->message.view().size() <= 508U);
    (void)shared.reader.finished();
    (void)shared.reader.epoch();
    shared.reader.close(trace, at(1s));
    RC_ASSERT(trace.jobs.size() == 100U);
    for (const JobId job : trace.segments.jobs()) RC_ASSERT(job < 100U);
    (void)SharedTraceReader::open(shared.file.fd());
    (void)SharedTraceRecorder::open(shared.file.fd());
    ::munmap(memory, size);
  }));
}

TEST_CASE("a file that is not a shared trace is refused with a message") {
  const int fd = ::memfd_create("other", MFD_CLOEXEC);
  CHECK(SharedTraceReader::open(fd).error().find("too short") != std::string::npos);
  REQUIRE(::ftruncate(fd, 1 << 20) == 0);
  CHECK(SharedTraceReader::open(fd).error().find("not a shared trace") != std::string::npos);
  ::close(fd);
  CHECK(SharedTraceRecorder::open(fd).error().find("Bad file descriptor") != std::string::npos);
  CHECK_FALSE(SharedTraceFile::create(kNoJob, 1));
}

TEST_CASE("a file with room for ten million jobs takes memory only as it is written") {
  Shared shared(10'000'000, SharedTraceFile::rows_for(10'000'000));
  shared.recorder.enter(9'999'999, JobState::running, 0, at(1ms));
  struct stat status{};
  REQUIRE(::fstat(shared.file.fd(), &status) == 0);
  CHECK(status.st_size > 1'000'000'000);
  CHECK(status.st_blocks * 512 < 100'000);
}

TEST_CASE("turns come in any order, and no two are on a core at once") {
  Shared shared(1);
  shared.recorder.begin(SteadyClock::now());
  const auto turn = [&](CoreId core, LaneId lane, Duration begin, Duration end) {
    shared.recorder.turn({core, lane, at(begin), at(end)});
  };
  turn(0, 2, 6ms, 9ms);
  turn(0, 1, 1ms, 7ms);  // Moved away before it was noticed: it had the core until the other came.
  turn(0, 3, 7ms, 8ms);  // For so short that the one that it interrupts has not noticed.
  turn(1, 1, 7ms, 7ms);  // Nothing.
  turn(1, 3, 8ms, 9ms);
  turn(2, 1, 1ms, 2ms);  // There are two cores,
  turn(1, 4, 1ms, 2ms);  // and four threads.
  Trace trace;
  trace.cores = 2;
  trace.lanes = 4;
  shared.reader.close(trace, at(10ms));
  REQUIRE(trace.turns.size() == 3);
  CHECK(trace.turns[0] == Turn{0, 1, at(1ms), at(6ms)});
  CHECK(trace.turns[1] == Turn{0, 2, at(6ms), at(9ms)});
  CHECK(trace.turns[2] == Turn{1, 3, at(8ms), at(9ms)});
  CHECK(trace.turns_end == at(10ms));
  CHECK(shared.reader.damaged() == 2);
}
