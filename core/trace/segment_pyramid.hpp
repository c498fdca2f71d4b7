// SPDX-License-Identifier: GPL-3.0-or-later
// SegmentPyramid: a record's segments of one state, by row, under a pyramid of sums. A node says when its segments
// begin and end, so that where they all begin (or end) in one pixel column they are counted at once: any zoom costs a
// few steps per column, and still nothing is left out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/trace/cell_grid.hpp"
#include "core/trace/column.hpp"

namespace spawnpoint {

class SegmentPyramid {
 public:
  /// Nanoseconds on the run's clock; never an end before its start.
  struct Times {
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };

  SegmentPyramid() = default;
  /// `numbers`: the segments, row after row, each row by end; row r has those from first[r] to first[r + 1].
  /// `times_of(number)` says when a segment begins and ends, now and whenever it is asked for.
  template <class TimesOf>
  SegmentPyramid(Column<std::uint32_t> first, Column<std::uint32_t> numbers, const TimesOf& times_of)
      : first_(std::move(first)), numbers_(std::move(numbers)) {
    if (numbers_.empty()) return;
    nodes_.emplace_back((numbers_.size() + kLeaf - 1) / kLeaf);
    offsets_.resize(nodes_[0].size());
    Times times[kLeaf];
    for (std::size_t leaf = 0; leaf < nodes_[0].size(); ++leaf) {
      const std::size_t begin = leaf * kLeaf;
      const std::size_t count = std::min(kLeaf, numbers_.size() - begin);
      for (std::size_t i = 0; i < count; ++i) times[i] = times_of(numbers_[begin + i]);
      make_leaf(leaf, times, count);
    }
    make_upper_levels();
  }

  bool empty() const { return numbers_.empty(); }
  /// The segments of a row, by end.
  const std::uint32_t* begin(std::size_t row) const { return numbers_.data() + (empty() ? 0 : first_[row]); }
  const std::uint32_t* end(std::size_t row) const { return numbers_.data() + (empty() ? 0 : first_[row + 1]); }

  /// Adds rows [first_row, last_row) to a band's cells.
  template <class TimesOf>
  void count(std::size_t first_row, std::size_t last_row, StateCells& cells, const TimesOf& times_of) const {
    visit_top(first_row, last_row, [&](std::size_t level, std::size_t node, Span span) {
      count_node(level, node, span, cells, times_of);
      return true;
    });
  }

  /// Calls `visit(segment number)` for those of a row that may be there at `at`, until it returns false.
  template <class Visit>
  void visit_at(std::size_t row, std::int64_t at, const Visit& visit) const {
    visit_top(row, row + 1, [&](std::size_t level, std::size_t node, Span span) {
      return visit_node_at(level, node, span, at, visit);
    });
  }

  std::size_t bytes() const;

 private:
  static constexpr std::size_t kLeaf = 32;
  static constexpr std::size_t kFanOut = 16;
  /// Rounding a leaf's times may move an edge by this fraction of a pixel: one in so many parts.
  static constexpr std::int64_t kPixelParts = 1024;

  struct Node {
    std::int64_t first_begin = 0;
    std::int64_t last_begin = 0;
    std::int64_t first_end = 0;
    std::int64_t last_end = 0;
    double begins = 0;  ///< Sum of (begin - first_begin).
    double ends = 0;    ///< Sum of (end - first_begin).
    std::uint32_t count = 0;
    std::uint32_t shift = 0;  ///< Of a leaf.
  };
  /// The begins and ends of a leaf's segments in units of 2^shift ns from its first begin, none negative: half the
  /// memory of full times.
  struct Offsets {
    std::int32_t begins[kLeaf];
    std::int32_t ends[kLeaf];
  };
  static constexpr int kOffsetBits = 31;
  static_assert(kLeaf <= StateCells::kMost);
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  static std::size_t entries_below(std::size_t level) {
    std::size_t size = kLeaf;
    for (std::size_t i = 0; i < level; ++i) size *= kFanOut;
    return size;
  }
  Span of_node(std::size_t level, std::size_t number) const {
    const std::size_t size = entries_below(level);
    return {number * size, std::min((number + 1) * size, numbers_.size())};
  }
  void make_leaf(std::size_t leaf, const Times* times, std::size_t count);
  void make_upper_levels();

