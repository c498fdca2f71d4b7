// SPDX-License-Identifier: GPL-3.0-or-later
// What a release of Linux has, and what a nice value is worth.
#include "models/kernel/scheduler/rules.hpp"
#include "models/kernel/scheduler/average.hpp"
#include "models/kernel/scheduler/weight.hpp"
#include "models/machine/profile_file.hpp"
#include "models/machine/release.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::kernel;
using namespace std::chrono_literals;

TEST_CASE("a release is what a version begins with") {
  CHECK(release_of("6.18.44-fc-v657") == Release{6, 18, 44});
  CHECK(release_of("5.15.0") == Release{5, 15});
  CHECK(release_of("6") == Release{6, 0});
  CHECK(release_of("") == Release{6, 18});
  CHECK(release_of("6.1-rc4") == Release{6, 1});
  CHECK(Release{6, 6} > Release{5, 19});
  CHECK(Release{6, 18, 5} > Release{6, 18});
}

TEST_CASE("the base slice grows with the logarithm of the cpus, up to eight") {
  CHECK(base_slice_of({6, 18}, 1) == 700us);
  CHECK(base_slice_of({6, 18}, 2) == 1400us);
  CHECK(base_slice_of({6, 18}, 3) == 1400us);
  CHECK(base_slice_of({6, 18}, 4) == 2100us);
  CHECK(base_slice_of({6, 18}, 8) == 2800us);
  CHECK(base_slice_of({6, 18}, 64) == 2800us);
  // It was 0.75 ms before 6.15.
  CHECK(base_slice_of({6, 14}, 2) == 1500us);
  CHECK(base_slice_of({6, 1}, 8) == 3ms);
}

TEST_CASE("a profile's kernel and cpus say what the scheduler's rules are") {
  const Machine arch = load_machine("laptop-16g-arch").value();  // 6.12, 8 cpus
  const Rules eevdf = rules_of(arch);
  CHECK(eevdf.eevdf);
  CHECK(eevdf.delays_dequeue);
  CHECK_FALSE(eevdf.ends_protection);
  CHECK(eevdf.slice == 3ms);
  CHECK(eevdf.tick == 4ms);
  const Rules pi = rules_of(load_machine("raspberry-pi-4").value());  // 6.6
  CHECK(pi.eevdf);
  CHECK_FALSE(pi.delays_dequeue);
  const Rules cfs = rules_of(load_machine("docker-default").value());  // 6.1, 4 cpus
  CHECK_FALSE(cfs.eevdf);
  CHECK(cfs.slice == 2250us);
  CHECK(cfs.latency == 18ms);     // 6 ms x 3
  CHECK(cfs.wakeup_lead == 3ms);  // 1 ms x 3
  CHECK(cfs.looks_by_use);
  CHECK_FALSE(rules_of(load_machine("laptop-16g-ubuntu-22.04").value()).looks_by_use);  // 5.15
}

TEST_CASE("from which releases on a core that becomes idle looks for threads by luck") {
  const auto by_luck = [](const char* kernel) {
    Machine machine;
    machine.kernel = kernel;
    return rules_of(machine).looks_by_luck;
  };
  CHECK_FALSE(by_luck("6.12.64"));
  CHECK(by_luck("6.12.65"));
  CHECK_FALSE(by_luck("6.13.12"));
  CHECK_FALSE(by_luck("6.18.4"));
  CHECK(by_luck("6.18.5"));
  CHECK(by_luck("7.0"));
}

TEST_CASE("a step of nice is about a tenth of a processor") {
  CHECK(weight_of(0) == 1024);
  CHECK(weight_of(5) == 335);
  CHECK(weight_of(10) == 110);
  CHECK(weight_of(-20) == 88761);
  CHECK(weight_of(19) == 15);
  for (int nice = kLeastNice; nice < kMostNice; ++nice) {
    const double share =
        static_cast<double>(weight_of(nice)) / static_cast<double>(weight_of(nice) + weight_of(nice + 1));
    CHECK(share == Approx(0.555).margin(0.01));
  }
}

TEST_CASE("virtual time runs by weight") {
  CHECK(virtual_time(4ms, weight_of(0)) == 4'000'000);
  CHECK(virtual_time(4ms, weight_of(5)) == 4'000'000LL * 1024 / 335);
  CHECK(virtual_time(4ms, weight_of(-5)) == 4'000'000LL * 1024 / 3121);
}

TEST_CASE("what is past counts half as much with each 32 periods of 1024 us") {
  constexpr Duration kHalf(1LL << 25);
  CHECK(decayed(1 << 20, kHalf) == 1 << 19);
  CHECK(decayed(1 << 20, 3 * kHalf) == 1 << 17);
  CHECK(decayed(1 << 20, Duration(0)) == 1 << 20);
  CHECK(decayed(1 << 20, 1h) == 0);
  // kernel/sched/pelt.c: y^1 = 0.97857206.
  CHECK(static_cast<double>(decayed(1LL << 40, Duration(1 << 20))) / static_cast<double>(1LL << 40) ==
        Approx(0.97857206).epsilon(1e-8));
  CHECK(static_cast<double>(decayed(1LL << 40, Duration(333'333))) / static_cast<double>(1LL << 40) ==
        Approx(0.993137565).epsilon(1e-4));

  Average average;
  CHECK(average.advance(Instant(kHalf), 1024) == 512);
  CHECK(average.advance(Instant(2 * kHalf), 1024) == 768);
  CHECK(average.advance(Instant(3 * kHalf), 0) == 384);
  // It arrives, and then stays for good.
  CHECK(average.advance(Instant(10s), 1024) == 1024);
  CHECK(average.raw() == 1024 << Average::kUnitBits);
}
