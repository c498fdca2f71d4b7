// SPDX-License-Identifier: GPL-3.0-or-later
// The app's main(): all else is in the library, so that the tests link it.
#include "gui/app/program.hpp"

int main(int argc, char** argv) {
  return spawnpoint::gui::run_program(argc, argv);
}
