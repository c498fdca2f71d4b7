// SPDX-License-Identifier: GPL-3.0-or-later
// ResultCache: results by what produced them: the scenario's text with its settings and seed, the machine, the run, the
// world. What was computed once is there again when its text is: after an undo, or when the file is opened again.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "gui/workspace/runs.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint::gui {

/// The scenario as it was read. Two that give the same results have the same one; a host that has changed is another.
std::string cache_key(const Scenario& scenario, const QString& text, const std::vector<Setting>& settings);

class ResultCache {
 public:
  /// Bytes of records that it keeps at most; larger results are not kept.
  explicit ResultCache(std::size_t most = std::size_t{96} << 20) : most_(most) {}

  void put(const std::string& scenario, RunKey key, std::shared_ptr<const RunResult> result);
  /// Null: it is not there (any more).
  std::shared_ptr<const RunResult> find(const std::string& scenario, RunKey key);
  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string scenario;
    RunKey key;
    std::shared_ptr<const RunResult> result;
    std::size_t bytes = 0;
  };
  std::list<Entry> entries_;  ///< The last used first.
  std::size_t most_;
  std::size_t bytes_ = 0;
};

}  // namespace spawnpoint::gui
