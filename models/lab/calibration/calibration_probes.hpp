// SPDX-License-Identifier: GPL-3.0-or-later
// What a kernel's smallest services take on this machine, measured by doing each of them many times.
#pragma once

#include "core/units.hpp"

namespace spawnpoint {

/// Entering and leaving the kernel.
Duration measure_syscall();
/// A system call that makes, changes or removes a memory map: the mean of mmap, mprotect and munmap.
Duration measure_map();
/// sched_yield of two threads on one core, a call: a system call and a switch. No value where it cannot be tried.
Duration measure_yield();

}  // namespace spawnpoint
