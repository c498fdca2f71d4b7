// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/live/worker/impose.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "models/machine/host/proc_files.hpp"
#include "models/result/format.hpp"
#include "models/world/own_memory.hpp"

namespace spawnpoint {
namespace {

constexpr uid_t kNobody = 65534;
// More mappings than this would cost seconds, and hundreds of MiB in the kernel.
constexpr std::int64_t kMostMaps = 70'000;

std::unexpected<std::string> failed(std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", what, std::strerror(errno)));
}

bool become(uid_t user) {
  // Without CAP_SETGID there may be no groups to drop.
  (void)::setgroups(0, nullptr);
  return ::setresgid(user, user, user) == 0 && ::setresuid(user, user, user) == 0;
}

// In a child, so that a failure leaves no traces.
bool works_in_child(const std::function<bool()>& attempt) {
  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child == 0) ::_exit(attempt() ? 0 : 1);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Where it cannot be written, errno says why.
bool write_number(const char* file, std::int64_t number) {
  const auto written = write_text(file, std::to_string(number));
  if (!written) errno = written.error();
  return written.has_value();
}

}  // namespace

void be_expendable() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 1);  // else /proc/self belongs to root, and oom_score_adj with it
  (void)write_number("/proc/self/oom_score_adj", 1000);
}

Means drop_root(bool alone) {
  if (::geteuid() != 0) return fmt::format("runs as uid {}", ::getuid());
  uid_t user = kNobody;
  const auto nobody_can = [] { return become(kNobody) && ::unshare(CLONE_NEWUSER) == 0; };
  if (alone && !works_in_child(nobody_can)) {
    // A user of this run's own: then RLIMIT_NPROC counts this process alone, whatever other live runs begin meanwhile.
    // In a container the number may not exist.
    const uid_t unused = 2'000'000'000U + static_cast<uid_t>(::getpid());
    if (tasks_of(unused) == 0 && works_in_child([unused] { return become(unused); })) user = unused;
  }
  if (!become(user)) return failed("root could not be dropped");
  // The kernel takes "may be looked at" away with root; /proc/self is needed for the namespaces.
  ::prctl(PR_SET_DUMPABLE, 1);
  return fmt::format("root was dropped for uid {}", user);
}

Means limit_tasks_by_rlimit(std::int64_t threads, std::int64_t others) {
  if (::geteuid() == 0 && ::getuid() == 0) return std::unexpected("RLIMIT_NPROC does not apply to root");
  std::int64_t limit = threads + 1 + others;
  std::string where = "in a fresh user namespace";
  if (::unshare(CLONE_NEWUSER) != 0) {
    const int error = errno;
    // Then the user's other tasks count as well; they are given their room.
    const std::int64_t foreign = std::max<std::int64_t>(tasks_of(::getuid()) - 1 - others, 0);
    limit += foreign;
    where = foreign == 0 ? fmt::format("for uid {}, which runs nothing else", ::getuid())
                         : fmt::format("for uid {}, which runs {} (no user namespace: {})", ::getuid(),
                                       format_count(foreign, "other task"), std::strerror(error));
  }
  rlimit now{};
  ::getrlimit(RLIMIT_NPROC, &now);
  const auto wanted = static_cast<rlim_t>(limit);
  if (now.rlim_max != RLIM_INFINITY && wanted > now.rlim_max)
    return std::unexpected(
        fmt::format("this session's own RLIMIT_NPROC is {}", format_count(static_cast<std::int64_t>(now.rlim_max))));
  const rlimit set{wanted, wanted};
  if (::setrlimit(RLIMIT_NPROC, &set) != 0) return failed("RLIMIT_NPROC");
  return fmt::format("RLIMIT_NPROC = {} {}", format_count(limit), where);
}

Means limit_threads_by_pid_namespace(std::int64_t threads, const std::function<void(int)>& started,
                                     const std::function<void(int)>& ended) {
  constexpr std::int64_t kLeast = 301;  // kernel/pid.c: RESERVED_PIDS + 1
  // Pid 1 is the worker, so pids 2 to pid_max - 1 are its threads.
  const std::int64_t pid_max = threads + 2;
  if (pid_max < kLeast) return std::unexpected(fmt::format("a pid namespace's pid_max cannot be below {}", kLeast));
  const auto attempt = [pid_max] {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) return false;
    return works_in_child([pid_max] {
      // Before 6.14 there was one pid_max for all, and this is refused.
      return write_number("/proc/sys/kernel/pid_max", pid_max);
    });
  };
  if (!works_in_child(attempt))
    return std::unexpected("this kernel has no pid_max for a pid namespace, or does not allow making one");

  if (::unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) return failed("unshare");
  const pid_t child = ::fork();
  if (child < 0) return failed("fork");
  if (child > 0) {
    started(child);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    ended(status);
    ::_exit(0);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!write_number("/proc/sys/kernel/pid_max", pid_max)) return failed("kernel.pid_max");
  return fmt::format("kernel.pid_max = {} in a pid namespace of its own", format_count(pid_max));
}

