// SPDX-License-Identifier: GPL-3.0-or-later
// JobFilter: what is typed above the table of jobs, as conditions: "job 312", "state:failed", "duration>1.1s", "live".
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "gui/jobs/job_table.hpp"

namespace spawnpoint::gui {

/// Conditions with spaces between them must all hold:
///   312, job 312, job:312, job:300-320, job>300     the job's number
///   thread 3, thread:main, state:failed, world:live, failed, live
///   arrival, start, end, delay, duration, response, late with < <= > >= = and a time: "response>1.1s" "late >= 50us"
class JobFilter {
 public:
  JobFilter() = default;  ///< Everything passes.
  /// The error says what could not be read, for people.
  static std::expected<JobFilter, std::string> parse(std::string_view text);

  bool passes(const JobFigures& jobs, JobId job) const;
  bool empty() const { return conditions_.empty(); }
  friend bool operator==(const JobFilter&, const JobFilter&) = default;

 private:
  struct Condition {
    JobColumn column = JobColumn::job;
    std::int64_t least = 0;
    std::int64_t most = 0;  ///< Both belong to it.
    friend bool operator==(const Condition&, const Condition&) = default;
  };
  std::vector<Condition> conditions_;
};

}  // namespace spawnpoint::gui
