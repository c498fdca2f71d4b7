// SPDX-License-Identifier: GPL-3.0-or-later
// Values with units, and distributions, as scenario files write them.
#include <rapidcheck.h>

#include <fstream>

#include "models/document/distribution_text.hpp"
#include "models/document/units.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_directory.hpp"

using namespace spawnpoint;
using namespace spawnpoint::tests;
using namespace std::chrono_literals;
using namespace spawnpoint::literals;

TEST_CASE("Durations are numbers with a unit") {
  const std::pair<const char*, Duration> good[] = {
      {"1s", 1s},
      {"250us", 250us},
      {"250µs", 250us},
      {"250 μs", 250us},
      {"1.5s", 1500ms},
      {"2 min", 120s},
      {"0s", 0s},
      {" 3ms ", 3ms},
      {"1_000ns", 1000ns},
      {"1h", 3600s},
      {"0.1s", 100ms},
      {"0.000001ms", 1ns},
      {"1.000000001s", 1'000'000'001ns},
      {"9223372036854775807ns", Duration::max()},
  };
  for (const auto& [text, value] : good) {
    INFO(text);
    const auto read = parse_duration(text);
    REQUIRE(read.has_value());
    CHECK(*read == value);
  }
  for (const char* text : {"",
                           "s",
                           "1",
                           "1 sec",
                           "-1s",
                           "1..5s",
                           "1.s",
                           ".5s",
                           "1_s",
                           "1__0s",
                           "inf s",
                           "nans",
                           "0x10s",
                           "1e3s",
                           "1s2",
                           "1s 2ms",
                           "9223372036854775808ns",
                           "1e400s",
                           "99999999999999999999999h",
                           "+1s",
                           "1,5s"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("Sizes know binary and decimal units") {
  const std::pair<const char*, Bytes> good[] = {
      {"512MiB", 512_MiB},      {"1 KiB", 1_KiB}, {"1kB", 1000_B},    {"1.5GiB", 1536_MiB},
      {"2GB", 2'000'000'000_B}, {"217B", 217_B},  {"1TiB", 1024_GiB},
  };
  for (const auto& [text, value] : good) {
    INFO(text);
    const auto read = parse_bytes(text);
    REQUIRE(read.has_value());
    CHECK(*read == value);
  }
  for (const char* text : {"", "512", "512M", "512mb", "-1B", "MiB", "9e9GiB", "99999999999TiB"}) {
    INFO(text);
    CHECK_FALSE(parse_bytes(text).has_value());
  }
}

TEST_CASE("Rates are per any unit of time") {
  CHECK(parse_rate("200/s").value() == Approx(200));
  CHECK(parse_rate("3 / ms").value() == Approx(3000));
  CHECK(parse_rate("12/min").value() == Approx(0.2));
  CHECK(parse_rate("1.5/h").value() == Approx(1.5 / 3600));
  for (const char* text : {"", "200", "200/", "/s", "200/sec", "200s", "-1/s", "1/s/s"}) {
    INFO(text);
    CHECK_FALSE(parse_rate(text).has_value());
  }
}

TEST_CASE("What is written of a duration or a size reads back as the same") {
  REQUIRE(rc::check("durations", [] {
    const Duration value{*rc::gen::inRange<std::int64_t>(0, INT64_MAX)};
    RC_ASSERT(parse_duration(duration_text(value)).value() == value);
    const Duration whole = value / 1'000'000'000 * 1'000'000'000;
    RC_ASSERT(parse_duration(duration_text(whole)).value() == whole);
  }));
  REQUIRE(rc::check("sizes", [] {
    const Bytes value{*rc::gen::inRange<std::int64_t>(0, INT64_MAX)};
    RC_ASSERT(parse_bytes(bytes_text(value)).value() == value);
    const Bytes whole{value.count >> 20 << 20};
    RC_ASSERT(parse_bytes(bytes_text(whole)).value() == whole);
  }));
}

TEST_CASE("Distributions are calls with named parameters") {
  const std::pair<const char*, Distribution> good[] = {
      {"1s", Distribution::constant(1s)},
      {"exp(mean=1s)", Distribution::exponential(1s)},
      {"exp(1s)", Distribution::exponential(1s)},
      {"uniform(0.5s, 1.5s)", Distribution::uniform(500ms, 1500ms)},
      {" lognormal( mean = 50us , cv = 2 ) ", Distribution::lognormal(50us, 2)},
      {"normal(mean=1s, sd=100ms)", Distribution::normal(1s, 100ms)},
      {"erlang(k=3, mean=1s)", Distribution::erlang(3, 1s)},
      {"gamma(shape=0.5, mean=1s)", Distribution::gamma(0.5, 1s)},
      {"weibull(shape=1.5, scale=1s)", Distribution::weibull(1.5, 1s)},
      {"pareto(shape=2.5, minimum=10ms)", Distribution::pareto(2.5, 10ms)},
  };
  for (const auto& [text, value] : good) {
    INFO(text);
    const auto read = parse_distribution(text);
    REQUIRE(read.has_value());
    CHECK(*read == value);
    CHECK(parse_distribution(read->to_string()).value() == value);
  }
  for (const char* text :
       {"exp", "exp(", "exp)", "exp()", "exp(mean=)", "exp(=1s)", "exp(mean=1s,)", "exp(mean=inf)", "exp(mean=1s)x",
        "exp(mean=1s, mean=2s)", "sometimes", "uniform(2s, 1s)", "erlang(k=0, mean=1s)", "gamma(shape=nan, mean=1s)",
        "gamma(shape=1e999, mean=1s)", "empirical()", "(1s)", "exp(1s,1s,1s,1s,1s,1s,1s,1s,1s,1s)"}) {
    INFO(text);
    CHECK_FALSE(parse_distribution(text).has_value());
  }
}

TEST_CASE("Measured times are read from a CSV file beside the scenario") {
  const TemporaryDirectory folder;
  std::ofstream(folder / "times.csv") << "time,count\r\n# measured on Monday\n0.5,3\n250ms\n\n2s,9\n";
  const auto read = parse_distribution("empirical(times.csv)", {folder.path(), nullptr});
  REQUIRE(read.has_value());
  CHECK(*read == Distribution::empirical({500ms, 250ms, 2s}));
  std::ofstream(folder / "bad.csv") << "1s\n-3\n";
  CHECK_FALSE(parse_distribution("empirical(bad.csv)", {folder.path(), nullptr}).has_value());
  std::ofstream(folder / "empty.csv") << "time\n";
  CHECK_FALSE(parse_distribution("empirical(empty.csv)", {folder.path(), nullptr}).has_value());
}

TEST_CASE("A heading is a word, and what may be read in two ways is refused") {
  const TemporaryDirectory folder;
  const auto read = [&](const std::string& text) {
    std::ofstream(folder / "times.csv", std::ios::binary) << text;
    return read_durations("times.csv", {folder.path(), nullptr});
  };
  const auto times = [&](const std::string& text) {
    const auto data = read(text);
    INFO(text);
    REQUIRE(data);
    return data->times;
  };
  const auto refused = [&](const std::string& text) {
    const auto data = read(text);
    INFO(text);
    REQUIRE_FALSE(data);
    return data.error();
  };
  CHECK(times("\xEF\xBB\xBF"
              "0.1\n0.2") == std::vector<Duration>{100ms, 200ms});
  CHECK(times("+5\n6") == std::vector<Duration>{5s, 6s});
  CHECK(times("# seconds\n\"time\";x\n1;2\n") == std::vector<Duration>{1s});
  CHECK(times("1s,7\n2s,8\n") == std::vector<Duration>{1s, 2s});
  CHECK(times("0.5,7\n1,8\n") == std::vector<Duration>{500ms, 1s});
  CHECK(read("time\n1\n")->heading == 1);
  CHECK(read("# a\n\ntime,n\n1,2\n")->heading == 3);
  CHECK(read("1\n2\n")->heading == 0);
  CHECK(heading_remark("times.csv", *read("time\n1\n")) == "times.csv: line 1 is taken for a heading, not for a time");
  CHECK(refused("nan\n1") == "times.csv, line 1: a time is a number, not nan or inf");
  CHECK(refused("1\ninf\n") == "times.csv, line 2: a time is a number, not nan or inf");
  CHECK(refused("0,1;5\n0,2;6\n") == "times.csv, line 1: a decimal comma: write 0.5, not 0,5");
  CHECK(refused("0,1\n0,2").find("is this a decimal comma, or are these two columns?") != std::string::npos);
  CHECK(refused("-1\n") == "times.csv, line 1: a time is not negative");
  CHECK(refused("1\ntime\n").starts_with("times.csv, line 2: this is not a time"));
  // Nobody's secrets are quoted.
  CHECK(refused("root:$y$secret:19000\nuser:$y$hash:1\n").find("secret") == std::string::npos);
  CHECK(refused("1\nhunter2\n").find("hunter2") == std::string::npos);
  // Devices, and what the kernel makes up.
  for (const char* special :
       {"/dev/zero", "/proc/self/status", "/proc/kmsg", "/sys/kernel/mm/transparent_hugepage/enabled"}) {
    INFO(special);
    const auto data = read_durations(special, {});
    REQUIRE_FALSE(data);
    CHECK((data.error().ends_with("this is not an ordinary file") || data.error().ends_with("permission denied") ||
           data.error().ends_with("there is no such file")));
  }
}

TEST_CASE("Files that are shared are read once, whatever becomes of them") {
  const TemporaryDirectory folder;
  const auto write = [&](const std::string& text) { std::ofstream(folder / "e.csv", std::ios::binary) << text; };
  write("0.1\n");
  const InputPlace place{folder.path(), std::make_shared<InputFiles>()};
  const InputPlace other{folder.path(), std::make_shared<InputFiles>()};
  CHECK(parse_distribution("empirical(e.csv)", place) == Distribution::empirical({100ms}));
  write("5\n");
  CHECK(parse_distribution("empirical(e.csv)", place) == Distribution::empirical({100ms}));
  CHECK(parse_distribution("empirical(e.csv)", other) == Distribution::empirical({5s}));
  CHECK(place.files->digest() != other.files->digest());
}
