// SPDX-License-Identifier: GPL-3.0-or-later
// What the shared memory file of a live run looks like inside: a header, a log of 16-byte rows, texts. Only
// the recorder and the reader of shared_trace.hpp use this.
//
// The log is the whole record. A row is claimed by adding one to `next_row`, and counts once its word `what` is not
// zero; that word is written last, in one store. So a process that dies between two instructions leaves at most one
// claimed and empty row for each of its threads, and never half a row. Rows that happen after each other, on whatever
// threads, are in that order.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/trace/shared_failure.hpp"
#include "core/trace/trace.hpp"

namespace spawnpoint::shared_layout {

inline constexpr std::uint64_t kMagic = 0x32'45'43'41'52'54'50'53;  // "SPTRACE2"
inline constexpr std::size_t kPage = 4096;
inline constexpr std::size_t kTextBytes = std::size_t{256} << 10;
/// Lanes have 24 bits in a row; Linux has at most 2^22 threads.
inline constexpr std::uint32_t kRowNoLane = 0xFF'FFFF;

/// What a row says. `range`, `sample`, `mark` and `turn` are followed by a `payload` row of the same thread. Of a turn
/// the core is where others have their job, and its length is the payload.
enum class RowKind : std::uint8_t { none, enter, range, sample, mark, payload, turn };

struct Row {
  std::atomic<std::int64_t> at;     ///< Nanoseconds since the epoch; in a payload row, the payload.
  std::atomic<std::uint64_t> what;  ///< job (32 bits), lane (24), code (4), kind (4). Zero: not written.
};
static_assert(sizeof(Row) == 16 && std::atomic<std::uint64_t>::is_always_lock_free);

constexpr std::uint64_t pack(RowKind kind, std::uint8_t code, JobId job, LaneId lane) {
  const std::uint64_t packed_lane = lane >= kRowNoLane ? kRowNoLane : lane;
  return std::uint64_t{job} | packed_lane << 32 | std::uint64_t{code & 0xFU} << 56 |
         std::uint64_t{static_cast<std::uint8_t>(kind)} << 60;
}
constexpr JobId job_of(std::uint64_t what) {
  return static_cast<JobId>(what);
}
constexpr LaneId lane_of(std::uint64_t what) {
  const auto lane = static_cast<LaneId>(what >> 32 & kRowNoLane);
  return lane == kRowNoLane ? kNoLane : lane;
}
constexpr std::uint8_t code_of(std::uint64_t what) {
  return static_cast<std::uint8_t>(what >> 56 & 0xF);
}
constexpr RowKind kind_of(std::uint64_t what) {
  return static_cast<RowKind>(what >> 60);
}

struct Header {
  // Written once by the creator of the file.
  std::uint64_t magic;
  std::uint64_t rows;
  std::uint32_t jobs;
  std::uint32_t recording;

  alignas(64) std::atomic<std::uint64_t> next_row;
  alignas(64) std::atomic<std::uint64_t> turn_rows;  ///< That were claimed for turns.
  alignas(64) std::atomic<std::uint64_t> next_text;
  std::atomic<std::uint64_t> dropped;
  std::atomic<std::int64_t> epoch;  ///< CLOCK_MONOTONIC in nanoseconds; 0 before the run began.
  std::atomic<std::int64_t> finished;
  std::atomic<std::uint32_t> finished_state;
  std::atomic<std::uint32_t> failure_state;
  SharedFailure failure;
};
static_assert(sizeof(Header) <= kPage);

/// The states of a record that is written once.
enum : std::uint32_t { kUnwritten, kClaimed, kWritten };

/// Where the parts are. Fixed by the number of rows, so that the reader need not trust what the file says.
struct Offsets {
  static constexpr std::size_t kText = kPage;
  static constexpr std::size_t kRows = kText + kTextBytes;
  static constexpr std::size_t file_size(std::size_t rows) {
    return (kRows + rows * sizeof(Row) + kPage - 1) / kPage * kPage;
  }
};

}  // namespace spawnpoint::shared_layout
