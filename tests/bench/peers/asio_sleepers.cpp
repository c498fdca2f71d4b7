// SPDX-License-Identifier: GPL-3.0-or-later
// Sleeping jobs as coroutines of Boost.Asio, each with its timer. See sleepers.hpp.
#include <utility>  // not included by all of Boost that uses it

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/bench/executor/sleepers.hpp"

namespace asio = boost::asio;

namespace {

asio::awaitable<void> job(asio::io_context& context, std::uint64_t milliseconds) {
  asio::steady_timer timer(context, std::chrono::milliseconds(milliseconds));
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> timed_job(asio::io_context& context, bench::Sleepers& sleepers, std::uint64_t milliseconds) {
  const auto began = bench::Clock::now();
  asio::steady_timer timer(context, std::chrono::milliseconds(milliseconds));
  co_await timer.async_wait(asio::use_awaitable);
  sleepers.woke(began, milliseconds);
}

}  // namespace

int main(int argc, char** argv) {
  bench::Sleepers sleepers(argc, argv);
  asio::io_context context(1);
  for (std::uint64_t i = 0; i < sleepers.jobs(); ++i) {
    const std::uint64_t sleep = sleepers.milliseconds(i);
    if (sleepers.lateness()) {
      asio::co_spawn(context, timed_job(context, sleepers, sleep), asio::detached);
    } else {
      asio::co_spawn(context, job(context, sleep), asio::detached);
    }
  }
  context.run();
  sleepers.report();
}
