// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/host/host.hpp"

#include <gnu/libc-version.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <optional>
#include <string_view>
#include <utility>

#include "models/machine/host/cgroup.hpp"
#include "models/machine/host/proc_files.hpp"
#include "models/machine/host/process_list.hpp"
#include "models/machine/limit_table.hpp"
#include "models/machine/release.hpp"

namespace spawnpoint {
namespace {

// proc_ns.h: the inode numbers of the first namespaces.
constexpr std::string_view kFirstUserNamespace = "user:[4026531837]";
constexpr std::string_view kFirstPidNamespace = "pid:[4026531836]";
constexpr std::string_view kFirstCgroupNamespace = "cgroup:[4026531835]";
// uapi/linux/capability.h
constexpr int kCapSysAdmin = 21;
constexpr int kCapSysResource = 24;

class HostReader {
 public:
  HostReader(const Costs& costs, std::filesystem::path root) : root_(std::move(root)) { report_.machine.costs = costs; }

  HostReport read() {
    status_ = read_text(proc("self/status"));
    read_identity();
    read_scheduler();
    read_memory();
    read_rlimits();
    read_sysctls();
    read_processes();
    read_cgroups();
    machine().name = "host";
    machine().source = "read from /proc, /sys and the control groups of this machine";
    return std::move(report_);
  }

 private:
  Machine& machine() { return report_.machine; }
  std::filesystem::path proc(std::string_view file) const { return below(root_, "/proc") / file; }
  void found(std::string_view what, std::string_view from) {
    report_.read.push_back(std::string(what) + ": " + std::string(from));
  }
  /// Where people find the limit, and set it: one for each level.
  void origin(std::string_view field, std::string where) {
    machine().origins[std::string(field)].push_back(std::move(where));
  }
  void lacking(std::string_view what, std::string_view why) {
    report_.missing.push_back(std::string(what) + ": " + std::string(why));
  }

  // Tells of the field either way.
  template <class T, class U>
  void take(std::string_view what, std::string_view from, const std::optional<T>& value, U& into) {
    if (value) {
      into = static_cast<U>(*value);
      found(what, from);
    } else {
      lacking(what, std::string(from) + " cannot be read");
    }
  }
  static std::optional<Bytes> from_kib(std::optional<std::int64_t> kib) {
    if (!kib) return std::nullopt;
    return Bytes{*kib} * 1024;
  }
  std::string link(std::string_view file) const {
    std::error_code error;
    return std::filesystem::read_symlink(proc(file), error).string();
  }

  void read_identity();
  void read_cpus();
  void read_scheduler();
  void read_cpu_cgroup();
  void read_memory();
  void read_rlimits();
  void read_sysctls();
  void read_processes();
  void read_pids(const Processes& processes, std::optional<std::int64_t> newest, const char* counter);
  void read_user_tasks(std::int64_t tasks);
  void read_cgroups();
  void read_pids_cgroup();
  void read_memory_cgroup();

