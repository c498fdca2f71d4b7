// SPDX-License-Identifier: GPL-3.0-or-later
// SPAWNPOINT_ADDRESS_SANITIZER is defined where the build has it. Memory that we manage ourselves is poisoned there
// while it is free, so that a use after its end is found as with malloc.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define SPAWNPOINT_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPAWNPOINT_ADDRESS_SANITIZER
#endif
#endif
