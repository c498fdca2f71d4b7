// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/machine/host/process_list.hpp"

#include <dirent.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "models/machine/host/proc_files.hpp"

namespace spawnpoint {
namespace {

// The numbers among a folder's entries, as of /proc and /proc/PID/task.
template <class Each>
bool each_number(const std::filesystem::path& folder, Each each) {
  DIR* dir = ::opendir(folder.c_str());
  if (dir == nullptr) return false;
  while (const dirent* entry = ::readdir(dir)) {
    if (const auto number = parse_count(entry->d_name)) each(*number);
  }
  ::closedir(dir);
  return true;
}

}  // namespace

std::optional<Processes> list_processes(const std::filesystem::path& proc, std::optional<std::int64_t> user) {
  Processes processes;
  const bool listed = each_number(proc, [&](std::int64_t pid) {
    const auto status = read_text(proc / std::to_string(pid) / "status", 16384);
    if (!status) return;  // It has ended meanwhile.
    const auto count = field_count(*status, "Threads").value_or(1);
    processes.all.push_back({pid, count});
    processes.highest = std::max(processes.highest, pid);
    // RLIMIT_NPROC counts by the real uid, the first of the four.
    if (user && field_count(*status, "Uid") == user) processes.tasks_of_user += count;
  });
  return listed && !processes.all.empty() ? std::optional(std::move(processes)) : std::nullopt;
}

bool hides_processes(const std::filesystem::path& proc) {
  const auto mounts = read_text(proc / "self/mountinfo").value_or("");
  return std::ranges::any_of(lines(mounts), [](std::string_view line) {
    const auto has = [line](std::string_view word) { return line.find(word) != std::string_view::npos; };
    return has(" - proc ") && has("hidepid=") && !has("hidepid=0") && !has("hidepid=off");
  });
}

std::int64_t threads_from(const std::filesystem::path& proc, std::int64_t pid, std::int64_t least) {
  std::int64_t threads = 0;
  each_number(proc / std::to_string(pid) / "task", [&](std::int64_t tid) { threads += tid >= least ? 1 : 0; });
  return threads;
}

}  // namespace spawnpoint
