// SPDX-License-Identifier: GPL-3.0-or-later
// Reading a host: this one, and made-up ones with every arrangement of control groups.
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "models/lab/limits/limits.hpp"
#include "models/machine/host/cgroup.hpp"
#include "models/machine/host/host.hpp"
#include "models/machine/host/proc_files.hpp"
#include "models/machine/profile_file.hpp"
#include "models/machine/raise_limit.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_directory.hpp"

using namespace spawnpoint;
using namespace spawnpoint::tests;
namespace fs = std::filesystem;

namespace {

/// A made-up machine: files below a folder that goes away with it.
class FakeRoot {
 public:
  FakeRoot() {
    file("proc/self/status",
         "Name:\tx\nUid:\t1000\t1000\t1000\t1000\nThreads:\t1\nCapEff:\t0000000000000000\nCpus_allowed_list:\t0-3,8\n");
    file("proc/self/limits",
         "Limit                     Soft Limit           Hard Limit           Units     \n"
         "Max data size             1048576              unlimited            bytes     \n"
         "Max stack size            8388608              unlimited            bytes     \n"
         "Max processes             62958                62958                processes \n"
         "Max address space         unlimited            unlimited            bytes     \n");
    file("proc/self/uid_map", "         0          0 4294967295\n");
    file("proc/self/mountinfo", "21 26 0:20 / /proc rw - proc proc rw\n");
    file("proc/self/cgroup", "0::/\n");
    file("proc/meminfo",
         "MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable:   12000000 kB\nSwapTotal:       2000000 kB\n"
         "CommitLimit:    10000000 kB\nCommitted_AS:    3000000 kB\n");
    file("proc/loadavg", "0.28 0.34 0.17 2/703 5000\n");
    file("proc/stat", "cpu 1 2 3\nprocesses 5003\nprocs_running 1\n");
    file("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
    file("proc/sys/kernel/threads-max", "125917\n");
    file("proc/sys/kernel/pid_max", "4194304\n");
    file("proc/sys/kernel/ns_last_pid", "5000\n");
    file("proc/sys/vm/max_map_count", "65530\n");
    file("proc/sys/vm/overcommit_memory", "0\n");
    file("proc/sys/vm/user_reserve_kbytes", "131072\n");
    file("proc/sys/vm/admin_reserve_kbytes", "8192\n");
    process(1, 0, 1);
    process(200, 0, 3);
    process(900, 1000, 5);
    process(1200, 1000, 2);
  }

  void file(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  void process(int pid, int uid, int threads) const {
    const auto id = std::to_string(uid);
    file("proc/" + std::to_string(pid) + "/status",
         "Name:\tp\nUid:\t" + id + "\t" + id + "\t" + id + "\t" + id + "\nThreads:\t" + std::to_string(threads) + "\n");
    for (int i = 0; i < threads; ++i)
      file("proc/" + std::to_string(pid) + "/task/" + std::to_string(i == 0 ? pid : pid + 100 * i) + "/comm", "p\n");
  }
  void link(const std::string& name, const std::string& target) const { fs::create_symlink(target, root_ / name); }
  const fs::path& path() const { return root_.path(); }
  Machine read() const { return read_host({}, root_.path()); }

 private:
  TemporaryDirectory root_;
};

bool tells(const std::vector<std::string>& lines, const std::string& of) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(of) != std::string::npos; });
}

}  // namespace

TEST_CASE("how guards are made is told by the versions of glibc and Linux as numbers") {
  using enum GuardMode;
  CHECK(guard_mode_of("2.42", "6.13.0") == madvise);
  CHECK(guard_mode_of("2.50", "6.18") == madvise);
  CHECK(guard_mode_of("3.0", "10.2.1") == madvise);
  CHECK(guard_mode_of("2.41", "6.18.5") == mprotect);
  CHECK(guard_mode_of("2.9", "6.18.5") == mprotect);
  CHECK(guard_mode_of("2.42", "6.12.63") == mprotect);
  CHECK(guard_mode_of("2.42", "6.2") == mprotect);
  CHECK(guard_mode_of("2.42", "6.13.0-rc1") == madvise);
}