  std::filesystem::path root_;
  std::optional<std::string> status_;
  std::optional<std::int64_t> uid_;
  bool first_user_namespace_ = true;
  HostReport report_;
};

// "0-3,8" holds five. Empty: it is no list.
std::vector<std::int64_t> number_list(std::string_view list) {
  constexpr std::int64_t kMost = 1 << 20;
  std::vector<std::int64_t> numbers;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    const auto part = list.substr(0, comma);
    const auto dash = part.find('-');
    const auto low = parse_count(part.substr(0, dash));
    const auto high = dash == std::string_view::npos ? low : parse_count(part.substr(dash + 1));
    if (!low || !high || *high < *low || *high > kMost) return {};
    for (std::int64_t number = *low; number <= *high; ++number) numbers.push_back(number);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return numbers;
}

void HostReader::read_identity() {
  const auto release = read_text(proc("sys/kernel/osrelease"), 256);
  std::optional<std::string> version;
  if (release) {
    const auto end = release->find_first_not_of("0123456789.");
    version = release->substr(0, end);
  }
  take("kernel", "/proc/sys/kernel/osrelease", version, machine().kernel);

  read_cpus();

  // The auxiliary vector is pairs of words; AT_PAGESZ is 6.
  std::optional<std::int64_t> page_size;
  if (const auto auxv = read_text(proc("self/auxv"))) {
    for (std::size_t at = 0; at + 16 <= auxv->size(); at += 16) {
      std::uint64_t pair[2];
      std::memcpy(pair, auxv->data() + at, sizeof pair);
      if (pair[0] == 6) page_size = static_cast<std::int64_t>(pair[1]);
    }
  }
  if (page_size) {
    machine().page_size = Bytes{*page_size};
    found("page_size", "/proc/self/auxv");
  } else {
    machine().page_size = Bytes{::sysconf(_SC_PAGESIZE)};
    found("page_size", "sysconf");
  }

  const auto user_namespace = link("self/ns/user");
  if (!user_namespace.empty()) {
    first_user_namespace_ = user_namespace == kFirstUserNamespace;
  } else if (const auto map = read_text(proc("self/uid_map"))) {
    first_user_namespace_ = words(*map) == std::vector<std::string_view>{"0", "0", "4294967295"};
  } else {
    lacking("user namespace", "neither /proc/self/ns/user nor uid_map can be read: assumed to be the initial one");
  }

  if (!user_namespace.empty() || !first_user_namespace_)
    found("user namespace", first_user_namespace_ ? "the initial one (/proc/self/ns/user)"
                                                  : "a nested one (/proc/self/ns/user, uid_map)");

  const auto uids = status_ ? field(*status_, "Uid") : std::nullopt;
  const auto capabilities = status_ ? field(*status_, "CapEff") : std::nullopt;
  if (uids && capabilities) {
    const auto ids = words(*uids);
    if (!ids.empty()) uid_ = parse_count(ids.front());
    const auto effective = std::strtoull(std::string(*capabilities).c_str(), nullptr, 16);
    const bool capable = ((effective >> kCapSysAdmin) & 1) != 0 || ((effective >> kCapSysResource) & 1) != 0;
    // kernel/fork.c: the first user namespace's root by its uid alone; capabilities count there only, not in a nested
    // one.
    machine().privileged = first_user_namespace_ && (uid_ == 0 || capable);
    found("privileged", "/proc/self/status (uid, capabilities) and /proc/self/ns/user");
  } else {
    lacking("privileged", "/proc/self/status cannot be read");
  }
}

/// The machine's cpus, and those of them that this process may run on.
void HostReader::read_cpus() {
  constexpr std::string_view kOnline = "/sys/devices/system/cpu/online";
  const auto list_of = [](const std::optional<std::string_view>& text) {
    return text ? number_list(text->substr(0, text->find_first_of(" \n"))) : std::vector<std::int64_t>{};
  };
  const auto online_text = read_text(below(root_, kOnline), 4096);
  const auto online = list_of(online_text ? std::optional<std::string_view>(*online_text) : std::nullopt);
  const auto allowed = list_of(status_ ? field(*status_, "Cpus_allowed_list") : std::nullopt);
  const bool know_all = !online.empty();
  const auto& all = know_all ? online : allowed;
  take("cpus", know_all ? kOnline : "/proc/self/status", all.empty() ? std::nullopt : std::optional(std::ssize(all)),
       machine().cpus);
  if (!know_all || allowed.empty() || allowed == online) return;
  // By their places among those that are online: numbers may be missing.
  for (const std::int64_t cpu : allowed) {
    const auto at = std::ranges::lower_bound(online, cpu);
    if (at != online.end() && *at == cpu) machine().cpuset.push_back(at - online.begin());
  }
  if (std::ssize(machine().cpuset) == std::ssize(online)) machine().cpuset.clear();
  if (!machine().cpuset.empty()) found("cpuset", "/proc/self/status");
}

/// How long turns are. What no file says follows from the release and the cpus (release.hpp).
void HostReader::read_scheduler() {
  Costs& costs = machine().costs;
  costs.base_slice = base_slice_of(release_of(machine().kernel), machine().cpus);
  std::string from = "what this kernel makes of the cpus";
  // From 6.6 on, from 5.13 on, before.
  for (const char* file : {"/sys/kernel/debug/sched/base_slice_ns", "/sys/kernel/debug/sched/min_granularity_ns",
                           "/proc/sys/kernel/sched_min_granularity_ns"}) {
    const auto slice = read_count(below(root_, file));
    if (!slice || *slice <= 0) continue;
    costs.base_slice = Duration(*slice);
    from = file;
    break;
  }
  found("costs.base_slice", from);
  // kernel/time/posix-timers.c: the resolution of the coarse clocks is a tick.
  timespec tick{};
  if (::clock_getres(CLOCK_MONOTONIC_COARSE, &tick) == 0 && (tick.tv_sec > 0 || tick.tv_nsec > 0)) {
    costs.tick = std::chrono::seconds(tick.tv_sec) + std::chrono::nanoseconds(tick.tv_nsec);
    found("costs.tick", "clock_getres(CLOCK_MONOTONIC_COARSE)");
  } else {
    lacking("costs.tick", "clock_getres: assumed to be as in the profile `defaults`");
  }
}

void HostReader::read_memory() {
  constexpr std::string_view kFrom = "/proc/meminfo";
  const auto text = read_text(proc("meminfo")).value_or("");
  const auto size = [&](std::string_view key) { return from_kib(field_count(text, key)); };
  take("memory", kFrom, size("MemTotal"), machine().memory);
  take("swap", kFrom, size("SwapTotal"), machine().swap);
  origin("memory", "MemTotal and SwapTotal of " + std::string(kFrom));
  take("limits.commit_limit", kFrom, size("CommitLimit"), machine().limits.commit_limit);
  take("in_use.committed", kFrom, size("Committed_AS"), machine().in_use.committed);
  std::optional<Bytes> used;
  if (const auto available = size("MemAvailable")) used = machine().memory - *available;
  take("in_use.memory", kFrom, used, machine().in_use.memory);
}

void HostReader::read_rlimits() {
  constexpr std::string_view kFrom = "/proc/self/limits";
  const auto text = read_text(proc("self/limits"));
  // The soft limit stands after the name, in a table of columns.
  const auto soft = [&](std::string_view name) -> std::optional<std::string_view> {
    for (const auto line : lines(text ? std::string_view(*text) : std::string_view{})) {
      if (!line.starts_with(name)) continue;
      const auto values = words(line.substr(name.size()));
      if (!values.empty()) return values.front();
    }
    return std::nullopt;
  };
  const auto take_size = [&](std::string_view what, std::string_view name, SizeLimit& into) {
    const auto value = soft(name);
    if (!value) return lacking(what, std::string(kFrom) + " cannot be read");
    if (const auto count = parse_count(*value)) into = Bytes{*count};
    found(what, kFrom);
    origin(what, std::string(name) + " of " + std::string(kFrom));
  };
  take_size("limits.address_space", "Max address space", machine().limits.address_space);
  take_size("limits.data", "Max data size", machine().limits.data);
  take_size("limits.stack", "Max stack size", machine().limits.stack);
  if (const auto value = soft("Max processes")) {
    machine().limits.nproc = {parse_count(*value)};
    found("limits.nproc", kFrom);
    origin("limits.nproc", "Max processes of " + std::string(kFrom));
    if (!first_user_namespace_)
      lacking("limits.nproc", "the limits of the user namespaces above this one cannot be seen from inside");
  } else {
    lacking("limits.nproc", std::string(kFrom) + " cannot be read");
  }
}

void HostReader::read_sysctls() {
  auto& limits = machine().limits;
  const auto take_count = [&](std::string_view what, const std::string& name, CountLimit& into) {
    take(what, "/proc/sys/" + name, read_count(proc("sys/" + name)), into);
    if (into) origin(what, "/proc/sys/" + name);
  };
  take_count("limits.threads_max", "kernel/threads-max", limits.threads_max);
  take_count("limits.pid_max", "kernel/pid_max", limits.pid_max);
  take_count("limits.max_map_count", "vm/max_map_count", limits.max_map_count);
  take("limits.user_reserve", "/proc/sys/vm/user_reserve_kbytes",
       from_kib(read_count(proc("sys/vm/user_reserve_kbytes"))), limits.user_reserve);
  take("limits.admin_reserve", "/proc/sys/vm/admin_reserve_kbytes",
       from_kib(read_count(proc("sys/vm/admin_reserve_kbytes"))), limits.admin_reserve);
  // 0, 1, 2 in the order of the enumeration.
  auto mode = read_count(proc("sys/vm/overcommit_memory"));
  if (mode && (*mode < 0 || *mode > 2)) mode.reset();
  take("limits.overcommit", "/proc/sys/vm/overcommit_memory", mode, limits.overcommit);
  if (mode) origin("limits.overcommit", "/proc/sys/vm/overcommit_memory");
}

void HostReader::read_processes() {
  auto& in_use = machine().in_use;
  const auto loadavg = read_text(proc("loadavg"), 256).value_or("");
  const auto parts = words(loadavg);
  std::optional<std::int64_t> threads;
  std::optional<std::int64_t> newest;
  if (parts.size() >= 5) {
    threads = parse_count(parts[3].substr(std::min(parts[3].find('/'), parts[3].size() - 1) + 1));
    newest = parse_count(parts[4]);
  }
  take("in_use.threads", "/proc/loadavg", threads, in_use.threads);

  const auto processes = list_processes(proc(""), uid_);
  if (!processes) {
    lacking("in_use.pids", "/proc cannot be listed");
    lacking("in_use.user_tasks", "/proc cannot be listed");
    return;
  }
  if (hides_processes(proc("")))
    lacking("in_use.pids", "/proc hides other users' processes (hidepid): only those that can be seen were counted");
  const auto last = read_count(proc("sys/kernel/ns_last_pid"));
  read_pids(*processes, last ? last : newest, last ? "/proc/sys/kernel/ns_last_pid" : "/proc/loadavg");
  read_user_tasks(processes->tasks_of_user);
}

/// `newest`: what the pid counter has given out last, as `counter` says.
void HostReader::read_pids(const Processes& processes, std::optional<std::int64_t> newest, const char* counter) {
  auto& in_use = machine().in_use;
  // kernel/pid.c, alloc_pid: numbers are given out upwards. Once the counter is past the reserved ones, those are never
  // given out again, and of all others what is free can still be used; so it does not matter whether it has wrapped
  // yet. Before, each number up to the counter is used up, whether its process still lives or not.
  if (newest) {
    in_use.pid_wrapped = *newest >= kReservedPids || processes.highest >= kReservedPids;
    found("in_use.pid_wrapped", counter);
  } else {
    lacking("in_use.pid_wrapped", "the pid counter cannot be read");
  }
  std::int64_t pids = 0;
  for (const Process& process : processes.all) {
    if (!in_use.pid_wrapped || process.pid >= kReservedPids) {
      pids += process.threads;
    } else {
      pids += threads_from(proc(""), process.pid, kReservedPids);
    }
  }
  if (newest && !in_use.pid_wrapped) {
    in_use.pids = std::max<std::int64_t>(*newest, 1);
    found("in_use.pids", counter);
  } else {
    in_use.pids = in_use.pid_wrapped ? pids : std::max<std::int64_t>(pids, 1);
    found("in_use.pids", "/proc/*/status");
  }
}

void HostReader::read_user_tasks(std::int64_t tasks) {
  if (!uid_) return lacking("in_use.user_tasks", "/proc/self/status cannot be read");
  machine().in_use.user_tasks = {std::max<std::int64_t>(tasks, 1)};
  found("in_use.user_tasks", "/proc/*/status");
  const auto pid_namespace = link("self/ns/pid");
  if (!pid_namespace.empty() && pid_namespace != kFirstPidNamespace)
    lacking("in_use.user_tasks", "the user's tasks outside this pid namespace cannot be seen");
}

void HostReader::read_cgroups() {
  read_pids_cgroup();
  read_memory_cgroup();
  read_cpu_cgroup();
  const auto cgroup_namespace = link("self/ns/cgroup");
  if (!cgroup_namespace.empty() && cgroup_namespace != kFirstCgroupNamespace)
    lacking("limits.pids_max, limits.memory_max, limits.cpu_max",
            "the control groups above this container cannot be seen");
}

void HostReader::read_pids_cgroup() {
  auto& limits = machine().limits;
  const auto place = find_cgroup("pids", root_);
  if (!place) return lacking("limits.pids_max", "no control group hierarchy with pids is mounted");
  if (!place->own)
    lacking("limits.pids_max", "this process's control group is outside what is mounted at " + place->mount.string());
  for (const auto& level : place->levels) {
    // The hierarchy's root has no limit, and so no such file.
    const auto text = read_text(level / "pids.max", 256);
    if (!text) continue;
    limits.pids_max.push_back(parse_count(*text));
    auto tasks = read_count(level / "pids.current");
    if (!tasks) lacking("in_use.cgroup_tasks", (level / "pids.current").string() + " cannot be read: assumed to be 1");
    machine().in_use.cgroup_tasks.push_back(std::max<std::int64_t>(tasks.value_or(1), 1));
    found("limits.pids_max, in_use.cgroup_tasks", level.string());
    origin("limits.pids_max", (level / "pids.max").string());
  }
  if (limits.pids_max.empty())
    found("limits.pids_max", "none of the control groups from " + place->levels.front().string() + " up has one");
}

void HostReader::read_memory_cgroup() {
  auto& limits = machine().limits;
  const auto place = find_cgroup("memory", root_);
  if (!place) return lacking("limits.memory_max", "no control group hierarchy with memory is mounted");
  const char* max_file = place->v2 ? "memory.max" : "memory.limit_in_bytes";
  const char* use_file = place->v2 ? "memory.current" : "memory.usage_in_bytes";
  // v1 writes "no limit" as the largest multiple of a page.
  constexpr std::int64_t kUnlimited = std::int64_t{1} << 62;
  std::optional<Bytes> least_free;
  std::string from;
  for (const auto& level : place->levels) {
    const auto max = read_count(level / max_file);
    if (!max || *max >= kUnlimited) continue;
    const Bytes used{read_count(level / use_file).value_or(0)};
    const Bytes left = Bytes{*max} - used;
    if (least_free && *least_free <= left) continue;
    // The level that has least left is the one that binds.
    least_free = left;
    limits.memory_max = Bytes{*max};
    machine().in_use.cgroup_memory = used;
    from = (level / max_file).string();
  }
  if (!from.empty()) origin("limits.memory_max", from);
  found("limits.memory_max, in_use.cgroup_memory",
        from.empty() ? "no limit in the control groups from " + place->levels.front().string() + " up" : from);
}

/// The group that allows the least is the one that binds.
void HostReader::read_cpu_cgroup() {
  const auto place = find_cgroup("cpu", root_);
  if (!place) return lacking("limits.cpu_max", "no control group hierarchy with cpu is mounted");
  auto& cpu_max = machine().limits.cpu_max;
  std::string from;
  for (const auto& level : place->levels) {
    std::optional<std::int64_t> quota;
    std::optional<std::int64_t> period;
    if (place->v2) {
      const auto text = read_text(level / "cpu.max", 256);
      const auto parts = text ? words(*text) : std::vector<std::string_view>{};
      if (parts.size() == 2) {
        quota = parse_count(parts[0]);
        period = parse_count(parts[1]);
      }
    } else {
      // No limit is -1, which is no count.
      quota = read_count(level / "cpu.cfs_quota_us");
      period = read_count(level / "cpu.cfs_period_us");
    }
    if (!quota || !period || *quota <= 0 || *period <= 0) continue;
    const Duration share = kQuotaPeriod * *quota / *period;
    if (cpu_max && *cpu_max <= share) continue;
    cpu_max = share;
    from = (level / (place->v2 ? "cpu.max" : "cpu.cfs_quota_us")).string();
  }
  if (!from.empty()) origin("limits.cpu_max", from);
  found("limits.cpu_max",
        from.empty() ? "no limit in the control groups from " + place->levels.front().string() + " up" : from);
}

}  // namespace

HostReport inspect_host(const Costs& costs, const std::filesystem::path& root) {
  return HostReader(costs, root).read();
}

Machine read_host(const Costs& costs, const std::filesystem::path& root) {
  return inspect_host(costs, root).machine;
}

std::string_view glibc_version() {
  return ::gnu_get_libc_version();
}

GuardMode guard_mode_of(std::string_view glibc, std::string_view kernel) {
  // glibc: nptl/allocatestack.c; Linux: mm/madvise.c.
  constexpr Release kGlibc{2, 42};
  constexpr Release kLinux{6, 13};
  return release_of(glibc) >= kGlibc && release_of(kernel) >= kLinux ? GuardMode::madvise : GuardMode::mprotect;
}

std::string cpu_name(const std::filesystem::path& root) {
  const auto text = read_text(below(root, "/proc/cpuinfo"));
  auto name = text ? field(*text, "model name\t") : std::nullopt;
  // A Raspberry Pi has it at the end.
  if (text && !name) name = field(*text, "Model\t\t");
  std::string shown;
  // Some are padded with blanks.
  for (const std::string_view word : words(name.value_or(""))) shown += (shown.empty() ? "" : " ") + std::string(word);
  return shown;
}

}  // namespace spawnpoint
