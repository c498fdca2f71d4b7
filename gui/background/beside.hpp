// SPDX-License-Identifier: GPL-3.0-or-later
// A part of some work on a thread of its own, while the caller does another part and waits for both.
#pragma once

#include <future>
#include <system_error>
#include <type_traits>

namespace spawnpoint::gui {

/// Does `work` beside this thread; where no thread can be started, as may happen while a live run takes them all, the
/// result's get() does it.
template <class Work>
std::future<std::invoke_result_t<Work&>> beside(const Work& work) {
  try {
    return std::async(std::launch::async, work);
  } catch (const std::system_error&) {
    return std::async(std::launch::deferred, work);
  }
}

}  // namespace spawnpoint::gui
