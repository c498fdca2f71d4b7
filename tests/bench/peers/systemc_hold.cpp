// SPDX-License-Identifier: GPL-3.0-or-later
// The hold benchmark in SystemC: each process is a thread process.
#define SC_INCLUDE_DYNAMIC_PROCESSES
#include <systemc>

#include "tests/bench/peers/random.hpp"
#include "tests/bench/simulation/measure.hpp"

namespace {

bench::Hold* hold = nullptr;

void process() {
  for (;;) {
    if (hold->is_last()) sc_core::sc_stop();
    sc_core::wait(sc_core::sc_time(1e9 * bench::exponential(), sc_core::SC_NS));
  }
}

}  // namespace

int sc_main(int argc, char** argv) {
  bench::Hold counted(argc, argv);
  hold = &counted;
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  sc_core::sc_spawn_options options;
  options.set_stack_size(12 << 10);  // more than two pages is the least
  for (std::uint64_t i = 0; i < counted.processes(); ++i) {
    sc_core::sc_spawn(process, sc_core::sc_gen_unique_name("process"), &options);
  }
  sc_core::sc_start();
  counted.report();
  return 0;
}
