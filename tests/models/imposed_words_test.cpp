// SPDX-License-Identifier: GPL-3.0-or-later
// What is said of the limits of a live run.
#include "models/result/imposed_words.hpp"

#include "tests/catch.hpp"

using namespace spawnpoint;

TEST_CASE("a limit of a live run has the scenario's value wherever it is told") {
  const ImposedLimit pids{"pids.max", 512, Imposed::yes, "pids.max = 508 in a control group of its own"};
  CHECK(imposed_value(pids) == "pids.max 512");
  CHECK(imposed_words(pids) ==
        "pids.max 512 held in the live run: pids.max = 508 in a control group of its own, which leaves the same room: "
        "what else the modeled machine has in use is not there");
  CHECK(imposed_caption(pids) == "pids.max 512 held (pids.max = 508 in a control group of its own)");
  CHECK(imposed_item(pids) == "pids.max 512 (pids.max = 508 in a control group of its own)");
  const ImposedLimit same{"pids.max", 512, Imposed::yes, "pids.max = 512 in a control group of its own"};
  CHECK(imposed_caption(same) == "pids.max 512 held");
  const ImposedLimit memory{"memory.max", 512 << 20, Imposed::yes, "510 MiB in a control group of its own"};
  CHECK(imposed_caption(memory) == "memory.max 512 MiB held (510 MiB in a control group of its own)");
  const ImposedLimit mode{"overcommit", 0, Imposed::yes, "this machine's mode is heuristic too"};
  CHECK(imposed_caption(mode) == "overcommit heuristic held");
  CHECK(imposed_item(mode) == "overcommit heuristic");
  const ImposedLimit cpus{"cpus", 64, Imposed::no, "this machine has only 2"};
  CHECK(imposed_words(cpus) == "cpus 64 did not hold in the live run: this machine has only 2");
}