TEST_CASE("every plain field of a host is read") {
  const FakeRoot fake;
  const auto report = inspect_host({}, fake.path());
  const auto& m = report.machine;
  CHECK(m.cpus == 5);
  CHECK(m.memory == Bytes{16000000LL * 1024});
  CHECK(m.swap == Bytes{2000000LL * 1024});
  CHECK(m.kernel == "6.1.0");
  CHECK_FALSE(m.privileged);
  CHECK(m.limits.threads_max == 125917);
  CHECK(m.limits.pid_max == 4194304);
  CHECK(m.limits.nproc == std::vector<CountLimit>{62958});
  CHECK(m.limits.max_map_count == 65530);
  CHECK_FALSE(m.limits.address_space.has_value());
  CHECK(m.limits.data == Bytes{1048576});
  CHECK(m.limits.stack == Bytes{8388608});
  CHECK(m.limits.overcommit == Overcommit::heuristic);
  CHECK(m.limits.commit_limit == Bytes{10000000LL * 1024});
  CHECK(m.limits.user_reserve == Bytes{131072LL * 1024});
  CHECK(m.limits.admin_reserve == Bytes{8192LL * 1024});
  CHECK(m.in_use.threads == 703);
  // 900 and 1200 with 5 and 2 threads; of 200's threads those with the numbers 300 and 400.
  CHECK(m.in_use.pids == 9);
  CHECK(m.in_use.pid_wrapped);
  CHECK(m.in_use.user_tasks == std::vector<std::int64_t>{7});
  CHECK(m.in_use.committed == Bytes{3000000LL * 1024});
  CHECK(m.in_use.memory == Bytes{4000000LL * 1024});
  CHECK(tells(report.read, "limits.threads_max: /proc/sys/kernel/threads-max"));
  CHECK(tells(report.missing, "limits.pids_max: no control group hierarchy"));
}

TEST_CASE("the cpus are those that are online, and the cpuset those of them that may be used") {
  const FakeRoot fake;
  fake.file("sys/devices/system/cpu/online", "0-3,8-11\n");
  const Machine some = fake.read();  // Allowed: 0-3,8.
  CHECK(some.cpus == 8);
  CHECK(some.cpuset == std::vector<std::int64_t>{0, 1, 2, 3, 4});
  fake.file("sys/devices/system/cpu/online", "0-3,8\n");
  CHECK(fake.read().cpus == 5);
  CHECK(fake.read().cpuset.empty());
}

TEST_CASE("how long turns are is read, or follows from the release and the cpus") {
  const FakeRoot fake;
  CHECK(fake.read().costs.base_slice == std::chrono::microseconds(2250));  // 6.1: 0.75 ms x 3, for 5 cpus.
  fake.file("sys/kernel/debug/sched/base_slice_ns", "3000000\n");
  CHECK(fake.read().costs.base_slice == std::chrono::milliseconds(3));
  CHECK(fake.read().costs.tick > Duration::zero());
}

