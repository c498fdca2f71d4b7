// SPDX-License-Identifier: GPL-3.0-or-later
// What a live worker does before its run, so that what the run takes is what its threads take, to the page: the
// program's pages are there already, and the C library's heap is where a small program's would be. To be called in the
// worker's only thread.
#pragma once

#include <cstdint>

#include "core/units.hpp"

namespace spawnpoint {

/// From here on the heap never shrinks, and large pieces never come from it: so it is where it is expected.
void steady_heap();

/// Starts and ends a few threads on stacks of their own, so that the code for it is there. What a thread takes of the
/// heap is the answer (the C library keeps a table of thread-local storage for each); zero where no threads can be
/// started.
Bytes warm_up_threads();

/// At most this many of the C library's arenas beyond the first.
void limit_arenas(std::int64_t arenas);

/// Maps in what is in memory of the program and its libraries anyway.
void load_program();

/// Touches this much memory and gives it back, for a second at most. A virtual machine's host may have taken back what
/// was not in use, and the run would wait for it page by page: 4 ms for a MiB, against 0.07 ms of one that is there. To
/// be called before the process's memory is limited.
void warm_memory(Bytes size);

/// Takes what the main thread's stack may need now. Where the address space is used up later it cannot grow, and the
/// process would die of that instead of being told that there is no more memory.
void grow_own_stack();

/// Uses up the heap's free pieces and leaves one step of it free, so that it grows each time when threads have taken
/// another `step`: floor(threads x per_thread / step) times, as the model has it.
void settle_heap(Bytes per_thread, Bytes step);

}  // namespace spawnpoint
