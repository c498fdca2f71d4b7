// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/app/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace spawnpoint::bench {

void Report::section(const std::string& title) {
  section_ = title;
  if (json_) return;
  fmt::print("\n{}\n{:<66} {:>10} {:>21} {:>10}\n", title, "what", "measured", "least – most", "budget");
  std::fflush(stdout);
}

void Report::add(Figure figure) {
  if (json_) {
    nlohmann::ordered_json row{{"section", section_},     {"what", figure.what},   {"unit", figure.unit},
                               {"median", figure.median}, {"least", figure.least}, {"most", figure.most},
                               {"runs", figure.runs}};
    if (figure.budget > 0) {
      row["budget"] = figure.budget;
      row["met"] = figure.met();
    }
    add_row(row.dump());
    return;
  }
  const std::string spread =
      figure.runs > 1 ? fmt::format("{:.3g} – {:.3g} of {}", figure.least, figure.most, figure.runs) : "";
  const std::string budget =
      figure.budget > 0 ? fmt::format("{:g} {} {}", figure.budget, figure.unit, figure.met() ? "met" : "NOT MET") : "";
  // The dash in the spread is three bytes and one column wide.
  fmt::print("{:<66} {:>7.3g} {:<2} {:>21}   {}\n", figure.what, figure.median, figure.unit, spread, budget);
  std::fflush(stdout);
}

void Report::add(const std::string& what, const std::string& unit, std::vector<double> samples, double budget) {
  if (samples.empty()) return;
  std::sort(samples.begin(), samples.end());
  add({what, unit, samples[samples.size() / 2], samples.front(), samples.back(), static_cast<int>(samples.size()),
       budget});
}

void Report::time(const std::string& what, double budget_ms, int runs, const std::function<void(int)>& work) {
  work(0);
  std::vector<double> samples;
  for (int i = 1; i <= runs; ++i) {
    const auto begin = Clock::now();
    work(i);
    samples.push_back(milliseconds_since(begin));
  }
  add(what, "ms", std::move(samples), budget_ms);
}

void Report::note(const std::string& words) {
  if (json_) {
    add_row(nlohmann::ordered_json{{"section", section_}, {"note", words}}.dump());
    return;
  }
  fmt::print("  {}\n", words);
}

void Report::add_row(const std::string& row) {
  rows_ += (rows_.empty() ? "" : ",\n  ") + row;
}

void Report::finish() {
  if (json_) fmt::print("[\n  {}\n]\n", rows_);
}

}  // namespace spawnpoint::bench
