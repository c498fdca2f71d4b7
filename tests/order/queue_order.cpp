// SPDX-License-Identifier: GPL-3.0-or-later
// All trials of the event queue as a program that needs no library: check.sh builds it with other compilers and levels
// of optimization than the build's own.
#include <cstdio>

#include "tests/order/queue_trial.hpp"

int main() {
  int trials = 0;
  int failed = 0;
  for (int law = 0; law < spawnpoint::tests::kDelayLaws; ++law) {
    for (const std::size_t keys : spawnpoint::tests::kTrialKeys) {
      for (const bool renumbered : {false, true}) {
        const std::string wrong = spawnpoint::tests::queue_trial(law, keys, renumbered);
        ++trials;
        if (wrong.empty()) continue;
        std::printf("law %d, %zu keys%s: %s\n", law, keys, renumbered ? ", renumbered" : "", wrong.c_str());
        ++failed;
      }
    }
  }
  std::printf("%d of %d trials were wrong\n", failed, trials);
  return failed == 0 ? 0 : 1;
}
