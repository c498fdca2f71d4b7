// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/live/live_process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/futex.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <new>
#include <thread>
#include <utility>

#include "models/machine/host/proc_files.hpp"

namespace spawnpoint {
namespace {

std::unexpected<std::string> failed(const char* what) {
  return std::unexpected(fmt::format("{}: {}", what, std::strerror(errno)));
}

// Above all numbers that the worker's files get, so that placing one cannot close another.
constexpr int kRaised = 32;
constexpr int kMostOpen = 64;  ///< More than a live run has open, in either process.

FileDescriptor raised(int fd) {
  return FileDescriptor(::fcntl(fd, F_DUPFD_CLOEXEC, kRaised));
}

FileDescriptor memory_file(const char* name) {
  return FileDescriptor(::memfd_create(name, MFD_CLOEXEC));
}

class SpawnActions {
 public:
  SpawnActions() {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawnattr_init(&attributes_);
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  /// The terminal's Ctrl-C is the parent's to answer; and signals that the parent blocks or ignores are none of the
  /// worker's.
  void have_own_signals() {
    sigset_t all;
    sigset_t none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
  }
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

/// What this thread starts meanwhile lies at the same addresses each time, where that is allowed. Else two mappings
/// come to touch by chance once in a while, merge, and leave one map more than was predicted.
class FixedAddresses {
 public:
  FixedAddresses() : before_(::personality(kAsk)) {
    if (before_ != -1) ::personality(static_cast<unsigned long>(before_) | ADDR_NO_RANDOMIZE);
  }
  FixedAddresses(const FixedAddresses&) = delete;
  FixedAddresses& operator=(const FixedAddresses&) = delete;
  ~FixedAddresses() {
    if (before_ != -1) ::personality(static_cast<unsigned long>(before_));
  }

 private:
  static constexpr unsigned long kAsk = 0xFFFFFFFF;
  int before_;
};

}  // namespace

std::string LiveProcess::refusal() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= kMostOpen) return {};
  return fmt::format("a live run needs {} open files, and RLIMIT_NOFILE is {}: raise it with ulimit -n {}", kMostOpen,
                     static_cast<std::uint64_t>(files.rlim_cur), kMostOpen);
}

std::expected<FileDescriptor, std::string> LiveProcess::lay_out_board(const LivePlan& plan) {
  const std::string text = encode(plan);
  auto file = memory_file("spawnpoint-plan");
  if (!file) return failed("memfd_create");
  if (::ftruncate(file.get(), static_cast<off_t>(LiveBoard::kSize + text.size())) != 0) return failed("ftruncate");
  void* memory = ::mmap(nullptr, LiveBoard::kSize, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (memory == MAP_FAILED) return failed("mmap");
  board_ = new (memory) LiveBoard;
  board_->plan_size = text.size();
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t n =
        ::pwrite(file.get(), text.data() + at, text.size() - at, static_cast<off_t>(LiveBoard::kSize + at));
    if (n <= 0) return failed("writing the plan");
    at += static_cast<std::size_t>(n);
  }
  return file;
}

std::expected<LiveProcess, std::string> LiveProcess::start(const std::filesystem::path& program, const LivePlan& plan,
                                                           int trace_fd) {
  LiveProcess process;

  const auto board_file = process.lay_out_board(plan);
  if (!board_file) return std::unexpected(board_file.error());

  process.errors_ = memory_file("spawnpoint-errors");
  std::array<int, 2> pipe{};
  if (!process.errors_ || ::pipe2(pipe.data(), O_CLOEXEC) != 0) return failed("pipe");
  const FileDescriptor lifeline_end(pipe[0]);
  process.lifeline_ = FileDescriptor(pipe[1]);
  const FileDescriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));

  // In the order of their numbers in the worker: standard input, output, error, then live_plan.hpp's.
  const std::array<int, 6> files = {nothing ? nothing.get() : process.errors_.get(),
                                    process.errors_.get(),
                                    process.errors_.get(),
                                    board_file->get(),
                                    trace_fd,
                                    lifeline_end.get()};
  static_assert(kWorkerBoard == 3 && kWorkerTrace == 4 && kWorkerLifeline == 5);
  std::array<FileDescriptor, 6> sources;
  SpawnActions actions;
  for (std::size_t i = 0; i < files.size(); ++i) {
    sources[i] = raised(files[i]);
    if (!sources[i]) return failed("fcntl");
    ::posix_spawn_file_actions_adddup2(&actions.files_, sources[i].get(), static_cast<int>(i));
  }
  ::posix_spawn_file_actions_addclosefrom_np(&actions.files_, static_cast<int>(files.size()));

  actions.have_own_signals();
  std::string path = program.string();
  std::string command(kLiveWorkerCommand);
  // Nothing of the environment is needed, and some of it would change how the C library works.
  char* arguments[] = {path.data(), command.data(), nullptr};
  char* environment[] = {nullptr};
  const FixedAddresses fixed;
  const int error =
      ::posix_spawn(&process.pid_, path.c_str(), &actions.files_, &actions.attributes_, arguments, environment);
  if (error != 0) {
    process.pid_ = -1;
    return std::unexpected(fmt::format("{}: {}", path, std::strerror(error)));
  }
  process.handle_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, process.pid_, 0)));
  return process;
}

