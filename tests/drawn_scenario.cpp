// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/drawn_scenario.hpp"

#include <fmt/format.h>

#include <initializer_list>

namespace spawnpoint::tests {

std::string drawn_scenario(std::mt19937& random) {
  const auto pick = [&](std::initializer_list<std::string> of) { return *(of.begin() + random() % of.size()); };
  std::string text = fmt::format("spawnpoint = 1\nseed = {}\n[machine]\nprofile = \"{}\"\n", random() % 1000,
                                 pick({"laptop-8g", "rust-playground", "raspberry-pi-4"}));
  if (random() % 2 == 0) text += fmt::format("limits.pids_max = {}\n", 2 + random() % 300);
  if (random() % 4 == 0) text += fmt::format("cpus = {}\n", 1 + random() % 16);
  std::string steps;
  for (std::size_t i = 1 + random() % 3; i > 0; --i)
    steps += fmt::format("{}{{ {} = \"{}\" }}", steps.empty() ? "" : ", ", pick({"sleep", "block", "cpu"}),
                         pick({"1ms", "5ms", "40ms", "exp(mean=10ms)", "0ns"}));
  text += fmt::format("[jobs]\ncount = {}\nsteps = [{}]\n", 1 + random() % 400, steps);
  if (random() % 3 == 0) text += pick({"arrivals = { rate = \"200/s\" }\n", "arrivals = { every = \"2ms\" }\n"});
  for (std::size_t i = 1 + random() % 2; i > 0; --i) {
    const std::string model =
        pick({"sequential", "thread_per_job", "thread_pool", "join_all", "await_each", "await_in_loop"});
    text += fmt::format("[[run]]\nconcurrency = \"{}\"\n", model);
    if (model == "thread_pool") text += fmt::format("threads = {}\n", 1 + random() % 20);
    if (model.starts_with("thread") && random() % 2 == 0) text += "runtime = \"rust-std\"\nstack = \"256KiB\"\n";
  }
  return text;
}

}  // namespace spawnpoint::tests
