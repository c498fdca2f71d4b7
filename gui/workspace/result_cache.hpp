// SPDX-License-Identifier: GPL-3.0-or-later
// ResultCache: results by what produced them. What was computed once is there again when the same is asked for: after
// an undo, after a change of another part of the text, or when the file is opened again.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>

#include "gui/workspace/runs.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::gui {

/// What a result follows from, in short: a digest of run_identity().
std::string result_key(const Scenario& scenario, RunKey key);

class ResultCache {
 public:
  /// Bytes of records that it keeps at most; larger results are not kept.
  explicit ResultCache(std::size_t most = std::size_t{96} << 20) : most_(most) {}

  void put(const std::string& key, std::shared_ptr<const RunResult> result);
  /// Null: it is not there (any more).
  std::shared_ptr<const RunResult> find(const std::string& key);
  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const RunResult> result;
    std::size_t bytes = 0;
  };
  std::list<Entry> entries_;  ///< The last used first.
  std::size_t most_;
  std::size_t bytes_ = 0;
};

}  // namespace spawnpoint::gui
