// SPDX-License-Identifier: GPL-3.0-or-later
// The record of a live run, in a shared memory file: the worker process writes it, the app reads it while it grows. The
// worker may be killed or abort at any instruction; what it had recorded is there, whole, and in order.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/files/file_descriptor.hpp"
#include "core/trace/recorder.hpp"
#include "core/trace/shared_failure.hpp"
#include "core/trace/shared_layout.hpp"

namespace spawnpoint {

/// CLOCK_MONOTONIC: both processes read the same one.
using SteadyClock = std::chrono::steady_clock;

/// How much the worker records of its jobs. Samples and marks are always recorded.
enum class Recording : std::uint32_t {
  segments,  ///< Each change of state.
  jobs,      ///< Each job's start line, end line and failure only.
  nothing    ///< Nothing of jobs: full speed.
};

/// The file, made by the parent. Sparse: memory is taken as it is written.
class SharedTraceFile {
 public:
  /// Room for `rows` changes of state and samples (a mark and a sample take two). Fails with the system's message.
  static std::expected<SharedTraceFile, std::string> create(std::size_t jobs, std::size_t rows,
                                                            Recording recording = Recording::segments);
  /// Rows that `jobs` jobs take which change their state `changes` times, with some to spare for samples and marks.
  static constexpr std::size_t rows_for(std::size_t jobs, std::size_t changes = 8) { return jobs * changes + 65'536; }

  /// What turns may take of the rows: so many do not keep other things out of the record.
  static constexpr std::size_t kTurnRows = 524'288;

  /// To be handed to the worker. Closes on exec unless the spawner says otherwise.
  int fd() const { return file_.get(); }

 private:
  explicit SharedTraceFile(int fd) : file_(fd) {}
  FileDescriptor file_;
};

/// A mapping that is undone with its owner.
class SharedMapping {
 public:
  SharedMapping(void* begin, std::size_t size) : begin_(begin), size_(size) {}
  SharedMapping(SharedMapping&& other) noexcept;
  SharedMapping& operator=(SharedMapping&& other) noexcept;
  ~SharedMapping();

  std::byte* bytes() const { return static_cast<std::byte*>(begin_); }
  std::size_t size() const { return size_; }

 private:
  void* begin_ = nullptr;
  std::size_t size_ = 0;
};

/// The worker's recorder. All functions but `open` and `prepare` may be called from any threads at once; none
/// allocates, waits, or makes a system call.
class SharedTraceRecorder {
 public:
  /// Maps the file behind `fd`, which may be closed afterwards.
  static std::expected<SharedTraceRecorder, std::string> open(int fd);

  /// Takes the memory of the first `rows` rows now, so that the run does not pay for its page faults.
  void prepare(std::size_t rows);
  /// The run begins: `epoch` is the origin of all its times.
  void begin(SteadyClock::time_point epoch);

  void enter(JobId job, JobState state, LaneId lane, Instant at) {
    if (recording_ != Recording::segments && !is_wanted(job, state)) return;
    const std::uint64_t index = header().next_row.fetch_add(1, std::memory_order_relaxed);
    if (index >= rows_) [[unlikely]]
      return drop();
    write(index, at.time_since_epoch().count(),
          shared_layout::pack(shared_layout::RowKind::enter, static_cast<std::uint8_t>(state), job, lane));
  }
  /// `count` jobs from `first` on enter `state`, at the price of one.
  void enter_all(JobId first, std::uint32_t count, JobState state, LaneId lane, Instant at);
  void sample(SeriesKind kind, Instant at, double value);
  /// A thread has come to the end of a turn, where turns are recorded: in whatever order threads get to tell of them.
  void turn(const Turn& turn);
  /// From `from` on a job has waited for a core. False: turns, and what is between them, are not recorded any more.
  bool wait_for_core(JobId job, LaneId lane, Instant from);
  /// The text is cut where the file's 256 KiB of texts end.
  void mark(const Mark& mark);

