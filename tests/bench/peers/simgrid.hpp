// SPDX-License-Identifier: GPL-3.0-or-later
// A SimGrid engine with one host, made for many small actors.
#pragma once

#include <simgrid/s4u.hpp>

namespace bench {

inline simgrid::s4u::Host* simgrid_host(simgrid::s4u::Engine& engine) {
  engine.set_config("contexts/stack-size:16");  // KiB
  engine.set_config("contexts/guard-size:0");
  engine.set_config("maxmin/precision:1e-9");
  auto* zone = simgrid::s4u::create_full_zone("world");
  auto* host = zone->create_host("host", 1e9);
  zone->seal();
  return host;
}

}  // namespace bench
