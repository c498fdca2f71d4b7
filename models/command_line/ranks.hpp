// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks: the processes that mpirun (or srun) has started together, as little of them as a sweep needs. MPI itself is in
// a library of its own that is loaded only then: without mpirun there is no trace of it in the process.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

namespace spawnpoint::command_line {

class Ranks {
 public:
  struct Message {
    int from = 0;
    std::string text;
  };

  Ranks() = default;
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;
  virtual ~Ranks() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Rank 0's text comes to all.
  virtual void broadcast(std::string& text) = 0;
  virtual void send(int to, const std::string& text) = 0;
  /// A message if one is there.
  virtual std::optional<Message> receive() = 0;
  /// Gives the processor away while there is nothing to do.
  static void pause();
};

/// Null where this process was started alone. Error: it was not, but MPI is not available, in words. Call it once, from
/// the main thread.
std::expected<std::unique_ptr<Ranks>, std::string> join_ranks();

}  // namespace spawnpoint::command_line
