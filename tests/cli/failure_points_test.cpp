// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run limits` on the real kernel's failure points, each described by --set alone.
#include <nlohmann/json.hpp>

#include "tests/catch.hpp"
#include "tests/cli/program.hpp"
#include "tests/models/kernel_cases.hpp"

using namespace spawnpoint;
using Json = nlohmann::ordered_json;

TEST_CASE("the ladder of the command line gives every measured failure point") {
  std::string wrong;
  for (const tests::KernelCase& measured : tests::kernel_cases()) {
    if (measured.injected()) continue;  // No limit of the kernel: see tests/models/kernel-cases.md.
    std::vector<std::string> arguments{"limits", "--json"};
    for (const std::string& setting : measured.settings()) arguments.insert(arguments.end(), {"--set", setting});
    const tests::Output output = tests::spawnpoint_run(arguments);
    if (output.status != 0) {
      wrong += measured.name() + ": " + output.err + "\n";
      continue;
    }
    const Json ladder = Json::parse(output.out);
    const auto threads = ladder["threads"].get<std::int64_t>();
    const bool right = measured.none_refused()
                           ? threads >= measured.number("requested_n")
                           : std::llabs(threads - measured.measured()) <= measured.tolerance() &&
                                 ladder["errno"] == measured.text("errno") && ladder["binding"] == measured.limit();
    if (!right)
      wrong += measured.name() + ": measured " + std::to_string(measured.measured()) + " " + measured.text("errno") +
               " by " + measured.limit() + ", printed " + std::to_string(threads) + " " + ladder["errno"].dump() +
               " by " + ladder["binding"].dump() + "\n";
  }
  INFO(wrong);
  CHECK(wrong.empty());
}
