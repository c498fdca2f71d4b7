// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/sweep/sweep_journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/text/fnv.hpp"
#include "models/lab/sweep/sweep_text.hpp"

namespace spawnpoint {
namespace {

constexpr std::string_view kBeginning = "{\"spawnpoint_sweep\":";
/// Between a line's record and its checksum; JSON writes it otherwise.
constexpr char kBeforeSum = '\t';

std::string header_of(const SweepPlan& plan) {
  return fmt::format(R"({}3,"fingerprint":"{}","tasks":{}}})", kBeginning, plan.fingerprint(), plan.tasks());
}

std::string checksum(std::string_view line) {
  Fnv hash;
  hash.add(line);
  return fmt::format("{:016x}", hash.value());
}

/// The record of a line whose checksum is right.
std::expected<std::string_view, std::string> checked(std::string_view line) {
  const auto sum = line.rfind(kBeforeSum);
  if (sum == std::string_view::npos) return std::unexpected(std::string("it has no checksum"));
  if (line.substr(sum + 1) != checksum(line.substr(0, sum)))
    return std::unexpected(std::string("its checksum is another one"));
  return line.substr(0, sum);
}

}  // namespace

std::unexpected<std::string> SweepJournal::failed(const std::string& why) const {
  return std::unexpected(fmt::format("journal {}: {}", name_, why));
}

std::expected<SweepJournal, std::string> SweepJournal::open(const std::filesystem::path& file, const SweepPlan& plan) {
  SweepJournal journal;
  journal.name_ = file.string();
  const auto failed = [&] { return journal.failed(std::strerror(errno)); };
  constexpr int kHow = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  journal.file_ = FileDescriptor(::open(file.c_str(), kHow, 0666));
  if (!journal.file_) return failed();
  const int fd = journal.file_.get();
  struct stat status{};
  if (::fstat(fd, &status) != 0) return failed();
  if (!S_ISREG(status.st_mode)) return journal.failed("it is not an ordinary file");
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
    return errno == EWOULDBLOCK ? journal.failed("another sweep is using it") : failed();

  const std::string header = header_of(plan);
  std::string text;
  std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t got = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed();
    const bool is_first = text.empty();
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (got == 0) break;
    // Another file by the name of a journal stays as it is, however long it is and whatever it lacks at its end.
    const std::string_view begun = std::string_view(text).substr(0, std::min(text.size(), kBeginning.size()));
    if (is_first && !kBeginning.starts_with(begun)) return journal.failed("it is not a sweep's journal");
  }
  const std::size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  if (whole == 0 && !header.starts_with(text)) return journal.failed("it is not a sweep's journal");
  if (whole < text.size()) {
    if (::ftruncate(fd, static_cast<off_t>(whole)) != 0) return failed();
    text.resize(whole);
  }
  if (text.empty()) {
    if (auto written = journal.append_line(header); !written) return std::unexpected(written.error());
    return journal;
  }
  std::size_t line = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string_view words = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (++line == 1) {
      if (words != header)
        return journal.failed(
            "it belongs to another sweep: the file, what it reads, the settings, the machine or the program have "
            "changed");
      continue;
    }
    const auto good = checked(words);
    auto record = good ? from_record(*good) : std::unexpected(good.error());
    if (!record) return journal.failed(fmt::format("line {} is damaged: {}", line, record.error()));
    journal.known[record->task] = std::move(record->result);
  }
  return journal;
}

std::expected<void, std::string> SweepJournal::append(const SweepTask& task, const SweepTaskResult& result) {
  std::string line = to_record(task, result);
  line += kBeforeSum + checksum(line);
  return append_line(line);
}

std::expected<void, std::string> SweepJournal::append_line(std::string_view line) {
  const off_t before = ::lseek(file_.get(), 0, SEEK_END);
  const std::string whole = std::string(line) + '\n';
  for (std::string_view rest = whole; !rest.empty();) {
    const ssize_t written = ::write(file_.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      if (before >= 0) (void)::ftruncate(file_.get(), before);
      return failed(std::strerror(error));
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace spawnpoint
