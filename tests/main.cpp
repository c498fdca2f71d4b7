// SPDX-License-Identifier: GPL-3.0-or-later
// The tests' main(); each suite is a program of its own.
#ifdef SPAWNPOINT_CATCH2_3
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include <cstdlib>

int main(int argc, char** argv) {
  // The app's tests need no display.
  setenv("QT_QPA_PLATFORM", "offscreen", /*overwrite=*/0);
  return Catch::Session().run(argc, argv);
}
