// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trace/segment_pyramid.hpp"

#include <bit>

namespace spawnpoint {

void SegmentPyramid::make_leaf(std::size_t leaf, const Times* times, std::size_t count) {
  Node& node = nodes_[0][leaf];
  node.first_begin = node.last_begin = times[0].begin;
  node.first_end = node.last_end = times[0].end;
  for (std::size_t i = 1; i < count; ++i) {
    node.first_begin = std::min(node.first_begin, times[i].begin);
    node.last_begin = std::max(node.last_begin, times[i].begin);
    node.first_end = std::min(node.first_end, times[i].end);
    node.last_end = std::max(node.last_end, times[i].end);
  }
  node.count = static_cast<std::uint32_t>(count);
  const auto bits = static_cast<int>(
      std::bit_width(static_cast<std::uint64_t>(node.last_end) - static_cast<std::uint64_t>(node.first_begin)));
  node.shift = static_cast<std::uint32_t>(std::max(0, bits - kOffsetBits));
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = static_cast<std::uint64_t>(times[i].begin - node.first_begin);
    const auto end = static_cast<std::uint64_t>(times[i].end - node.first_begin);
    offsets_[leaf].begins[i] = static_cast<std::int32_t>(begin >> node.shift);
    offsets_[leaf].ends[i] = static_cast<std::int32_t>(end >> node.shift);
    node.begins += static_cast<double>(begin);
    node.ends += static_cast<double>(end);
  }
}

void SegmentPyramid::make_upper_levels() {
  while (nodes_.back().size() > kFanOut) {
    const Column<Node>& below = nodes_.back();
    Column<Node> level((below.size() + kFanOut - 1) / kFanOut);
    for (std::size_t number = 0; number < level.size(); ++number) {
      Node& node = level[number];
      const std::size_t first = number * kFanOut;
      const std::size_t last = std::min(first + kFanOut, below.size());
      node.first_begin = node.first_end = INT64_MAX;
      node.last_begin = node.last_end = INT64_MIN;
      for (std::size_t child = first; child < last; ++child) {
        node.first_begin = std::min(node.first_begin, below[child].first_begin);
        node.last_begin = std::max(node.last_begin, below[child].last_begin);
        node.first_end = std::min(node.first_end, below[child].first_end);
        node.last_end = std::max(node.last_end, below[child].last_end);
      }
      for (std::size_t child = first; child < last; ++child) {
        const Node& part = below[child];
        const double later = static_cast<double>(part.first_begin - node.first_begin) * part.count;
        node.begins += part.begins + later;
        node.ends += part.ends + later;
        node.count += part.count;
      }
    }
    nodes_.push_back(std::move(level));
  }
}

SegmentPyramid::Whole SegmentPyramid::add_whole(const Node& node, StateCells& cells, bool both_or_none) {
  const std::int64_t origin = cells.origin();
  // Where some have no part in the range, each must be asked.
  if (node.last_begin - origin >= cells.length() || node.first_end <= origin) return {};
  const double first_place = cells.place(node.first_begin - origin);
  const bool begin_before = node.last_begin <= origin;
  const std::uint32_t begin_column = begin_before ? 0 : StateCells::column_of_begin(first_place);
  const bool begin_together =
      begin_before || (node.first_begin >= origin &&
                       begin_column == StateCells::column_of_begin(cells.place(node.last_begin - origin)));
  if (both_or_none && !begin_together) return {};
  const bool end_after = node.first_end - origin >= cells.length();
  const std::uint32_t end_column = end_after ? 0 : StateCells::column_of_end(cells.place(node.first_end - origin));
  const bool end_together = end_after || (node.last_end - origin < cells.length() &&
                                          end_column == StateCells::column_of_end(cells.place(node.last_end - origin)));
  if (both_or_none && !end_together) return {};
  if (begin_together)
    cells.add_begins(begin_column, node.count,
                     begin_before ? 0.0 : node.count * first_place + node.begins * cells.scale());
  if (end_together && !end_after)
    cells.add_ends(end_column, node.count, node.count * first_place + node.ends * cells.scale());
  return {begin_together, end_together};
}

std::size_t SegmentPyramid::bytes() const {
  std::size_t sum = (first_.capacity() + numbers_.capacity()) * sizeof(std::uint32_t);
  sum += offsets_.capacity() * sizeof(Offsets);
  for (const auto& level : nodes_) sum += level.capacity() * sizeof(Node);
  return sum;
}

}  // namespace spawnpoint
