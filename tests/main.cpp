// SPDX-License-Identifier: GPL-3.0-or-later
// The tests' main(); each suite is a program of its own. Exit status 77, ctest's word for skipped: nothing failed, and
// no test case ran to its end.
#ifdef SPAWNPOINT_CATCH2_3
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include "tests/catch.hpp"
#endif

#include <cstdlib>

namespace {

#ifdef SPAWNPOINT_CATCH2_3
bool all_skipped(int status) {
  return status == 4;  // Catch2's own word for it.
}
#else
int cases = 0, skipped_cases = 0;

struct CountSkips : Catch::TestEventListenerBase {
  using TestEventListenerBase::TestEventListenerBase;
  void testCaseStarting(const Catch::TestCaseInfo& test) override {
    TestEventListenerBase::testCaseStarting(test);
    before_ = spawnpoint::tests::skips;
    ++cases;
  }
  void testCaseEnded(const Catch::TestCaseStats& test) override {
    TestEventListenerBase::testCaseEnded(test);
    if (spawnpoint::tests::skips > before_) ++skipped_cases;
  }

 private:
  int before_ = 0;
};
CATCH_REGISTER_LISTENER(CountSkips)

bool all_skipped(int status) {
  return status == 0 && cases > 0 && skipped_cases == cases;
}
#endif

}  // namespace

int main(int argc, char** argv) {
  // The app's tests need no display.
  setenv("QT_QPA_PLATFORM", "offscreen", /*overwrite=*/0);
  const int status = Catch::Session().run(argc, argv);
  return all_skipped(status) ? 77 : status;
}
