// SPDX-License-Identifier: GPL-3.0-or-later
// A SimGrid engine with one host, made for many small actors: stacks of 16 KiB instead of 8 MiB.
#pragma once

#include <simgrid/s4u.hpp>

namespace bench {

/// Each stack has a page before it that may not be touched, unless SimGrid is told otherwise. Then actors are made
/// sooner, and more than about 30,000 at once, but a stack that overflows goes unnoticed.
enum class Guards : bool { none, pages };

inline simgrid::s4u::Host* simgrid_host(simgrid::s4u::Engine& engine, Guards guards) {
  engine.set_config("contexts/stack-size:16");  // KiB
  if (guards == Guards::none) engine.set_config("contexts/guard-size:0");
  engine.set_config("maxmin/precision:1e-9");
  auto* zone = simgrid::s4u::create_full_zone("world");
  auto* host = zone->create_host("host", 1e9);
  zone->seal();
  return host;
}

}  // namespace bench
