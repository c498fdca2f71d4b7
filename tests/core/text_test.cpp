// SPDX-License-Identifier: GPL-3.0-or-later
// Blanks, numbers, UTF-8, units of time, whole pages, and files that close with their owner.
#include <fcntl.h>

#include <cstdint>
#include <string>

#include "core/files/file_descriptor.hpp"
#include "core/text/text.hpp"
#include "core/text/time_units.hpp"
#include "tests/catch.hpp"

using namespace spawnpoint;
using namespace spawnpoint::literals;
using namespace std::chrono_literals;

TEST_CASE("blanks go from both ends, and only from there") {
  CHECK(trimmed(" \t a b\r\n") == "a b");
  CHECK(trimmed("ab") == "ab");
  CHECK(trimmed(" \n ").empty());
  CHECK(trimmed("").empty());
}

TEST_CASE("a number is the whole of its text, or none") {
  CHECK(parse_number<std::int64_t>("-12") == -12);
  CHECK(parse_number<double>("2.5e3") == 2500.0);
  CHECK(parse_number<std::uint8_t>("255") == 255);
  for (const char* text : {"", " 1", "1 ", "1x", "x", "+1", "0x10", "1.5"}) CHECK_FALSE(parse_number<int>(text));
  CHECK_FALSE(parse_number<std::uint8_t>("256"));
  CHECK_FALSE(parse_number<std::uint8_t>("-1"));
  for (const char* text : {"inf", "nan", "1e999", "1,5"}) CHECK_FALSE(parse_number<double>(text));
}

TEST_CASE("code points are counted and cut as people see characters, broken bytes one by one") {
  CHECK(code_points("aé€😀") == 4);
  CHECK(first_code_points("aé€😀", 2) == "aé");
  CHECK(first_code_points("aé", 9) == "aé");
  CHECK(first_code_points("aé", 0).empty());
  CHECK(code_points("\xFF\xFE") == 2);
}

TEST_CASE("a duration is written in the largest unit in which it is whole") {
  CHECK(duration_text(0ns) == "0s");
  CHECK(duration_text(15us) == "15us");
  CHECK(duration_text(1500ms) == "1500ms");
  CHECK(duration_text(2h) == "2h");
  CHECK(duration_text(90min) == "90min");
  CHECK(duration_text(1'000'000'001ns) == "1000000001ns");
}

TEST_CASE("sizes are rounded up to whole pages") {
  CHECK(round_up(0_B, 4_KiB) == 0_B);
  CHECK(round_up(1_B, 4_KiB) == 4_KiB);
  CHECK(round_up(4_KiB, 4_KiB) == 4_KiB);
  CHECK(round_up(4_KiB + 1_B, 4_KiB) == 8_KiB);
}

TEST_CASE("characters that would move a terminal's cursor or turn its text are shown as dots") {
  CHECK(printable("a\033[31mb") == "a·[31mb");
  CHECK(printable("a\xC2\x9B"
                  "31mb\xC2\x85") == "a·31mb·");
  CHECK(printable("a\xE2\x80\xAE"
                  "b\xE2\x81\xA6"
                  "c") == "a·b·c");
  CHECK(printable("\u00e4\u20ac\t\n") == "\u00e4\u20ac\t·");
  CHECK(printable("a\nb", /*ends_of_lines=*/true) == "a\nb");
}

TEST_CASE("a file is closed with its owner, once, and not when it was handed on") {
  const auto is_open = [](int fd) { return ::fcntl(fd, F_GETFD) >= 0; };
  int number = -1;
  {
    FileDescriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    REQUIRE(file);
    number = file.get();
    FileDescriptor taken(std::move(file));
    CHECK_FALSE(file);  // NOLINT(bugprone-use-after-move): what is left is promised
    CHECK(taken.get() == number);
    CHECK(is_open(number));
  }
  CHECK_FALSE(is_open(number));
  FileDescriptor other(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int released = other.release();
  CHECK_FALSE(other);
  CHECK(is_open(released));
  ::close(released);
  CHECK_FALSE(FileDescriptor());
}
