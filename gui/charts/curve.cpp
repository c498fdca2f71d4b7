// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/charts/curve.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <utility>

namespace spawnpoint::gui {
namespace {

/// With this many turns within so many pixels, the steps of a line are no longer told apart.
constexpr int kManyTurns = 3;
constexpr int kCell = 6;

/// How often the values turn from going up to going down, or back.
int turns(std::span<const Corner> corners) {
  int count = 0;
  double direction = 0;
  for (std::size_t i = 1; i < corners.size(); ++i) {
    const double step = corners[i].value - corners[i - 1].value;
    if (step == 0) continue;
    if (step * direction < 0) ++count;
    direction = step;
  }
  return count;
}

Instant moment(double seconds) {
  return Instant(Duration(std::llround(seconds * 1e9)));
}

/// Over time, from the first step on.
double mean(const Series& series, double from, double to) {
  const Instant begin = std::max(moment(from), series.time.front()), end = moment(to);
  auto next = static_cast<std::size_t>(std::ranges::upper_bound(series.time, begin) - series.time.begin());
  if (end <= begin) return series.at(begin);
  double sum = 0;
  for (Instant at = begin; at < end; ++next) {
    const Instant until = next < series.time.size() ? std::min(series.time[next], end) : end;
    sum += series.value[next - 1] * to_seconds(until - at);
    at = until;
  }
  return sum / to_seconds(end - begin);
}

}  // namespace

double Curve::at(double seconds) const {
  if (line.empty()) return 0;
  const auto after = std::ranges::upper_bound(line, seconds, {}, &Corner::at);
  if (after == line.begin()) return line.front().value;
  if (after == line.end()) return line.back().value;
  const Corner& before = *std::prev(after);
  const double part = (seconds - before.at) / (after->at - before.at);
  return before.value + part * (after->value - before.value);
}

Curve curve(const Series& series, const TimeRange& range, Instant end, int pixels, int detail) {
  Curve result;
  const std::vector<Corner> all = corners(series, range, end, pixels * detail);
  if (all.empty()) return result;
  const double begin = to_seconds(range.begin), last = all.back().at;
  const double pixel = to_seconds(range.length()) / pixels;
  const auto pixel_of = [&](const Corner& corner) {
    return std::clamp(static_cast<int>((corner.at - begin) / pixel), 0, pixels - 1);
  };
  double value = all.front().value;  // That holds at `reached`.
  double reached = all.front().at;   // All before is drawn.
  bool in_band = false;
  const auto leave_band = [&] {
    if (std::exchange(in_band, false)) result.line.push_back({reached, value});
  };
  for (std::size_t i = 0; i < all.size();) {
    const int here = pixel_of(all[i]) / kCell;
    std::size_t next = i;
    while (next < all.size() && pixel_of(all[next]) / kCell == here) ++next;
    const std::span<const Corner> own(all.data() + i, next - i);
    i = next;
    const double left = std::max(begin + here * kCell * pixel, all.front().at);
    const double right = std::min(begin + (here + 1) * kCell * pixel, last);
    if (turns(own) < kManyTurns) {
      leave_band();
      result.line.insert(result.line.end(), own.begin(), own.end());
      value = own.back().value;
      continue;
    }
    if (reached < left - pixel / 2) leave_band();  // In between nothing changes.
    if (!std::exchange(in_band, true)) {
      if (!result.line.empty()) result.line.push_back({left, value});
      result.band.push_back({left, value, value});
    }
    for (auto corner = own.begin(); corner != own.end();) {
      const int place = pixel_of(*corner);
      Curve::Reach reach{std::max(begin + place * pixel, left), value, value};
      result.band.push_back(reach);
      for (; corner != own.end() && pixel_of(*corner) == place; ++corner) {
        value = corner->value;
        reach.low = std::min(reach.low, value);
        reach.high = std::max(reach.high, value);
      }
      result.band.push_back(reach);
      reach.at = std::min(begin + (place + 1) * pixel, right);
      result.band.push_back(reach);
      result.band.push_back({reach.at, value, value});
    }
    reached = right;
    const double about = mean(series, left, right);
    if (result.line.empty()) result.line.push_back({left, about});
    result.line.push_back({(left + right) / 2, about});
    if (next == all.size()) result.line.push_back({right, about});
  }
  return result;
}

}  // namespace spawnpoint::gui
