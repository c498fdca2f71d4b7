// SPDX-License-Identifier: GPL-3.0-or-later
// The mapping between time and x, as tables of cases.
#include <cmath>

#include "gui/time/time_axis.hpp"
#include "tests/catch.hpp"
#include "tests/gui/timeline_traces.hpp"

namespace spawnpoint::gui {

TEST_CASE("time maps to x and back") {
  struct Case {
    double begin, end, left, width, at, x;
  };
  const auto c = GENERATE(Case{0, 1, 0, 1000, 0, 0}, Case{0, 1, 0, 1000, 1, 1000}, Case{0, 1, 96, 1000, 0.25, 346},
                          Case{2, 4, 10, 200, 3, 110}, Case{2, 4, 10, 200, 1, -90}, Case{0, 3600, 0, 720, 1800, 360},
                          Case{1, 1.000001, 0, 1000, 1.0000005, 500});
  const TimeAxis axis{{seconds(c.begin), seconds(c.end)}, c.left, c.width};
  CHECK(axis.x(seconds(c.at)) == Approx(c.x).margin(1e-6));
  CHECK(std::abs((axis.time(c.x) - seconds(c.at)).count()) <= 1);
}

TEST_CASE("zooming keeps the moment under the cursor where it is") {
  const TimeBounds bounds{{seconds(0), seconds(100)}, Duration(100)};
  const double about = GENERATE(40.0, 41.7, 45.0, 49.99);
  const double factor = GENERATE(0.1, 0.5, 0.8, 1.25, 2.0);
  const TimeRange range{seconds(40), seconds(50)};
  const TimeRange after = zoomed(range, seconds(about), factor, bounds);
  const TimeAxis before_axis{range, 0, 1200};
  const TimeAxis after_axis{after, 0, 1200};
  CHECK(after_axis.x(seconds(about)) == Approx(before_axis.x(seconds(about))).margin(1e-3));
  CHECK(to_seconds(after.length()) == Approx(10 * factor));
}

TEST_CASE("no view leaves the run or falls below its shortest length") {
  const TimeBounds bounds{{seconds(0), seconds(10)}, Duration(1000)};
  CHECK(zoomed({seconds(2), seconds(4)}, seconds(3), 1000, bounds) == TimeRange{seconds(0), seconds(10)});
  CHECK(zoomed({seconds(2), seconds(4)}, seconds(3), 1e-12, bounds).length() == Duration(1000));
  CHECK(panned({seconds(2), seconds(4)}, Duration(seconds(50) - seconds(0)), bounds) ==
        TimeRange{seconds(8), seconds(10)});
  CHECK(panned({seconds(2), seconds(4)}, -Duration(seconds(50) - seconds(0)), bounds) ==
        TimeRange{seconds(0), seconds(2)});
  // A run that is shorter than the shortest view is shown from its beginning.
  CHECK(clamped({seconds(5), seconds(6)}, {{seconds(0), seconds(0)}, Duration(1000)}) ==
        TimeRange{seconds(0), Instant(Duration(1000))});
}

TEST_CASE("ticks are round, apart, and carry their unit once") {
  struct Case {
    double begin, end, width;
    std::vector<std::string> labels;
  };
  const auto c = GENERATE(
      Case{0, 1, 300, {"0 s", "0.5", "1.0"}}, Case{0, 1.2, 700, {"0 s", "0.2", "0.4", "0.6", "0.8", "1.0", "1.2"}},
      Case{1.0, 1.0004, 400, {"1,000.0 ms", "1,000.1", "1,000.2", "1,000.3", "1,000.4"}},
      Case{0, 600, 500, {"0 min", "2", "4", "6", "8", "10"}}, Case{0, 3e-6, 300, {"0 µs", "1", "2", "3"}});
  const TimeAxis axis{{seconds(c.begin), seconds(c.end)}, 0, c.width};
  std::vector<std::string> labels;
  double last = -1e9;
  for (const Tick& tick : ticks(axis, 88)) {
    labels.push_back(tick.label);
    CHECK(axis.x(tick.at) - last >= 88);
    last = axis.x(tick.at);
  }
  CHECK(labels == c.labels);
  CHECK(ticks({{seconds(1), seconds(1)}, 0, 100}, 88).empty());
  // A narrow axis has more than its zero.
  for (const double length : {1.0, 4.196, 9.99, 60.0, 123.0})
    CHECK(ticks({{seconds(0), seconds(length)}, 0, 126}, 88).size() >= 2);
}

}  // namespace spawnpoint::gui
