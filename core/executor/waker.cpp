// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/executor/waker.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <new>
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

constinit thread_local const char Mailbox::here_ = 0;

void WakeCell::wake() noexcept {
  const std::uint64_t before = word_.load(std::memory_order_relaxed);
  if ((before & kWoken) != 0) return;
  if ((word_.fetch_or(kWoken | kMailed, std::memory_order_acq_rel) & kWoken) == 0) mailbox_->post(*this);
}

void WakeCell::drop_waker() noexcept {
  std::uint64_t before = word_.load(std::memory_order_relaxed);
  for (;;) {
    // The executor has to learn that nobody is left who could wake what still waits.
    const bool abandons = (before & (kWakers | kWoken)) == 1 && (before & kAwaited) != 0;
    const std::uint64_t after = abandons ? before | kMailed : before - 1;
    if (!word_.compare_exchange_weak(before, after, std::memory_order_acq_rel, std::memory_order_relaxed)) continue;
    if (abandons) {
      mailbox_->post(*this);
      let_go_of(1);
    } else if ((after & kHolders) == 0) {
      mailbox_->free(*this);
    }
    return;
  }
}

Mailbox::Mailbox() : event_(make_event()) {}

WakeCell& Mailbox::suspend(Parked& awaiter) {
  if (free_ == nullptr) free_ = freed_elsewhere_.exchange(nullptr, std::memory_order_acquire);
  void* memory = free_;
  if (memory != nullptr) {
    free_ = free_->next_;
  } else {
    memory = memory_.allocate(sizeof(WakeCell));
  }
  ++made_;
  ++suspended_;
  return *::new (memory) WakeCell(*this, awaiter);
}

void Mailbox::free_elsewhere(WakeCell& cell) noexcept {
  cell.next_ = freed_elsewhere_.load(std::memory_order_relaxed);
  while (!freed_elsewhere_.compare_exchange_weak(cell.next_, &cell, std::memory_order_release,
                                                 std::memory_order_relaxed)) {
  }
  // After this the mailbox may be gone.
  if (balance_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void Mailbox::post(WakeCell& cell) noexcept {
  bool open = false;
  bool signal = false;
  {
    const std::lock_guard lock(mutex_);
    open = open_;
    if (open) {
      (last_ == nullptr ? first_ : last_->next_) = &cell;
      last_ = &cell;
      has_mail_.store(true, std::memory_order_release);
      signal = std::exchange(sleeping_, false);
    }
  }
  if (!open) return cell.let_go_of(WakeCell::kMailed);
  // A running executor looks into the mailbox by itself; only a sleeping one costs a system call. The caller still has
  // the cell, so the mailbox is there.
  if (signal) (void)::eventfd_write(event_.get(), 1);
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
  (void)::eventfd_read(event_.get(), &signals);
}

void Mailbox::close() noexcept {
  {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  collect([](Parked&) {});
  const std::int64_t elsewhere = made_ - freed_here_;
  if (balance_.fetch_add(elsewhere, std::memory_order_acq_rel) + elsewhere == 0) delete this;
}

WakeCell* Mailbox::take() noexcept {
  const std::lock_guard lock(mutex_);
  has_mail_.store(false, std::memory_order_relaxed);
  last_ = nullptr;
  return std::exchange(first_, nullptr);
}

}  // namespace detail
}  // namespace spawnpoint
