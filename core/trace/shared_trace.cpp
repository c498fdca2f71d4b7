// SPDX-License-Identifier: GPL-3.0-or-later
// The file itself, and the worker's side of it. The reader is in shared_trace_reader.cpp.
#include "core/trace/shared_trace.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/memory/huge_pages.hpp"
#include "core/trace/shared_mapping.hpp"

namespace spawnpoint {

using namespace shared_layout;

namespace {

std::unexpected<std::string> system_error(const char* what) {
  return std::unexpected(std::string(what) + ": " + std::strerror(errno));
}

/// A file that has no name. In memory; where the kernel has no memfd, in /tmp.
int unnamed_file() {
  const int fd = ::memfd_create("spawnpoint-trace", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  return fd >= 0 || errno != ENOSYS ? fd : ::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

}  // namespace

std::expected<SharedTraceFile, std::string> SharedTraceFile::create(std::size_t jobs, std::size_t rows,
                                                                    Recording recording) {
  // The header holds the number of jobs in 32 bits, and file sizes are signed.
  if (jobs >= kNoJob || rows > (std::size_t{1} << 48))
    return std::unexpected("a live record of this size is not possible");
  SharedTraceFile file(unnamed_file());
  if (!file.file_) return system_error("memfd_create");
  const std::size_t size = Offsets::file_size(rows);
  if (::ftruncate(file.fd(), static_cast<off_t>(size)) != 0) return system_error("ftruncate of the shared trace");
  // Sealed, a worker that went wild cannot make its parent fault by cutting the file. Real files have no seals.
  (void)::fcntl(file.fd(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
  auto mapping = map_shared(file.fd(), kPage, PROT_READ | PROT_WRITE);
  if (!mapping) return std::unexpected(mapping.error());
  Header& header = *reinterpret_cast<Header*>(mapping->bytes());
  header.magic = kMagic;
  header.rows = rows;
  header.jobs = static_cast<std::uint32_t>(jobs);
  header.recording = static_cast<std::uint32_t>(recording);
  return file;
}

SharedMapping::SharedMapping(SharedMapping&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)), size_(std::exchange(other.size_, 0)) {}
SharedMapping& SharedMapping::operator=(SharedMapping&& other) noexcept {
  std::swap(begin_, other.begin_);
  std::swap(size_, other.size_);
  return *this;
}
SharedMapping::~SharedMapping() {
  if (begin_) ::munmap(begin_, size_);
}

std::expected<SharedMapping, std::string> map_shared(int fd, std::size_t size, int protection) {
  void* begin = ::mmap(nullptr, size, protection, MAP_SHARED, fd, 0);
  if (begin == MAP_FAILED) return system_error("mmap of the shared trace");
  return SharedMapping(begin, size);
}

std::expected<SharedTraceShape, std::string> shape_of_shared_trace(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return system_error("fstat of the shared trace");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size < Offsets::file_size(0)) return std::unexpected("this is not a shared trace: it is too short");
  auto mapping = map_shared(fd, kPage, PROT_READ);
  if (!mapping) return std::unexpected(mapping.error());
  const Header& header = *reinterpret_cast<const Header*>(mapping->bytes());
  if (header.magic != kMagic) return std::unexpected("this is not a shared trace");
  // The file may be damaged: more rows than fit into it are not there.
  const std::size_t fit = (size - Offsets::kRows) / sizeof(Row);
  const auto rows = static_cast<std::size_t>(header.rows);
  if (rows > fit || header.jobs == kNoJob || header.recording > static_cast<std::uint32_t>(Recording::nothing)) {
    return std::unexpected("the shared trace is damaged");
  }
  return SharedTraceShape{rows, header.jobs, static_cast<Recording>(header.recording)};
}

SharedTraceRecorder::SharedTraceRecorder(SharedMapping mapping, std::size_t rows, std::size_t jobs, Recording recording)
    : mapping_(std::move(mapping)), rows_(rows), jobs_(jobs), recording_(recording) {
  if (recording_ == Recording::jobs) started_ = std::make_unique<std::atomic<bool>[]>(jobs_);
}

std::expected<SharedTraceRecorder, std::string> SharedTraceRecorder::open(int fd) {
  const auto shape = shape_of_shared_trace(fd);
  if (!shape) return std::unexpected(shape.error());
  auto mapping = map_shared(fd, Offsets::file_size(shape->rows), PROT_READ | PROT_WRITE);
  if (!mapping) return std::unexpected(mapping.error());
  return SharedTraceRecorder(std::move(*mapping), shape->rows, shape->jobs, shape->recording);
}

void SharedTraceRecorder::prepare(std::size_t rows) {
  const std::size_t size = std::min(Offsets::kRows + std::min<std::size_t>(rows, rows_) * sizeof(Row), mapping_.size());
  (void)populate_pages(mapping_.bytes(), size);  // all at once, where the system can
  // A write to each as well: on a virtual machine the host may map a page only then. Adding nothing changes nothing,
  // whatever is there.
  for (std::size_t at = 0; at < size; at += kPage) {
    reinterpret_cast<std::atomic<std::uint64_t>*>(mapping_.bytes() + at)->fetch_add(0, std::memory_order_relaxed);
  }
}

void SharedTraceRecorder::begin(SteadyClock::time_point epoch) {
  const auto since_boot = std::chrono::duration_cast<Duration>(epoch.time_since_epoch());
  header().epoch.store(since_boot.count(), std::memory_order_release);
}

bool SharedTraceRecorder::is_wanted(JobId job, JobState state) {
  if (recording_ == Recording::nothing || job >= jobs_) return false;
  if (state == JobState::done || state == JobState::failed) return true;
  if (!has_begun(state) || started_[job].load(std::memory_order_relaxed)) return false;
  return !started_[job].exchange(true, std::memory_order_relaxed);
}

void SharedTraceRecorder::write_pair(std::int64_t at, std::uint64_t what, std::uint64_t payload) {
  const std::uint64_t index = header().next_row.fetch_add(2, std::memory_order_relaxed);
  if (index + 2 > rows_) return drop();
  // The payload first: once the row counts, so does what belongs to it.
  write(index + 1, std::bit_cast<std::int64_t>(payload), pack(RowKind::payload, 0, 0, 0));
  write(index, at, what);
}

void SharedTraceRecorder::enter_all(JobId first, std::uint32_t count, JobState state, LaneId lane, Instant at) {
  if (recording_ != Recording::segments) {
    for (std::uint32_t i = 0; i < count && recording_ == Recording::jobs; ++i) enter(first + i, state, lane, at);
    return;
  }
  write_pair(at.time_since_epoch().count(), pack(RowKind::range, static_cast<std::uint8_t>(state), first, lane), count);
}

void SharedTraceRecorder::sample(SeriesKind kind, Instant at, double value) {
  write_pair(at.time_since_epoch().count(), pack(RowKind::sample, static_cast<std::uint8_t>(kind), 0, 0),
             std::bit_cast<std::uint64_t>(value));
}

bool SharedTraceRecorder::claim_for_turns(std::uint64_t rows) {
  if (recording_ != Recording::segments) return false;
  return header().turn_rows.fetch_add(rows, std::memory_order_relaxed) + rows <= SharedTraceFile::kTurnRows;
}

void SharedTraceRecorder::turn(const Turn& turn) {
  if (turn.begin >= turn.end || !claim_for_turns(2)) return;
  write_pair(turn.begin.time_since_epoch().count(), pack(RowKind::turn, 0, turn.core, turn.lane),
             static_cast<std::uint64_t>((turn.end - turn.begin).count()));
}

bool SharedTraceRecorder::wait_for_core(JobId job, LaneId lane, Instant from) {
  // One for what the job does afterwards.
  if (!claim_for_turns(2)) return false;
  enter(job, JobState::ready, lane, from);
  return true;
}

void SharedTraceRecorder::mark(const Mark& mark) {
  std::uint64_t offset = header().next_text.fetch_add(mark.text.size(), std::memory_order_relaxed);
  std::uint64_t size = mark.text.size();
  if (offset > kTextBytes || size > kTextBytes - offset) {
    drop();
    offset = std::min<std::uint64_t>(offset, kTextBytes);
    size = std::min<std::uint64_t>(size, kTextBytes - offset);
  }
  if (size > 0) std::memcpy(mapping_.bytes() + Offsets::kText + offset, mark.text.data(), size);
  write_pair(mark.at.time_since_epoch().count(),
             pack(RowKind::mark, static_cast<std::uint8_t>(mark.kind), mark.job, mark.lane), offset << 32 | size);
}

void SharedTraceRecorder::write_failure(const SharedFailure& failure) {
  std::uint32_t unwritten = kUnwritten;
  if (!header().failure_state.compare_exchange_strong(unwritten, kClaimed, std::memory_order_relaxed)) return;
  header().failure = failure;
  header().failure_state.store(kWritten, std::memory_order_release);
}

void SharedTraceRecorder::finish(Instant at) {
  header().finished.store(at.time_since_epoch().count(), std::memory_order_relaxed);
  header().finished_state.store(kWritten, std::memory_order_release);
}

static_assert(Recorder<SharedTraceRecorder>);

}  // namespace spawnpoint