  /// What stopped the run. The first one is kept.
  void write_failure(const SharedFailure& failure);
  /// The run came to its own end.
  void finish(Instant at);

  /// Rows and texts that found no room.
  std::uint64_t dropped() const { return header().dropped.load(std::memory_order_relaxed); }
  std::size_t jobs() const { return jobs_; }
  Recording recording() const { return recording_; }

 private:
  SharedTraceRecorder(SharedMapping mapping, std::size_t rows, std::size_t jobs, Recording recording);

  shared_layout::Header& header() const { return *reinterpret_cast<shared_layout::Header*>(mapping_.bytes()); }
  shared_layout::Row* row(std::uint64_t index) const {
    return reinterpret_cast<shared_layout::Row*>(mapping_.bytes() + shared_layout::Offsets::kRows) + index;
  }
  void write(std::uint64_t index, std::int64_t at, std::uint64_t what) {
    row(index)->at.store(at, std::memory_order_relaxed);
    row(index)->what.store(what, std::memory_order_release);
  }
  void write_pair(std::int64_t at, std::uint64_t what, std::uint64_t payload);
  bool is_wanted(JobId job, JobState state);
  bool claim_for_turns(std::uint64_t rows);
  void drop() { header().dropped.fetch_add(1, std::memory_order_relaxed); }

  SharedMapping mapping_;
  std::uint64_t rows_;
  std::size_t jobs_;
  Recording recording_;
  /// With Recording::jobs, whether a job has started.
  std::unique_ptr<std::atomic<bool>[]> started_;
};

/// The parent's side. Believes nothing: whatever the file holds, it reads within bounds and counts what makes no sense.
class SharedTraceReader {
 public:
  static std::expected<SharedTraceReader, std::string> open(int fd);

  /// Adds what has been recorded since the last call to `trace` (the same one each time; its series and marks may be
  /// added to in between), at most `at_most` rows. Returns the number of rows read.
  std::size_t poll(Trace& trace, std::size_t at_most = SIZE_MAX);
  /// The worker is gone or done: reads the rest, and closes the open segments and the trace at `at`. Turns are added of
  /// the cores and the lanes that `trace` has by now.
  void close(Trace& trace, Instant at);

  /// The run's origin of time, once it began.
  std::optional<SteadyClock::time_point> epoch() const;
  /// When the run came to its own end; empty if it was stopped or killed.
  std::optional<Instant> finished() const;
  std::optional<SharedFailure> failure() const;

  /// Rows and texts that found no room in the file.
  std::uint64_t dropped() const { return header().dropped.load(std::memory_order_relaxed); }
  /// Rows that make no sense. Not zero only if the file was damaged.
  std::uint64_t damaged() const { return damaged_; }

 private:
  SharedTraceReader(SharedMapping mapping, std::size_t rows, std::size_t jobs)
      : mapping_(std::move(mapping)), rows_(rows), jobs_(jobs) {}

  const shared_layout::Header& header() const {
    return *reinterpret_cast<const shared_layout::Header*>(mapping_.bytes());
  }
  const shared_layout::Row& row(std::size_t index) const {
    return reinterpret_cast<const shared_layout::Row*>(mapping_.bytes() + shared_layout::Offsets::kRows)[index];
  }
  void attach(Trace& trace);
  void apply(std::uint64_t what, std::int64_t at, std::int64_t payload);
  void add_turns(const Trace& trace);
  std::string text(std::uint64_t place) const;

  SharedMapping mapping_;
  std::size_t rows_;
  std::size_t jobs_;
  std::size_t next_ = 0;
  std::uint64_t damaged_ = 0;
  bool closed_ = false;
  std::optional<TraceRecorder> recorder_;
  std::vector<Turn> turns_;  ///< They come in no order: kept until there are all of them.
};

}  // namespace spawnpoint
