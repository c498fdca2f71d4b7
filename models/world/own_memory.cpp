// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/world/own_memory.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace spawnpoint {
namespace {

class OpenFile {
 public:
  explicit OpenFile(const char* name) : fd_(::open(name, O_RDONLY | O_CLOEXEC)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  template <std::size_t N>
  std::string_view read(char (&buffer)[N]) const {
    const ssize_t n = fd_ >= 0 ? ::read(fd_, buffer, N) : 0;
    return {buffer, static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
  }

 private:
  int fd_;
};

// The first number in `text` from `key` on.
std::int64_t number_after(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == std::string_view::npos) return 0;
  const auto digit = text.find_first_of("0123456789", at + key.size());
  if (digit == std::string_view::npos) return 0;
  std::int64_t number = 0;
  std::from_chars(text.data() + digit, text.data() + text.size(), number);
  return number;
}

std::int64_t number_in(const char* file) {
  char buffer[64];
  return number_after(OpenFile(file).read(buffer), "");
}

}  // namespace

std::int64_t count_own_maps() {
  const OpenFile file("/proc/self/maps");
  char buffer[16384];
  std::int64_t maps = 0;
  bool vsyscall = false;
  for (auto text = file.read(buffer); !text.empty(); text = file.read(buffer)) {
    maps += std::count(text.begin(), text.end(), '\n');
    vsyscall = vsyscall || text.find("[vsyscall]") != std::string_view::npos;
  }
  return maps - (vsyscall ? 1 : 0);
}

OwnMemory own_memory() {
  char buffer[4096];
  const auto text = OpenFile("/proc/self/status").read(buffer);
  const auto size = [&](std::string_view key) { return Bytes{number_after(text, key)} * 1024; };
  return {.maps = count_own_maps(),
          .virtual_size = size("VmSize:"),
          .data = size("VmData:"),
          .resident = size("VmRSS:"),
          .shared = size("RssShmem:"),
          .page_tables = size("VmPTE:"),
          .peak_virtual = size("VmPeak:"),
          .peak_resident = size("VmHWM:")};
}

void forget_peak_memory() {
  // Whoever has changed its user may not, until it says that it may be looked at.
  ::prctl(PR_SET_DUMPABLE, 1);
  const int fd = ::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)!::write(fd, "5", 1);
  ::close(fd);
}

std::int64_t machine_map_limit() {
  return number_in("/proc/sys/vm/max_map_count");
}

Bytes machine_slab() {
  char buffer[4096];
  return Bytes{number_after(OpenFile("/proc/meminfo").read(buffer), "SUnreclaim:")} * 1024;
}

MemoryRefusal why_no_memory(Bytes address_space, Bytes data) {
  const OwnMemory now = own_memory();
  // A mapping with a guard takes two places.
  const auto most = machine_map_limit();
  if (most > 0 && now.maps + 2 > most) return {"max_map_count", most};
  rlimit limit{};
  const auto is_over = [&](Bytes wanted) {
    return limit.rlim_cur != RLIM_INFINITY && wanted.count > static_cast<std::int64_t>(limit.rlim_cur);
  };
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && is_over(now.virtual_size + address_space))
    return {"RLIMIT_AS", static_cast<std::int64_t>(limit.rlim_cur)};
  if (::getrlimit(RLIMIT_DATA, &limit) == 0 && is_over(now.data + data))
    return {"RLIMIT_DATA", static_cast<std::int64_t>(limit.rlim_cur)};
  const auto mode = number_in("/proc/sys/vm/overcommit_memory");
  char buffer[4096];
  const auto text = OpenFile("/proc/meminfo").read(buffer);
  const auto meminfo = [&](std::string_view key) { return number_after(text, key) * 1024; };
  if (mode == 2) return {"overcommit", meminfo("CommitLimit:")};
  const auto machine = meminfo("MemTotal:") + meminfo("SwapTotal:");
  if (mode == 0 && address_space.count > machine) return {"overcommit", machine};
  // Threads that have ended since the refusal have given mappings back; nothing else is left that could have refused.
  if (most > 0 && now.maps > most - most / 16) return {"max_map_count", most};
  return {};
}

}  // namespace spawnpoint