LiveProcess::LiveProcess(LiveProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      status_(other.status_),
      handle_(std::move(other.handle_)),
      lifeline_(std::move(other.lifeline_)),
      errors_(std::move(other.errors_)),
      board_(std::exchange(other.board_, nullptr)) {}

LiveProcess::~LiveProcess() {
  if (pid_ > 0 && !status_) {
    kill();
    int ignored = 0;
    while (::waitpid(pid_, &ignored, 0) < 0 && errno == EINTR) {
    }
  }
  if (board_ != nullptr) ::munmap(board_, LiveBoard::kSize);
}

void LiveProcess::release() {
  board_->go.store(1, std::memory_order_release);
  ::syscall(SYS_futex, &board_->go, FUTEX_WAKE, INT_MAX);
}

void LiveProcess::kill() {
  if (status_) return;
  // The process behind a pid namespace is in the same group.
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
}

std::optional<int> LiveProcess::status() {
  if (!status_) {
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) status_ = status;
    // Somebody else has waited for all children of this process: then its end is all that is known.
    if (ended < 0 && errno == ECHILD) status_ = 0;
    if (status_ && board_->worker_ended.load()) status_ = board_->worker_status.load();
  }
  return status_;
}

void LiveProcess::wait(Duration timeout) {
  if (status() || timeout <= Duration::zero()) return;
  if (!handle_) return std::this_thread::sleep_for(std::min<Duration>(timeout, std::chrono::milliseconds(5)));
  const timespec until{static_cast<time_t>(timeout.count() / 1'000'000'000),
                       static_cast<long>(timeout.count() % 1'000'000'000)};
  pollfd end{handle_.get(), POLLIN, 0};
  ::ppoll(&end, 1, &until, nullptr);
}

std::optional<ProcessSample> LiveProcess::sample() const {
  const auto inner = board_->worker.load();
  const auto text = read_text(fmt::format("/proc/{}/status", inner != 0 ? inner : pid_), 16384);
  if (!text) return std::nullopt;
  const auto size = [&](std::string_view key) { return Bytes{field_count(*text, key).value_or(0)} * 1024; };
  ProcessSample sample;
  sample.virtual_size = size("VmSize");
  if (sample.virtual_size == Bytes{}) return std::nullopt;  // It has ended, and nobody has waited for it yet.
  sample.resident = size("VmRSS") - size("RssShmem");
  sample.page_tables = size("VmPTE");
  sample.threads = field_count(*text, "Threads").value_or(1);
  return sample;
}

std::optional<std::int64_t> LiveProcess::runnable() const {
  const auto inner = board_->worker.load();
  const std::string folder = fmt::format("/proc/{}/task", inner != 0 ? inner : pid_);
  DIR* const tasks = ::opendir(folder.c_str());
  if (tasks == nullptr) return std::nullopt;
  std::int64_t count = 0;
  while (const dirent* const entry = ::readdir(tasks)) {
    if (entry->d_name[0] == '.') continue;
    const FileDescriptor file(::open(fmt::format("{}/{}/stat", folder, entry->d_name).c_str(), O_RDONLY | O_CLOEXEC));
    char buffer[64];
    const ssize_t n = file ? ::read(file.get(), buffer, sizeof buffer) : 0;  // it may have ended meanwhile
    // Number, (name) and state; a name may hold anything.
    const std::string_view text(buffer, static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    const auto name_end = text.rfind(')');
    if (name_end != std::string_view::npos && text.substr(name_end).starts_with(") R")) ++count;
  }
  ::closedir(tasks);
  return count;
}

std::string LiveProcess::last_words() const {
  constexpr off_t kMost = 2000;
  const off_t size = ::lseek(errors_.get(), 0, SEEK_END);
  if (size <= 0) return {};
  std::string text(static_cast<std::size_t>(std::min(size, kMost)), '\0');
  const ssize_t n = ::pread(errors_.get(), text.data(), text.size(), size - static_cast<off_t>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  return std::string(trimmed(text));
}

}  // namespace spawnpoint
