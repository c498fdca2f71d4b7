// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trace/fingerprint.hpp"

#include <bit>
#include <string_view>

namespace spawnpoint {

namespace {

/// Takes in words one after the other; each one's place counts. The mixing is that of MurmurHash3's 64-bit finalizer
/// and of SplitMix64 (public domain).
class Hash {
 public:
  void add(std::uint64_t word) { state_ = std::rotl(state_ ^ mix(word + 0x9E3779B97F4A7C15), 27) * 5 + 0x52DCE729; }
  void add(Instant t) { add(static_cast<std::uint64_t>(t.time_since_epoch().count())); }
  void add(std::string_view text) {
    add(text.size());
    for (const char c : text) add(static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
  }
  std::uint64_t result() const { return mix(state_); }

 private:
  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCD;
    x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53;
    return x ^ (x >> 33);
  }
  std::uint64_t state_ = 0x53504157'4E504F49;
};

}  // namespace

std::uint64_t fingerprint(const Trace& trace) {
  Hash hash;
  const SegmentTable& segments = trace.segments;
  hash.add(segments.size());
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment segment = segments[i];
    hash.add(std::uint64_t{segment.job} << 32 | segment.lane);
    hash.add(static_cast<std::uint64_t>(segment.state));
    hash.add(segment.begin);
    hash.add(segment.end);
  }
  const JobTable& jobs = trace.jobs;
  hash.add(jobs.size());
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    hash.add(std::uint64_t{jobs.lane[job]} << 32 | static_cast<std::uint64_t>(jobs.state[job]));
    hash.add(jobs.since[job]);
    hash.add(jobs.started[job]);
    hash.add(jobs.ended[job]);
    hash.add(std::uint64_t{jobs.start_order[job]} << 32 | jobs.end_order[job]);
  }
  for (const Series& series : trace.series) {
    hash.add(series.time.size());
    for (std::size_t i = 0; i < series.time.size(); ++i) {
      hash.add(series.time[i]);
      hash.add(std::bit_cast<std::uint64_t>(series.value[i]));
    }
  }
  hash.add(trace.marks.size());
  for (const Mark& mark : trace.marks) {
    hash.add(static_cast<std::uint64_t>(mark.kind));
    hash.add(mark.at);
    hash.add(std::uint64_t{mark.job} << 32 | mark.lane);
    hash.add(std::string_view(mark.text));
  }
  hash.add(std::uint64_t{trace.lanes} << 1 | (trace.growing ? 1U : 0U));
  hash.add(trace.end);
  return hash.result();
}

}  // namespace spawnpoint
