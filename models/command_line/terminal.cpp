// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/command_line/terminal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <mutex>

#include "core/files/streams.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::command_line {
namespace {

// A signal handler can reach nothing but what is static.
volatile std::sig_atomic_t interrupted = 0;  ///< How often.
std::atomic<std::int64_t> last_signal{0};    ///< In nanoseconds.
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

/// What comes at once with another one is the same: timeout(1) signals a program and then its group.
constexpr std::int64_t kOneSignal = 100'000'000;
/// The first two ask for the result that there is; who insists gets the end.
constexpr int kInsists = 3;

void on_signal(int signal) {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  const std::int64_t now = std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  if (interrupted > 0 && now - last_signal.load() < kOneSignal) return;
  last_signal = now;
  interrupted = interrupted + 1;
  if (interrupted < kInsists) return;
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  ::raise(signal);  // Delivered when this handler returns.
}

void set_handler(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  for (int signal : {SIGINT, SIGTERM}) {
    struct sigaction before{};
    // A program started with the signal ignored (nohup, a shell's background job) keeps it so.
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
}

}  // namespace

Style Style::of(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool wanted =
      (no_color == nullptr || *no_color == '\0') && !(term != nullptr && std::string_view(term) == "dumb");
  return Style(wanted && isatty(fd) == 1);
}

std::string Style::mark(std::string_view code, std::string_view text) const {
  if (!on_ || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void Table::add(std::vector<std::string> cells, Emphasis emphasis) {
  cells.resize(columns_.size());
  rows_.push_back({std::move(cells), emphasis});
}

std::string Table::text(const Style& style) const {
  std::vector<std::size_t> width;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    width.push_back(display_width(columns_[i].title));
    for (const Row& row : rows_) width[i] = std::max(width[i], display_width(row.cells[i]));
  }
  const auto line = [&](const auto& cell_of) {
    std::string text = "  ";
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& cell = cell_of(i);
      const std::string fill(width[i] - display_width(cell), ' ');
      if (i > 0) text += "  ";
      text += columns_[i].align == Align::right ? fill + cell : cell + fill;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  std::string text = style.faint(line([&](std::size_t i) -> const std::string& { return columns_[i].title; })) + "\n";
  for (const Row& row : rows_) {
    const std::string plain = line([&](std::size_t i) -> const std::string& { return row.cells[i]; });
    switch (row.emphasis) {
      case Emphasis::none:
        text += plain;
        break;
      case Emphasis::bad:
        text += style.bad(plain);
        break;
      case Emphasis::bold:
        text += style.bold(plain);
        break;
    }
    text += "\n";
  }
  return text;
}

ProgressLine::ProgressLine(std::string what)
    : what_(std::move(what)),
      enabled_(isatty(STDERR_FILENO) == 1),
      next_(std::chrono::steady_clock::now() + std::chrono::milliseconds(500)) {}

ProgressLine::~ProgressLine() {
  if (shown_) note("\r\x1b[K");
}

bool ProgressLine::is_due() {
  if (!enabled_) return false;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return false;
  next_ = now + std::chrono::milliseconds(100);
  return true;
}

void ProgressLine::show(const Progress& progress) {
  if (!is_due()) return;
  std::string line = fmt::format("{} of {}, {}", format_count(progress.completed), format_count(progress.jobs, "job"),
                                 format_duration(progress.now));
  if (progress.threads > 0) line += ", " + format_threads(progress.threads);
  if (progress.resident.count > 0) line += ", jobs " + format_bytes(progress.resident);
  if (progress.over) line += ", over: reading its record";
  print(line);
}

void ProgressLine::show(const std::string& how_far) {
  if (is_due()) print(how_far);
}

void ProgressLine::print(const std::string& how_far) {
  note("\r\x1b[K{}: {} (Ctrl-C stops) ", what_, how_far);
  std::fflush(stderr);
  shown_ = true;
}

Interrupt::Interrupt() {
  interrupted = 0;
  set_handler(on_signal);
}
Interrupt::~Interrupt() {
  set_handler(SIG_DFL);
}
bool Interrupt::requested() {
  return interrupted != 0;
}

// A signal handler may not stop anything itself.
InterruptToken::InterruptToken()
    : watcher_([stop = stop_](const std::stop_token& over) mutable {
        std::mutex mutex;
        std::condition_variable_any ended;
        std::unique_lock lock(mutex);
        while (!over.stop_requested()) {
          if (ended.wait_for(lock, over, std::chrono::milliseconds(5), [] { return Interrupt::requested(); })) {
            stop.request_stop();
            return;
          }
        }
      }) {}

}  // namespace spawnpoint::command_line
