// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/world/own_memory.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "core/files/file_descriptor.hpp"

namespace spawnpoint {
namespace {

FileDescriptor open_to_read(const char* name) {
  return FileDescriptor(::open(name, O_RDONLY | O_CLOEXEC));
}

/// What one read() gives; without memory of the heap, which is being measured.
template <std::size_t N>
std::string_view read_into(char (&buffer)[N], const FileDescriptor& file) {
  const ssize_t n = file ? ::read(file.get(), buffer, N) : 0;
  return {buffer, static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
}

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
  return number_after(read_into(buffer, open_to_read(file)), "");
}

}  // namespace

Bytes own_page_size() {
  return Bytes{::sysconf(_SC_PAGESIZE)};
}

std::int64_t count_own_maps() {
  const FileDescriptor file = open_to_read("/proc/self/maps");
  char buffer[16384];
  std::int64_t maps = 0;
  bool vsyscall = false;
  for (auto text = read_into(buffer, file); !text.empty(); text = read_into(buffer, file)) {
    maps += std::count(text.begin(), text.end(), '\n');
    vsyscall = vsyscall || text.find("[vsyscall]") != std::string_view::npos;
  }
  return maps - (vsyscall ? 1 : 0);
}

OwnMemory own_memory() {
  char buffer[4096];
  const auto text = read_into(buffer, open_to_read("/proc/self/status"));
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
  const FileDescriptor file(::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC));
  if (file) (void)!::write(file.get(), "5", 1);
}

std::int64_t machine_map_limit() {
  return number_in("/proc/sys/vm/max_map_count");
}

Bytes machine_slab() {
  char buffer[4096];
  return Bytes{number_after(read_into(buffer, open_to_read("/proc/meminfo")), "SUnreclaim:")} * 1024;
}

MetLimit why_no_memory(Bytes address_space, Bytes data) {
  const OwnMemory now = own_memory();
  // A mapping with a guard takes two places.
  const auto most = machine_map_limit();
  if (most > 0 && now.maps + 2 > most) return {&limit_of(LimitKind::max_map_count), most};
  rlimit limit{};
  const auto is_over = [&](Bytes wanted) {
    return limit.rlim_cur != RLIM_INFINITY && wanted.count > static_cast<std::int64_t>(limit.rlim_cur);
  };
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && is_over(now.virtual_size + address_space))
    return {&limit_of(LimitKind::rlimit_as), static_cast<std::int64_t>(limit.rlim_cur)};
  if (::getrlimit(RLIMIT_DATA, &limit) == 0 && is_over(now.data + data))
    return {&limit_of(LimitKind::rlimit_data), static_cast<std::int64_t>(limit.rlim_cur)};
  const auto mode = number_in("/proc/sys/vm/overcommit_memory");
  char buffer[4096];
  const auto text = read_into(buffer, open_to_read("/proc/meminfo"));
  const auto meminfo = [&](std::string_view key) { return number_after(text, key) * 1024; };
  if (mode == 2) return {&limit_of(LimitKind::overcommit), meminfo("CommitLimit:")};
  const auto machine = meminfo("MemTotal:") + meminfo("SwapTotal:");
  if (mode == 0 && address_space.count > machine) return {&limit_of(LimitKind::overcommit), machine};
  // Threads that have ended since the refusal have given mappings back; nothing else is left that could have refused.
  if (most > 0 && now.maps > most - most / 16) return {&limit_of(LimitKind::max_map_count), most};
  return {};
}

}  // namespace spawnpoint