TEST_CASE("the quota of a control group is the least of all levels") {
  const FakeRoot fake;
  SECTION("v2") {
    fake.file("proc/self/mountinfo", "30 20 0:25 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    fake.file("proc/self/cgroup", "0::/a/b\n");
    fake.file("sys/fs/cgroup/cgroup.controllers", "cpu pids\n");
    fake.file("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
    CHECK_FALSE(fake.read().limits.cpu_max);
    fake.file("sys/fs/cgroup/a/cpu.max", "75000 50000\n");
    CHECK(fake.read().limits.cpu_max == std::chrono::milliseconds(150));
    fake.file("sys/fs/cgroup/a/b/cpu.max", "50000 100000\n");
    CHECK(fake.read().limits.cpu_max == std::chrono::milliseconds(50));
  }
  SECTION("v1") {
    fake.file("proc/self/mountinfo", "31 20 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n");
    fake.file("proc/self/cgroup", "3:cpu,cpuacct:/a\n");
    fake.file("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "-1\n");
    fake.file("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
    CHECK_FALSE(fake.read().limits.cpu_max);
    fake.file("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "25000\n");
    CHECK(fake.read().limits.cpu_max == std::chrono::milliseconds(25));
  }
}

TEST_CASE("overcommit modes are read by their numbers") {
  const FakeRoot fake;
  fake.file("proc/sys/vm/overcommit_memory", "1\n");
  CHECK(fake.read().limits.overcommit == Overcommit::always);
  fake.file("proc/sys/vm/overcommit_memory", "2\n");
  CHECK(fake.read().limits.overcommit == Overcommit::never);
  fake.file("proc/sys/vm/overcommit_memory", "7\n");
  CHECK(tells(inspect_host({}, fake.path()).missing, "limits.overcommit"));
}

TEST_CASE("who is exempt from RLIMIT_NPROC depends on the uid, the capabilities and the user namespace") {
  const FakeRoot fake;
  const auto status = [&](const std::string& uid, const std::string& capabilities) {
    fake.file("proc/self/status", "Uid:\t" + uid + "\t0\t0\t0\nCapEff:\t" + capabilities + "\nCpus_allowed_list:\t0\n");
  };
  SECTION("root of the first namespace, even with no capabilities") {
    status("0", "0000000000000000");
    CHECK(fake.read().privileged);
  }
  SECTION("CAP_SYS_RESOURCE") {
    status("1000", "0000000001000000");
    CHECK(fake.read().privileged);
  }
  SECTION("CAP_SYS_ADMIN") {
    status("1000", "0000000000200000");
    CHECK(fake.read().privileged);
  }
  SECTION("other capabilities do not exempt") {
    status("1000", "0000000000800000");
    CHECK_FALSE(fake.read().privileged);
  }
  SECTION("root of a nested namespace, with all capabilities there") {
    status("0", "000001ffffffffff");
    fake.file("proc/self/uid_map", "         0     100000      65536\n");
    CHECK_FALSE(fake.read().privileged);
    fs::create_directories(fake.path() / "proc/self/ns");
    fake.link("proc/self/ns/user", "user:[4026532001]");
    CHECK_FALSE(fake.read().privileged);
  }
}

TEST_CASE(
    "Once the pid counter is past 300, the pids below are not given out again; before, each one given out is used up") {
  const FakeRoot fake;
  SECTION("a young pid namespace") {
    fake.file("proc/sys/kernel/ns_last_pid", "10\n");
    for (const char* pid : {"200", "900", "1200"}) fs::remove_all(fake.path() / "proc" / pid);
    const auto m = fake.read();
    CHECK_FALSE(m.in_use.pid_wrapped);
    // Only process 1 lives. Measured: with pid_max = 700 there is room for 689 threads more (kernel-cases-more.csv).
    CHECK(m.in_use.pids == 10);
  }
  SECTION("a counter that has gone round") {
    fake.file("proc/sys/kernel/ns_last_pid", "250\n");
    CHECK(fake.read().in_use.pid_wrapped);
    CHECK(fake.read().in_use.pids == 9);
  }
  SECTION("without ns_last_pid, the load average's last number is the counter") {
    fs::remove(fake.path() / "proc/sys/kernel/ns_last_pid");
    CHECK(fake.read().in_use.pid_wrapped);
    CHECK(fake.read().in_use.pids == 9);
  }
}

TEST_CASE("cgroup v2: a systemd unit and each of its ancestors") {
  const FakeRoot fake;
  fake.file("proc/self/mountinfo", "30 22 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
  fake.file("proc/self/cgroup", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/term.scope\n");
  const std::string base = "sys/fs/cgroup/user.slice/";
  fake.file(base + "user-1000.slice/user@1000.service/app.slice/term.scope/pids.max", "18887\n");
  fake.file(base + "user-1000.slice/user@1000.service/app.slice/term.scope/pids.current", "8\n");
  fake.file(base + "user-1000.slice/user@1000.service/app.slice/pids.max", "max\n");
  fake.file(base + "user-1000.slice/user@1000.service/app.slice/pids.current", "300\n");
  fake.file(base + "user-1000.slice/user@1000.service/app.slice/memory.max", "4294967296\n");
  fake.file(base + "user-1000.slice/user@1000.service/app.slice/memory.current", "1000000\n");
  fake.file(base + "user-1000.slice/user@1000.service/pids.max", "max\n");
  fake.file(base + "user-1000.slice/user@1000.service/pids.current", "310\n");
  fake.file(base + "user-1000.slice/pids.max", "41552\n");
  fake.file(base + "user-1000.slice/pids.current", "340\n");
  // Larger, but with less left.
  fake.file(base + "user-1000.slice/memory.max", "5000000000\n");
  fake.file(base + "user-1000.slice/memory.current", "4999000000\n");
  fake.file(base + "pids.max", "max\n");
  fake.file(base + "pids.current", "341\n");
  const auto report = inspect_host({}, fake.path());
  const auto& m = report.machine;
  CHECK(m.limits.pids_max == std::vector<CountLimit>{18887, std::nullopt, std::nullopt, 41552, std::nullopt});
  CHECK(m.in_use.cgroup_tasks == std::vector<std::int64_t>{8, 300, 310, 340, 341});
  CHECK(m.limits.memory_max == Bytes{5000000000});
  CHECK(m.in_use.cgroup_memory == Bytes{4999000000});

  // The ladder names the very file, and the command that systemd wants for its unit.
  const fs::path slice = fake.path() / base / "user-1000.slice";
  CHECK(m.origins.at("limits.pids_max").at(3) == (slice / "pids.max").string());
  CHECK(m.origins.at("limits.memory_max") == std::vector{(slice / "memory.max").string()});
  const Limit& pids_max = limit_of(LimitKind::pids_max);
  CHECK(limit_source(m, pids_max, 3) == (slice / "pids.max").string());
  CHECK(how_to_raise(m, pids_max, 3, 50000).text == "systemctl set-property user-1000.slice TasksMax=50000");
  CHECK(how_to_raise(m, pids_max, 0, 50000).text == "systemctl --user set-property term.scope TasksMax=50000");
  CHECK(limit_source(m, limit_of(LimitKind::threads_max)) == "/proc/sys/kernel/threads-max");
}

TEST_CASE(
    "cgroup v2 in a container: the namespace's root is the process's cgroup, and what lies above is said to be out of "
    "sight") {
  const FakeRoot fake;
  fake.file("proc/self/mountinfo", "30 22 0:27 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n");
  fake.file("sys/fs/cgroup/pids.max", "512\n");
  fake.file("sys/fs/cgroup/pids.current", "5\n");
  fake.file("sys/fs/cgroup/memory.max", "536870912\n");
  fake.file("sys/fs/cgroup/memory.current", "3000000\n");
  fs::create_directories(fake.path() / "proc/self/ns");
  fake.link("proc/self/ns/cgroup", "cgroup:[4026532999]");
  const auto report = inspect_host({}, fake.path());
  CHECK(report.machine.limits.pids_max == std::vector<CountLimit>{512});
  CHECK(report.machine.in_use.cgroup_tasks == std::vector<std::int64_t>{5});
  CHECK(report.machine.limits.memory_max == Bytes{536870912});
  CHECK(tells(report.missing, "above this container"));
}

TEST_CASE("A cgroup that no systemd unit owns is raised by writing its file") {
  const FakeRoot fake;
  fake.file("proc/self/mountinfo", "38 30 0:35 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n");
  fake.file("proc/self/cgroup", "8:pids:/a/b\n");
  fake.file("sys/fs/cgroup/pids/a/b/pids.max", "1000\n");
  fake.file("sys/fs/cgroup/pids/a/b/pids.current", "1\n");
  fake.file("sys/fs/cgroup/pids/a/pids.max", "300\n");
  fake.file("sys/fs/cgroup/pids/a/pids.current", "2\n");
  Machine m = fake.read();
  m.limits.nproc.clear();
  m.limits.data.reset();
  m.limits.pid_max = m.limits.threads_max;
  const auto runtime = load_runtime("glibc", {}).value();
  const LimitLadder ladder = limit_ladder(m, runtime);
  const std::string file = (fake.path() / "sys/fs/cgroup/pids/a/pids.max").string();
  REQUIRE(ladder.binding() != nullptr);
  CHECK(ladder.binding()->limit->name == "pids.max");
  CHECK(ladder.threads == 298);
  CHECK(ladder.rungs[0].source == file);
  CHECK(ladder.rungs[0].raise.text == "echo N > " + file);
  // The level below it would be next.
  CHECK(ladder.rungs[1].limit->name == "pids.max");
  CHECK(ladder.rungs[1].threads == 999);
  // 2,000 threads need room in both: besides the main thread here, besides two tasks above.
  const ThreadNeeds needs = thread_needs(m, runtime, 2000);
  REQUIRE(needs.raise.size() == 2);
  CHECK(needs.raise[0].needed == 2001);
  CHECK(needs.raise[1].needed == 2002);
  CHECK(needs.raise[1].how.text == "echo 2002 > " + file);
}

TEST_CASE("cgroup v1: each controller has its own hierarchy and path") {
  const FakeRoot fake;
  fake.file("proc/self/mountinfo",
            "33 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
            "34 30 0:31 / /sys/fs/cgroup/mem\\040ory rw - cgroup cgroup rw,memory\n"
            "38 30 0:35 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n");
  fake.file("proc/self/cgroup", "8:pids:/a/b\n4:memory:/m\n2:cpu,cpuacct:/\n");
  fake.file("sys/fs/cgroup/pids/a/b/pids.max", "100\n");
  fake.file("sys/fs/cgroup/pids/a/b/pids.current", "3\n");
  fake.file("sys/fs/cgroup/pids/a/pids.max", "max\n");
  fake.file("sys/fs/cgroup/pids/a/pids.current", "4\n");
  fake.file("sys/fs/cgroup/mem ory/m/memory.limit_in_bytes", "9223372036854771712\n");
  fake.file("sys/fs/cgroup/mem ory/memory.limit_in_bytes", "1073741824\n");
  fake.file("sys/fs/cgroup/mem ory/memory.usage_in_bytes", "4096\n");
  const auto m = fake.read();
  CHECK(m.limits.pids_max == std::vector<CountLimit>{100, std::nullopt});
  CHECK(m.in_use.cgroup_tasks == std::vector<std::int64_t>{3, 4});
  CHECK(m.limits.memory_max == Bytes{1073741824});
  CHECK(m.in_use.cgroup_memory == Bytes{4096});
}

TEST_CASE("cgroup v1 in a container: only its own part of the hierarchy is mounted") {
  const FakeRoot fake;
  fake.file("proc/self/mountinfo", "38 30 0:35 /docker/abc /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n");
  fake.file("sys/fs/cgroup/pids/pids.max", "512\n");
  fake.file("sys/fs/cgroup/pids/pids.current", "2\n");
  fake.file("sys/fs/cgroup/pids/inner/pids.max", "64\n");
  fake.file("sys/fs/cgroup/pids/inner/pids.current", "1\n");
  fake.file("proc/self/cgroup", "8:pids:/docker/abc/inner\n");
  CHECK(fake.read().limits.pids_max == std::vector<CountLimit>{64, 512});
  fake.file("proc/self/cgroup", "8:pids:/docker/abc\n");
  CHECK(fake.read().limits.pids_max == std::vector<CountLimit>{512});
  fake.file("proc/self/cgroup", "8:pids:/elsewhere\n");
  CHECK(tells(inspect_host({}, fake.path()).missing, "is outside"));
}

TEST_CASE("v1 and v2 side by side: a controller is where the process's table names it") {
  const FakeRoot fake;
  fake.file("proc/self/mountinfo",
            "38 30 0:35 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
            "40 30 0:37 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  fake.file("proc/self/cgroup", "8:pids:/p\n0::/u\n");
  const auto pids = find_cgroup("pids", fake.path());
  REQUIRE(pids);
  CHECK_FALSE(pids->v2);
  CHECK(pids->levels ==
        std::vector<fs::path>{fake.path() / "sys/fs/cgroup/pids/p", fake.path() / "sys/fs/cgroup/pids"});
  const auto memory = find_cgroup("memory", fake.path());
  REQUIRE(memory);
  CHECK(memory->v2);
  CHECK(memory->levels.front() == fake.path() / "sys/fs/cgroup/unified/u");
}

TEST_CASE("an empty tree gives the defaults and names everything that is missing") {
  const TemporaryDirectory root;
  const auto report = inspect_host({}, root.path());
  CHECK(report.machine.cpus == 1);
  CHECK(report.machine.limits.pids_max.empty());
  for (const char* what : {"kernel", "cpus", "privileged", "memory", "limits.nproc", "limits.stack",
                           "limits.threads_max", "limits.pid_max", "in_use.threads", "in_use.pids", "in_use.user_tasks",
                           "limits.pids_max", "limits.memory_max"}) {
    INFO(what);
    CHECK(tells(report.missing, what));
  }
}

TEST_CASE("nonsense in files of /proc is not read as numbers") {
  const FakeRoot fake;
  fake.file("proc/sys/kernel/threads-max", "many\n");
  fake.file("proc/sys/kernel/pid_max", "12 34\n");
  fake.file("proc/sys/vm/max_map_count", "");
  fake.file("proc/loadavg", "1 2 3 / 4\n");
  fake.file("proc/self/cgroup", "garbage\n::\n:::::\n");
  fake.file("proc/self/mountinfo", "garbage - \n - cgroup\n1 2 3 4 5 - cgroup\n");
  const auto report = inspect_host({}, fake.path());
  CHECK_FALSE(report.machine.limits.threads_max.has_value());
  CHECK_FALSE(report.machine.limits.pid_max.has_value());
  CHECK_FALSE(report.machine.limits.max_map_count.has_value());
  CHECK(tells(report.missing, "in_use.threads"));
}

TEST_CASE("numbers too large for a counter are the largest") {
  CHECK(parse_count("18446744073709551615") == INT64_MAX);
  CHECK_FALSE(parse_count("-18446744073709551615").has_value());
  CHECK_FALSE(parse_count("12x").has_value());
  CHECK(parse_count(" 12\n") == 12);
}

TEST_CASE("this host agrees with the system calls") {
  const auto m = read_host({});
  cpu_set_t cpus;
  REQUIRE(::sched_getaffinity(0, sizeof cpus, &cpus) == 0);
  CHECK(m.cpus == CPU_COUNT(&cpus));
  CHECK(m.page_size.count == ::sysconf(_SC_PAGESIZE));
  CHECK(m.memory.count == ::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGESIZE));
  rlimit stack{};
  REQUIRE(::getrlimit(RLIMIT_STACK, &stack) == 0);
  CHECK(m.limits.stack.has_value() == (stack.rlim_cur != RLIM_INFINITY));
  CHECK(m.in_use.threads >= 1);
  CHECK(m.in_use.user_tasks.at(0) >= 1);
}
