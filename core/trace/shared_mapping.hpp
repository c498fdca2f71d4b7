// SPDX-License-Identifier: GPL-3.0-or-later
// What both sides of a shared trace do first: find its shape, and map it.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "core/trace/shared_trace.hpp"

namespace spawnpoint {

std::expected<SharedMapping, std::string> map_shared(int fd, std::size_t size, int protection);

struct SharedTraceShape {
  std::size_t rows;
  std::size_t jobs;
  Recording recording;
};
/// Checked against the file's real size.
std::expected<SharedTraceShape, std::string> shape_of_shared_trace(int fd);

}  // namespace spawnpoint
