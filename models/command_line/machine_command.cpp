// SPDX-License-Identifier: GPL-3.0-or-later
// `spawnpoint-run machine`: this host as a machine profile, and in words what could be read and what could not.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "models/command_line/commands.hpp"
#include "models/command_line/inputs.hpp"
#include "models/lab/this_host.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint::command_line {

Exit machine(const MachineArguments& arguments) {
  const HostReport report = this_host();
  for (const std::string& line : report.read) fmt::print(stderr, "# {}\n", line);
  for (const std::string& line : report.missing) fmt::print(stderr, "# not read: {}\n", line);
  const std::string text = to_toml(report.machine);
  if (arguments.output.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return Exit::ok;
  }
  std::ofstream file(arguments.output, std::ios::binary);
  file << text;
  file.close();
  if (!file) {
    print_error(fmt::format("cannot write {}: {}", arguments.output, std::strerror(errno)));
    return Exit::cannot_run;
  }
  return Exit::ok;
}

}  // namespace spawnpoint::command_line
