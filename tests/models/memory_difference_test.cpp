// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/memory_difference.hpp"

#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;

namespace {

RunResult result(MemoryUse memory) {
  RunResult made;
  made.memory = memory;
  return made;
}

}  // namespace

TEST_CASE("live memory is compared with the model's, by kind, with a plus where the live run took more") {
  const RunResult model = result({100_MiB, 1_GiB, 40_MiB, 20_MiB, 8_MiB, 12_MiB});
  const RunResult live = result({104_MiB, 1_GiB, 38_MiB, 20_MiB, 8_MiB, 10_MiB});
  const auto told = memory_difference(live, model);
  CHECK(told.line == "live against model: resident +4.0% · virtual equal · kernel -5.0%");
  CHECK(told.details ==
        "resident: live 104 MiB, model 100 MiB (+4.0%)\n"
        "virtual: live 1 GiB, model 1 GiB (equal)\n"
        "kernel: live 38 MiB, model 40 MiB (-5.0%)\n"
        "    kernel stacks: live 20 MiB, model 20 MiB (equal)\n"
        "    page tables: live 8 MiB, model 8 MiB (equal)\n"
        "    slab: live 10 MiB, model 12 MiB (-17%)");
}

TEST_CASE("a kind that the model has nothing of has its bytes given, and no percentage") {
  const auto told = memory_difference(result({5_MiB, 9_MiB, 4_KiB, 0_B, 4_KiB, 0_B}), result({5_MiB, 9_MiB}));
  CHECK(told.line == "live against model: resident equal · virtual equal");
  CHECK(told.details.find("kernel: live 4 KiB, model 0 B\n") != std::string::npos);
}

TEST_CASE("what is a matter of single pages is not compared in percent") {
  CHECK(memory_percentage(120_KiB, 25_KiB) == "");
  CHECK(memory_percentage(120_KiB, 100_KiB) == "+20%");
  CHECK(memory_difference(result({120_KiB, 9_MiB}), result({25_KiB, 9_MiB})).line ==
        "live against model: virtual equal");
}

TEST_CASE("programs of different sizes are compared by what their jobs took") {
  RunResult model = result({12_MiB, 1_GiB, 14_MiB});
  model.base = {2_MiB, 4_MiB};
  RunResult live = result({19_MiB, 1_GiB, 14_MiB});
  live.base = {8_MiB, 4_MiB};
  const auto told = memory_difference(live, model);
  CHECK(told.line == "live against model: resident +10% · virtual equal · kernel equal");
  CHECK(told.details.starts_with("resident: live 11 MiB, model 10 MiB (+10%)\n"));
  CHECK(told.details.find("had 8 MiB resident and 4 MiB virtual; the model's, which is its runtime's, had 2 MiB and") !=
        std::string::npos);
}

TEST_CASE("runs that were stopped, or could not be made, are not compared") {
  const RunResult whole = result({5_MiB, 9_MiB, 1_MiB});
  RunResult stopped = whole;
  stopped.stopped = true;
  RunResult failed = whole;
  failed.error = "no process";
  CHECK(memory_difference(stopped, whole).line.empty());
  CHECK(memory_difference(whole, stopped).details.empty());
  CHECK(memory_difference(failed, whole).line.empty());
  CHECK(memory_difference(whole, failed).line.empty());
}