  /// What could be counted of a node at once.
  struct Whole {
    bool begins = false;
    bool ends = false;
  };
  static Whole add_whole(const Node& node, StateCells& cells, bool both_or_none);

  template <class Visit>
  void visit_top(std::size_t first_row, std::size_t last_row, const Visit& visit) const {
    if (empty()) return;
    const Span span{first_[first_row], first_[last_row]};
    const std::size_t top = nodes_.size() - 1;
    const std::size_t size = entries_below(top);
    for (std::size_t node = span.begin / size; node * size < span.end; ++node) {
      if (!visit(top, node, span)) return;
    }
  }

  template <class TimesOf>
  void count_node(std::size_t level, std::size_t number, Span span, StateCells& cells, const TimesOf& times_of) const {
    const Node& node = nodes_[level][number];
    if (node.first_begin - cells.origin() >= cells.length() || node.last_end <= cells.origin()) return;
    const Span own = of_node(level, number);
    const bool all = span.begin <= own.begin && own.end <= span.end;
    span = {std::max(span.begin, own.begin), std::min(span.end, own.end)};
    if (level > 0) {
      if (all && add_whole(node, cells, true).begins) return;
      const std::size_t below = entries_below(level - 1);
      for (std::size_t child = span.begin / below; child * below < span.end; ++child)
        count_node(level - 1, child, span, cells, times_of);
      return;
    }
    const Whole whole = all ? add_whole(node, cells, false) : Whole{};
    if (whole.begins && whole.ends) return;
    const std::int64_t base = node.first_begin - cells.origin();
    const bool exactly = node.shift > 0 && 1.0 / cells.scale() < static_cast<double>(kPixelParts << node.shift);
    const Offsets& offsets = offsets_[number];
    const std::size_t from = span.begin - own.begin;
    if (!exactly && base > 0 && node.last_end - cells.origin() < cells.length()) {
      const std::int64_t unit = std::int64_t{1} << node.shift;
      cells.add_within(base, unit, whole.begins ? nullptr : offsets.begins + from,
                       whole.ends ? nullptr : offsets.ends + from, span.end - span.begin);
      return;
    }
    for (std::size_t i = span.begin; i < span.end; ++i) {
      std::int64_t begin = base + (std::int64_t{offsets.begins[i - own.begin]} << node.shift);
      std::int64_t end = base + (std::int64_t{offsets.ends[i - own.begin]} << node.shift);
      if (exactly) {
        const Times times = times_of(numbers_[i]);
        begin = times.begin - cells.origin();
        end = times.end - cells.origin();
      }
      if (begin >= cells.length() || end <= 0) continue;
      if (!whole.begins) cells.add_begin(begin);
      if (!whole.ends) cells.add_end(end);
    }
  }

  template <class Visit>
  bool visit_node_at(std::size_t level, std::size_t number, Span span, std::int64_t at, const Visit& visit) const {
    const Node& node = nodes_[level][number];
    if (node.first_begin > at || node.last_end <= at) return true;
    const Span own = of_node(level, number);
    span = {std::max(span.begin, own.begin), std::min(span.end, own.end)};
    if (level > 0) {
      const std::size_t below = entries_below(level - 1);
      for (std::size_t child = span.begin / below; child * below < span.end; ++child) {
        if (!visit_node_at(level - 1, child, span, at, visit)) return false;
      }
      return true;
    }
    for (std::size_t i = span.begin; i < span.end; ++i) {
      if (!visit(numbers_[i])) return false;
    }
    return true;
  }

  Column<std::uint32_t> first_;
  Column<std::uint32_t> numbers_;
  Column<Offsets> offsets_;
  std::vector<Column<Node>> nodes_;  // nodes_[0]: the leaves.
};

}  // namespace spawnpoint
