// SPDX-License-Identifier: GPL-3.0-or-later
// Suspended coroutines in the order in which they came, as awaiters that link to each other: waiting allocates nothing,
// and a coroutine that is destroyed while it waits leaves the list.
#pragma once

#include <coroutine>
#include <cstddef>

#include "core/simulation/simulation.hpp"

namespace spawnpoint {

class WaitList {
 public:
  class Waiter {
   public:
    Waiter() noexcept = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    /// In the list.
    bool queued() const noexcept { return queued_; }
    /// Taken from the list, its resumption scheduled.
    bool woken() const noexcept { return ticket_.pending(); }
    /// To be called from await_resume().
    void resumed() noexcept { ticket_ = ResumeTicket{}; }
    ResumeTicket& ticket() noexcept { return ticket_; }

   protected:
    ~Waiter() = default;

   private:
    friend class WaitList;
    std::coroutine_handle<> coroutine_;
    Waiter* previous_ = nullptr;
    Waiter* next_ = nullptr;
    ResumeTicket ticket_;
    bool queued_ = false;
  };

  bool empty() const noexcept { return first_ == nullptr; }
  std::size_t size() const noexcept { return size_; }
  Waiter* first() const noexcept { return first_; }

  void append(Waiter& waiter, std::coroutine_handle<> coroutine) noexcept {
    waiter.coroutine_ = coroutine;
    waiter.previous_ = last_;
    waiter.next_ = nullptr;
    waiter.queued_ = true;
    (last_ ? last_->next_ : first_) = &waiter;
    last_ = &waiter;
    ++size_;
  }

  void remove(Waiter& waiter) noexcept {
    (waiter.previous_ ? waiter.previous_->next_ : first_) = waiter.next_;
    (waiter.next_ ? waiter.next_->previous_ : last_) = waiter.previous_;
    waiter.queued_ = false;
    --size_;
  }

  /// The first resumes at this instant, after what is already due.
  Waiter& wake_first(Simulation& simulation) {
    Waiter& waiter = *first_;
    remove(waiter);
    waiter.ticket_ = simulation.schedule_resume(waiter.coroutine_);
    return waiter;
  }

 private:
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace spawnpoint
