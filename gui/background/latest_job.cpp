// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/background/latest_job.hpp"

namespace spawnpoint::gui {

JobThread::~JobThread() {
  cancel();
  thread_.request_stop();  // Its destructor waits.
}

void JobThread::start(Work work) {
  cancel();
  if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& unwanted) { serve(unwanted); });
  running_ = true;
  stop_ = std::stop_source();
  {
    const std::lock_guard lock(mutex_);
    next_ = Job{std::move(work), stop_, ticket_};
  }
  changed_.notify_all();
}

void JobThread::stop() {
  stop_.request_stop();
}

void JobThread::cancel() {
  stop_.request_stop();
  ++ticket_;
  running_ = false;
  const std::lock_guard lock(mutex_);
  next_.reset();
}

void JobThread::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !next_ && !busy_; });
}

void JobThread::deliver(std::function<void()> what) {
  running_ = true;
  post(ticket_, std::move(what), /*is_last=*/true);
}

void JobThread::serve(const std::stop_token& unwanted) {
  for (;;) {
    std::optional<Job> job;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, unwanted, [this] { return next_.has_value(); })) return;
      job = std::exchange(next_, std::nullopt);
      busy_ = true;
    }
    const Tell tell = [this, ticket = job->ticket](std::function<void()> what) {
      post(ticket, std::move(what), /*is_last=*/false);
    };
    post(job->ticket, job->work(job->stop.get_token(), tell), /*is_last=*/true);
    job.reset();  // What it holds may be large.
    {
      const std::lock_guard lock(mutex_);
      busy_ = false;
    }
    changed_.notify_all();
  }
}

void JobThread::post(std::uint64_t ticket, std::function<void()> what, bool is_last) {
  // The destructor waits for the thread, so `this` outlives what it posts; the ticket keeps what is late from arriving.
  QMetaObject::invokeMethod(
      &home_,
      [this, ticket, what = std::move(what), is_last] {
        if (ticket != ticket_) return;
        if (is_last) running_ = false;
        what();
      },
      Qt::QueuedConnection);
}

}  // namespace spawnpoint::gui
