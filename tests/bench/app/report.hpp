// SPDX-License-Identifier: GPL-3.0-or-later
// What the app's benchmark has measured, against the app's budgets: as a table and as JSON.
#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace spawnpoint::bench {

using Clock = std::chrono::steady_clock;

inline double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

struct Figure {
  std::string what;
  std::string unit;
  double median = 0;
  double least = 0;
  double most = 0;
  int runs = 0;
  double budget = 0;  ///< 0: there is none.

  bool met() const { return budget <= 0 || median <= budget; }
};

class Report {
 public:
  explicit Report(bool json) : json_(json) {}

  /// Prints the section's head.
  void section(const std::string& title);
  void add(Figure figure);
  /// The median of what `samples` hold.
  void add(const std::string& what, const std::string& unit, std::vector<double> samples, double budget = 0);
  /// Times `work(i)`, `runs` times after one that does not count.
  void time(const std::string& what, double budget_ms, int runs, const std::function<void(int)>& work);
  void note(const std::string& words);
  /// The JSON, if that is what is wanted.
  void finish();

 private:
  void add_row(const std::string& row);

  bool json_;
  std::string section_;
  std::string rows_;
};

}  // namespace spawnpoint::bench
