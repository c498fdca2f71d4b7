// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/sweep/sweep_journal.hpp"

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "models/lab/sweep/sweep_text.hpp"

namespace spawnpoint {
namespace {

std::string header_of(const SweepPlan& plan) {
  return fmt::format(R"({{"spawnpoint_sweep":2,"fingerprint":"{}","tasks":{}}})", plan.fingerprint(), plan.tasks());
}

}  // namespace

std::expected<SweepJournal, std::string> SweepJournal::open(const std::filesystem::path& file, const SweepPlan& plan) {
  const auto fail = [&](const std::string& why) {
    return std::unexpected(fmt::format("journal {}: {}", file.string(), why));
  };
  SweepJournal journal;
  journal.file_.reset(std::fopen(file.c_str(), "a+e"));
  if (!journal.file_) return fail(std::strerror(errno));
  if (flock(fileno(journal.file_.get()), LOCK_EX | LOCK_NB) != 0)
    return fail(errno == EWOULDBLOCK ? "another sweep is using it" : std::strerror(errno));
  if (std::fseek(journal.file_.get(), 0, SEEK_SET) != 0) return fail(std::strerror(errno));
  std::string text;
  char buffer[65536];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, journal.file_.get())) > 0;) text.append(buffer, n);
  if (std::ferror(journal.file_.get()) != 0) return fail("it cannot be read");

  const std::string header = header_of(plan);
  const std::size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  // Another file by the name of a journal stays as it is, whatever it lacks at its end.
  if (!text.empty() && !std::string_view(text).starts_with("{\"spawnpoint_sweep\":") &&
      !header.starts_with(std::string_view(text).substr(0, whole == 0 ? text.size() : whole)))
    return fail("it is not a sweep's journal");
  if (whole < text.size()) {
    if (ftruncate(fileno(journal.file_.get()), static_cast<off_t>(whole)) != 0) return fail(std::strerror(errno));
    text.resize(whole);
  }
  if (text.empty()) {
    fmt::print(journal.file_.get(), "{}\n", header);
    if (std::fflush(journal.file_.get()) != 0) return fail("it cannot be written");
    return journal;
  }
  std::size_t line = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string_view words = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (++line == 1) {
      if (words != header)
        return fail("it belongs to another sweep: the file, the settings, the machine or the program have changed");
      continue;
    }
    auto record = from_record(words);
    if (!record) return fail(fmt::format("line {} is damaged: {}", line, record.error()));
    journal.known[record->task] = std::move(record->result);
  }
  return journal;
}

bool SweepJournal::append(const SweepTask& task, const SweepTaskResult& result) {
  fmt::print(file_.get(), "{}\n", to_record(task, result));
  return std::fflush(file_.get()) == 0;
}

}  // namespace spawnpoint
