// SPDX-License-Identifier: GPL-3.0-or-later
// QImage::fill leaves values in the upper halves of the AVX registers. On some processors all SSE code after it, which
// has to keep them, is then two to three times slower (measured on an AMD EPYC with AVX-512, Qt 6.4).
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace spawnpoint::gui {

#if defined(__x86_64__)
namespace detail {
// A call, so that the compiler has nothing in those registers.
[[gnu::noinline, gnu::target("avx")]] inline void zero_upper_halves() noexcept {
  _mm256_zeroupper();
}
}  // namespace detail
#endif

/// To be called before a long loop, on the thread that has drawn with Qt.
inline void free_upper_halves() noexcept {
#if defined(__x86_64__)
  static const bool has_avx = __builtin_cpu_supports("avx") != 0;
  if (has_avx) detail::zero_upper_halves();
#endif
}

}  // namespace spawnpoint::gui
