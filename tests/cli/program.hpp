// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the built spawnpoint-run as its users do: a process of its own, with its output, its exit status and its
// signals.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/temporary_directory.hpp"

namespace spawnpoint::tests {

struct Output {
  int status = -1;  ///< Exit status; -1 where a signal ended it.
  int signal = 0;   ///< What ended it; 0: it exited.
  std::string out;
  std::string err;
};

/// A running spawnpoint-run.
class Program {
 public:
  /// Starts it with `arguments`, `input` on standard input, in a session of its own (so that no terminal is near).
  explicit Program(const std::vector<std::string>& arguments, const std::string& input = {});
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();
  pid_t pid() const { return pid_; }
  void send(int signal) const;
  /// Waits for its end; one that takes more than two minutes is killed.
  Output wait();

 private:
  TemporaryDirectory directory_;
  pid_t pid_ = -1;
};

/// From start to end.
Output spawnpoint_run(const std::vector<std::string>& arguments, const std::string& input = {});

void write_file(const std::filesystem::path& file, const std::string& text);
std::string read_file(const std::filesystem::path& file);
std::vector<std::string> lines_of(const std::string& text);

/// A shipped scenario by its file name.
std::string shipped(const std::string& name);

}  // namespace spawnpoint::tests
