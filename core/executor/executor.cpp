// SPDX-License-Identifier: GPL-3.0-or-later
// The run loop, and how it sleeps.
#include "core/executor/executor.hpp"

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <system_error>

namespace spawnpoint {

namespace {

// Longer than 64 short turns take, shorter than what anyone would call late.
constexpr Duration kShort = std::chrono::microseconds(16);
constexpr std::size_t kLargestBatch = TimerQueue::kMaxUndated;

std::size_t next_batch(std::size_t batch, Duration took) {
  return took < kShort ? std::min(batch * 2, kLargestBatch) : 1;
}

int make_timer() {
  // A timer descriptor: the timeouts of poll and epoll get slack added by the kernel.
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (timer < 0) throw std::system_error(errno, std::generic_category(), "timerfd_create");
  return timer;
}

}  // namespace

Executor::Executor(Clock::time_point start, FrameArena::Growth growth, std::size_t blocking_threads)
    : start_(start), arena_(growth), timer_(make_timer()), pool_(blocking_threads) {}

Executor::~Executor() = default;

Executor::Outcome Executor::run(Task<> task) {
  const Outcome outcome = drive(task);
  if (outcome == Outcome::finished) task.result();
  return outcome;
}

bool Executor::run_until(const bool& ended) {
  end_polls();
  while (!ended) {
    // Those who become ready meanwhile have to wait for the timers first.
    for (std::size_t left = ready_.size(); left > 0 && !ended; --left) {
      if (Parked* parked = ready_.pop()) poll(*parked);
    }
    end_polls();
    if (mailbox_->has_mail()) {
      mailbox_->collect([this](Parked& parked) { ready_.push(parked); });
    }
    std::uint64_t fired = 0;
    timers_.fire(recent_, [&](Parked& parked) {
      ++fired;
      poll(parked);
    });
    statistics_.timers_fired += fired;
    end_polls();
    if (!ended && ready_.empty() && !wait()) return false;
  }
  return true;
}

bool Executor::wait() {
  const Instant wake = timers_.next_wake();
  if (wake <= recent_ || mailbox_->has_mail()) return true;
  if (wake == kNever && mailbox_->suspended() == 0) return false;
  if (!mailbox_->begin_sleep()) return true;
  std::array<pollfd, 2> sources{{{mailbox_->event(), POLLIN, 0}, {timer_.get(), POLLIN, 0}}};
  if (wake != kNever) set_timer(wake);
  const int ready = ::poll(sources.data(), wake != kNever ? 2 : 1, /*timeout=*/-1);
  const int error = errno;
  mailbox_->end_sleep();
  if (ready < 0 && error != EINTR) throw std::system_error(error, std::generic_category(), "poll");
  if ((sources[1].revents & POLLIN) != 0) timer_set_ = kNever;  // it has to be set again
  ++statistics_.waits;
  begin_poll();
  return true;
}

void Executor::set_timer(Instant wake) {
  if (wake == timer_set_) return;
  const Duration at = start_.time_since_epoch() + wake.time_since_epoch();
  constexpr std::int64_t kSecond = std::chrono::nanoseconds(std::chrono::seconds(1)).count();
  itimerspec setting{};
  setting.it_value.tv_sec = at.count() / kSecond;
  setting.it_value.tv_nsec = at.count() % kSecond;
  if (::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &setting, nullptr) != 0) {
    throw std::system_error(errno, std::generic_category(), "timerfd_settime");
  }
  timer_set_ = wake;
}

void Executor::begin_poll() {
  polls_began_ = now();
  polls_unread_ = 0;
}

void Executor::end_polls() {
  const Duration took = now() - polls_began_;
  statistics_.longest_poll = std::max(statistics_.longest_poll, took);
  statistics_.polls += polls_unread_;
  poll_batch_ = next_batch(poll_batch_, took);
  polls_began_ = recent_;
  polls_unread_ = 0;
}

void Executor::date_sleeps() {
  const Duration took = now() - sleeps_dated_;
  sleep_batch_ = next_batch(sleep_batch_, took);
  sleeps_dated_ = recent_;
}

}  // namespace spawnpoint
