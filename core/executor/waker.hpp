// SPDX-License-Identifier: GPL-3.0-or-later
// Waker: how any thread wakes a coroutine that is suspended in an executor. Harmless when the coroutine or the executor
// has gone.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "core/executor/parked.hpp"

namespace spawnpoint {

class Waker;

namespace detail {

class Mailbox;

/// One suspension that a Waker can end. Shared by its wakers, its awaiter and, once woken, the mailbox.
struct WakeCell {
  enum State : std::uint8_t { waiting, woken, abandoned };

  WakeCell(std::shared_ptr<Mailbox> box, Parked& awaiter) noexcept : mailbox(std::move(box)), parked(&awaiter) {}

  const std::shared_ptr<Mailbox> mailbox;
  std::atomic<State> state{waiting};
  std::atomic<std::uint32_t> wakers{0};
  std::shared_ptr<WakeCell> next;  // in the mailbox, guarded by its mutex

  // Touched by the executor's thread only.
  Parked* parked;       // null once it was woken or cancelled
  bool awaited = true;  // counted among the mailbox's suspended()
};

/// Where wakers of all threads leave word for the executor's thread.
class Mailbox {
 public:
  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// From any thread.
  void post(std::shared_ptr<WakeCell> cell) noexcept;

  // The rest is for the executor's thread.
  [[nodiscard]] bool has_mail() const noexcept { return has_mail_.load(std::memory_order_acquire); }
  /// Calls ready(Parked&) for each suspension that was woken, in the order of wake().
  template <class Ready>
  void collect(Ready&& ready) {
    for (std::shared_ptr<WakeCell> cell = take(); cell != nullptr; cell = std::exchange(cell->next, nullptr)) {
      const bool wanted = cell->parked != nullptr;
      let_go(*cell);
      if (wanted && cell->state.load(std::memory_order_acquire) == WakeCell::woken) {
        ready(*std::exchange(cell->parked, nullptr));
      }
    }
  }
  void suspend() noexcept { ++suspended_; }
  /// The suspension has ended in one way or another.
  void let_go(WakeCell& cell) noexcept {
    if (std::exchange(cell.awaited, false)) --suspended_;
  }
  /// Suspensions that a waker can still end.
  [[nodiscard]] std::size_t suspended() const noexcept { return suspended_; }
  /// False if there is mail. Else the event descriptor becomes readable with the next mail.
  [[nodiscard]] bool begin_sleep() noexcept;
  void end_sleep() noexcept;
  [[nodiscard]] int event() const noexcept { return event_; }
  /// The executor is going: mail is thrown away from here on.
  void close() noexcept;

 private:
  std::shared_ptr<WakeCell> take() noexcept;

  const int event_;
  std::mutex mutex_;
  std::shared_ptr<WakeCell> first_;
  WakeCell* last_ = nullptr;
  bool sleeping_ = false;
  bool open_ = true;
  std::atomic<bool> has_mail_ = false;
  std::size_t suspended_ = 0;
};

}  // namespace detail

/// Copyable. The first wake() of all its copies wakes, the others do nothing. When the last copy goes without a wake,
/// the executor knows that nobody can wake that coroutine any more.
class Waker {
 public:
  Waker() noexcept = default;
  explicit Waker(std::shared_ptr<detail::WakeCell> cell) noexcept : cell_(std::move(cell)) { count(); }
  Waker(const Waker& other) noexcept : cell_(other.cell_) { count(); }
  Waker(Waker&& other) noexcept = default;
  Waker& operator=(Waker other) noexcept {
    std::swap(cell_, other.cell_);
    return *this;
  }
  ~Waker();

  void wake() const noexcept;

 private:
  void count() const noexcept {
    if (cell_ != nullptr) cell_->wakers.fetch_add(1, std::memory_order_relaxed);
  }
  void post(detail::WakeCell::State why) const noexcept;

  std::shared_ptr<detail::WakeCell> cell_;
};

}  // namespace spawnpoint
