// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/executor/waker.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace spawnpoint {
namespace detail {

namespace {
int make_event() {
  const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return event;
}
}  // namespace

Mailbox::Mailbox() : event_(make_event()) {}

Mailbox::~Mailbox() {
  ::close(event_);
}

void Mailbox::post(std::shared_ptr<WakeCell> cell) noexcept {
  bool signal = false;
  {
    const std::lock_guard lock(mutex_);
    if (!open_) return;
    WakeCell* added = cell.get();
    (last_ == nullptr ? first_ : last_->next) = std::move(cell);
    last_ = added;
    has_mail_.store(true, std::memory_order_release);
    signal = std::exchange(sleeping_, false);
  }
  // A running executor looks into the mailbox by itself; only a sleeping one costs a system call.
  if (signal) (void)::eventfd_write(event_, 1);
}

bool Mailbox::begin_sleep() noexcept {
  const std::lock_guard lock(mutex_);
  sleeping_ = first_ == nullptr;
  return sleeping_;
}

void Mailbox::end_sleep() noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(sleeping_, false)) return;  // nobody signalled
  }
  // The signal is perhaps still on its way: then the next sleep ends at once, once, with nothing to do.
  eventfd_t signals = 0;
  (void)::eventfd_read(event_, &signals);
}

void Mailbox::close() noexcept {
  {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  collect([](Parked&) {});
}

std::shared_ptr<WakeCell> Mailbox::take() noexcept {
  const std::lock_guard lock(mutex_);
  has_mail_.store(false, std::memory_order_relaxed);
  last_ = nullptr;
  return std::exchange(first_, nullptr);
}

}  // namespace detail

Waker::~Waker() {
  if (cell_ != nullptr && cell_->wakers.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    post(detail::WakeCell::abandoned);
  }
}

void Waker::wake() const noexcept {
  if (cell_ != nullptr) post(detail::WakeCell::woken);
}

void Waker::post(detail::WakeCell::State why) const noexcept {
  detail::WakeCell::State expected = detail::WakeCell::waiting;
  if (cell_->state.compare_exchange_strong(expected, why, std::memory_order_acq_rel)) cell_->mailbox->post(cell_);
}

}  // namespace spawnpoint
