// SPDX-License-Identifier: GPL-3.0-or-later
// Waker: how any thread wakes a coroutine that is suspended in an executor. Harmless when the coroutine or the executor
// has gone.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include "core/coroutine/frame_arena.hpp"
#include "core/executor/parked.hpp"
#include "core/files/file_descriptor.hpp"

namespace spawnpoint {

class Waker;

namespace detail {

class Mailbox;

/// One suspension that a Waker can end. Its awaiter, its wakers and the mailbox share it; one word says which of them
/// still do, so that each of their steps is one atomic operation.
class WakeCell {
 public:
  /// With an awaiter and one waker.
  WakeCell(Mailbox& mailbox, Parked& awaiter) noexcept : mailbox_(&mailbox), parked_(&awaiter) {}
  WakeCell(const WakeCell&) = delete;
  WakeCell& operator=(const WakeCell&) = delete;

  // For wakers, on any thread.
  void add_waker() noexcept { word_.fetch_add(1, std::memory_order_relaxed); }
  void drop_waker() noexcept;
  void wake() noexcept;

  /// For the awaiter, which goes.
  inline void drop_awaiter() noexcept;

 private:
  friend class Mailbox;

  // Who has it: how many wakers, the awaiter, the mailbox. The outcome: woken or not.
  static constexpr std::uint64_t kAwaited = std::uint64_t{1} << 32;
  static constexpr std::uint64_t kMailed = std::uint64_t{1} << 33;
  static constexpr std::uint64_t kWoken = std::uint64_t{1} << 34;
  static constexpr std::uint64_t kWakers = kAwaited - 1;
  static constexpr std::uint64_t kHolders = kWakers | kAwaited | kMailed;

  inline void let_go_of(std::uint64_t holder) noexcept;

  Mailbox* mailbox_;
  WakeCell* next_ = nullptr;  // in the mail, or among the free ones
  std::atomic<std::uint64_t> word_{kAwaited | 1};
  // For the executor's thread only.
  Parked* parked_;       // null once it was woken or cancelled
  bool counted_ = true;  // among the mailbox's suspended()
};

/// Where wakers on all threads leave messages for the executor's thread; and the memory of the cells. It outlives its
/// executor until the last cell is let go.
class Mailbox {
 public:
  Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // For the executor's thread.
  /// As long as one exists, this thread is the executor's.
  class Owner {
   public:
    explicit Owner(Mailbox& mailbox) noexcept : mailbox_(mailbox), outer_(mailbox.owner_.exchange(&here_)) {}
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;
    ~Owner() { mailbox_.owner_.store(outer_); }

   private:
    Mailbox& mailbox_;
    const char* outer_;
  };
  WakeCell& suspend(Parked& awaiter);
  [[nodiscard]] bool has_mail() const noexcept { return has_mail_.load(std::memory_order_acquire); }
  /// Calls ready(Parked&) for each suspension that was woken, in the order of wake().
  template <class Ready>
  void collect(Ready&& ready) {
    for (WakeCell* cell = take(); cell != nullptr;) {
      WakeCell* const next = cell->next_;
      Parked* const parked = std::exchange(cell->parked_, nullptr);
      count_out(*cell);
      const bool woken = (cell->word_.load(std::memory_order_acquire) & WakeCell::kWoken) != 0;
      cell->let_go_of(WakeCell::kMailed);
      if (parked != nullptr && woken) ready(*parked);
      cell = next;
    }
  }
  /// Suspensions that a waker can still end.
  [[nodiscard]] std::size_t suspended() const noexcept { return suspended_; }
  /// False if there is mail. Else the event descriptor becomes readable with the next mail.
  [[nodiscard]] bool begin_sleep() noexcept;
  void end_sleep() noexcept;
  [[nodiscard]] int event() const noexcept { return event_.get(); }
  /// The executor is going: mail is thrown away from here on, and the mailbox goes with the last cell.
  void close() noexcept;
  struct Close {
    void operator()(Mailbox* mailbox) const noexcept { mailbox->close(); }
  };

 private:
  friend class WakeCell;

  ~Mailbox() = default;

  void count_out(WakeCell& cell) noexcept {
    if (std::exchange(cell.counted_, false)) --suspended_;
  }
  void post(WakeCell& cell) noexcept;
  WakeCell* take() noexcept;
  /// Nobody has the cell any more. Nor, perhaps, will there be a mailbox after this.
  void free(WakeCell& cell) noexcept {
    if (owner_.load(std::memory_order_relaxed) != &here_) return free_elsewhere(cell);
    ++freed_here_;
    cell.next_ = std::exchange(free_, &cell);
  }
  void free_elsewhere(WakeCell& cell) noexcept;

  static constinit thread_local const char here_;  // its address identifies a thread

  const FileDescriptor event_;
  std::mutex mutex_;
  WakeCell* first_ = nullptr;
  WakeCell* last_ = nullptr;
  bool sleeping_ = false;
  bool open_ = true;
  std::atomic<bool> has_mail_ = false;
  std::size_t suspended_ = 0;

  // A cell is made by the executor's thread and mostly freed there, which takes no atomic operation.
  std::atomic<const char*> owner_ = nullptr;
  FrameArena memory_;
  WakeCell* free_ = nullptr;
  std::int64_t made_ = 0;
  std::int64_t freed_here_ = 0;
  std::atomic<WakeCell*> freed_elsewhere_ = nullptr;
  // Less one for each that was freed elsewhere. At the end, what those have to come to is added: whoever makes it zero
  // is the last.
  std::atomic<std::int64_t> balance_ = 0;
};

inline void WakeCell::let_go_of(std::uint64_t holder) noexcept {
  if (((word_.fetch_sub(holder, std::memory_order_acq_rel) - holder) & kHolders) == 0) mailbox_->free(*this);
}

inline void WakeCell::drop_awaiter() noexcept {
  parked_ = nullptr;
  mailbox_->count_out(*this);
  let_go_of(kAwaited);
}

}  // namespace detail

/// Copyable. The first wake() of all its copies wakes, the others do nothing. When the last copy goes without a wake,
/// the executor knows that nobody can wake that coroutine any more.
class Waker {
 public:
  Waker() noexcept = default;
  /// Takes one of the cell's wakers over.
  explicit Waker(detail::WakeCell& cell) noexcept : cell_(&cell) {}
  Waker(const Waker& other) noexcept : cell_(other.cell_) {
    if (cell_ != nullptr) cell_->add_waker();
  }
  Waker(Waker&& other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
  Waker& operator=(Waker other) noexcept {
    std::swap(cell_, other.cell_);
    return *this;
  }
  ~Waker() {
    if (cell_ != nullptr) cell_->drop_waker();
  }

  void wake() const noexcept {
    if (cell_ != nullptr) cell_->wake();
  }

 private:
  detail::WakeCell* cell_ = nullptr;
};

}  // namespace spawnpoint
