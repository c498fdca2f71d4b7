// SPDX-License-Identifier: GPL-3.0-or-later
// What a kernel's smallest services take on this machine, measured by doing each of them many times.
#pragma once

#include <optional>

#include "core/units.hpp"

namespace spawnpoint {

/// Entering and leaving the kernel.
Duration measure_syscall();
/// A system call that makes, changes or removes a memory map: the mean of mmap, mprotect and munmap.
Duration measure_map();
/// sched_yield of two threads on one core, a call: a system call and a switch. No value where it cannot be tried.
Duration measure_yield();

/// How much longer a thread that wakes on another core takes until it has done a little work than one that wakes where
/// it was. No value where it cannot be tried.
Duration measure_migration();
/// What the timer interrupt takes from a thread that computes: the gaps in its clock that come as often as ticks, which
/// are `tick` apart. No value where there are none.
Duration measure_tick_interrupt(Duration tick);
/// A fixed piece of arithmetic, about a fifth of a second.
Duration measure_spin();

/// CPU time of the whole machine since it was started, and of this process and its children.
struct CpuUse {
  Duration all{};
  Duration busy{};
  Duration stolen{};
  Duration own{};
};
/// No value where /proc/stat cannot be read.
std::optional<CpuUse> measure_use();

}  // namespace spawnpoint