Means limit_memory_by_rlimit(MemoryLimit limit, Bytes value, Bytes more) {
  const auto resource = limit == MemoryLimit::data ? RLIMIT_DATA : RLIMIT_AS;
  const char* name = limit == MemoryLimit::data ? "RLIMIT_DATA" : "RLIMIT_AS";
  rlimit now{};
  ::getrlimit(resource, &now);
  const auto wanted = static_cast<rlim_t>(std::max((value + more).count, std::int64_t{0}));
  if (now.rlim_max != RLIM_INFINITY && wanted > now.rlim_max)
    return std::unexpected(
        fmt::format("this session's own {} is {} bytes", name, format_count(static_cast<std::int64_t>(now.rlim_max))));
  const rlimit set{wanted, wanted};
  if (::setrlimit(resource, &set) != 0) return failed(name);
  if (more == Bytes{}) return fmt::format("{} = {} bytes", name, format_count(value.count));
  const std::string set_to = format_count(static_cast<std::int64_t>(wanted));
  if (more < Bytes{})
    return fmt::format("{} = {} bytes: {}, less {} that only the modeled program has", name, set_to,
                       format_count(value.count), format_count(-more.count));
  return fmt::format("{} = {} bytes, plus {} for memory that is not the program's", name, format_count(value.count),
                     format_count(more.count));
}

Means fill_maps(std::int64_t maps) {
  if (maps > kMostMaps)
    return std::unexpected(
        fmt::format("{} would have to be made to get close to this machine's limit", format_count(maps, "mapping")));
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::int64_t made = 0;
  // Neighbours with the same protection are one mapping, so every second page is made different. The region's ends may
  // merge with what lies next to it: so the result is counted, and the rest is made again.
  const std::int64_t before = count_own_maps();
  for (int round = 0; round < 8 && made < maps; ++round) {
    const auto pages = static_cast<std::size_t>(maps - made);
    auto* region = static_cast<char*>(
        ::mmap(nullptr, pages * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (region == MAP_FAILED) return failed("mmap");
    // The lowest page is made different, or the first stack below would merge with it.
    for (std::size_t i = (round % 2 == 0 ? 0 : 1); i < pages; i += 2) {
      if (::mprotect(region + i * page, page, PROT_READ) != 0) return failed("mprotect");
    }
    made = count_own_maps() - before;
  }
  if (made != maps)
    return std::unexpected(fmt::format("{} of {} could be made", format_count(made), format_count(maps, "mapping")));
  return fmt::format("{} dummy mappings bring this machine's own limit as close", format_count(maps));
}

Means use_cpus(std::int64_t cpus) {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return failed("sched_getaffinity");
  cpu_set_t chosen;
  CPU_ZERO(&chosen);
  std::int64_t count = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE && count < cpus; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    CPU_SET(cpu, &chosen);
    ++count;
  }
  if (count < cpus) return std::unexpected(fmt::format("this machine has only {}", count));
  if (::sched_setaffinity(0, sizeof chosen, &chosen) != 0) return failed("sched_setaffinity");
  return fmt::format("runs on {} of {} cores", count, CPU_COUNT(&allowed));
}

Means use_cpuset(const std::vector<std::int64_t>& cpuset) {
  cpu_set_t chosen;
  CPU_ZERO(&chosen);
  std::string list;
  for (const std::int64_t cpu : cpuset) {
    if (cpu >= CPU_SETSIZE) return std::unexpected(fmt::format("cpu {} is beyond what can be named", cpu));
    CPU_SET(static_cast<int>(cpu), &chosen);
    list += fmt::format("{}{}", list.empty() ? "" : ", ", cpu);
  }
  if (::sched_setaffinity(0, sizeof chosen, &chosen) != 0) return failed("sched_setaffinity");
  // The kernel leaves out what this session may not use.
  cpu_set_t given;
  if (::sched_getaffinity(0, sizeof given, &given) != 0) return failed("sched_getaffinity");
  if (CPU_EQUAL(&given, &chosen) == 0)
    return std::unexpected(fmt::format("only {} of cpus {} may be used here", CPU_COUNT(&given), list));
  return fmt::format("runs on cpu{} {}", cpuset.size() == 1 ? "" : "s", list);
}

Means set_policy(Policy policy) {
  sched_param priority{};
  priority.sched_priority = 1;
  const int number = policy == Policy::fifo ? SCHED_FIFO : SCHED_RR;
  if (::sched_setscheduler(0, number, &priority) != 0) return failed("sched_setscheduler");
  return fmt::format("all threads have SCHED_{}, priority 1", policy == Policy::fifo ? "FIFO" : "RR");
}

Means set_nice(const Scheduling& scheduling) {
  // RLIMIT_NICE counts the other way round: 20 less the nice value.
  const auto least = static_cast<int>(*std::ranges::min_element(scheduling.nice));
  const rlimit allowed{static_cast<rlim_t>(20 - least), static_cast<rlim_t>(20 - least)};
  rlimit now{};
  ::getrlimit(RLIMIT_NICE, &now);
  if (now.rlim_cur < allowed.rlim_cur) (void)::setrlimit(RLIMIT_NICE, &allowed);
  ::getrlimit(RLIMIT_NICE, &now);
  const int own = ::getpriority(PRIO_PROCESS, 0);
  const auto first = static_cast<int>(scheduling.nice.front());
  // Each thread begins with the main thread's.
  if (least < std::max(own, first) && now.rlim_cur < allowed.rlim_cur)
    return std::unexpected(
        fmt::format("a nice value of {} may not be taken here: RLIMIT_NICE is {}", least, now.rlim_cur));
  if (::setpriority(PRIO_PROCESS, 0, first) != 0) return failed("setpriority");
  std::string list;
  for (const std::int64_t nice : scheduling.nice) list += fmt::format("{}{}", list.empty() ? "" : ", ", nice);
  if (scheduling.nice.size() == 1) return fmt::format("all threads have the nice value {}", list);
  return fmt::format("threads take the nice values {} in turn", list);
}

void lock_down() {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  ::syscall(SYS_capset, &header, none);
  // No core dump, not even into a handler that core_pattern names.
  ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace spawnpoint
