// SPDX-License-Identifier: GPL-3.0-or-later
// MapShelf: maps that were computed, by what they depend on. One that is looked at again is there without being
// computed again: after an undo, or when its file is opened once more.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>

#include "gui/workspace/map_sweep.hpp"

namespace spawnpoint::gui {

class Document;

/// What the map of a document's scenario depends on. Texts that differ only in what the map varies have the same key.
std::string map_key(const Document& document);

class MapShelf {
 public:
  /// Points of all its maps together, at most: a point takes about a kilobyte.
  explicit MapShelf(std::size_t most = 50'000) : most_(most) {}

  /// Nothing to go on with, and what is too large, is not kept.
  void put(const std::string& key, MapSweep::State state);
  /// It is then no longer here. Nothing: it never was, or had to go.
  std::optional<MapSweep::State> take(const std::string& key);

 private:
  struct Entry {
    std::string key;
    MapSweep::State state;
  };
  std::list<Entry> entries_;  ///< The last that came first.
  std::size_t most_;
  std::size_t points_ = 0;
};

}  // namespace spawnpoint::gui
