// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/beside.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include "core/text/text.hpp"

namespace spawnpoint {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnd = ".part";
constexpr std::size_t kLongestName = 200;  ///< Of the 255 that a name may have.

std::string beginning_of(const fs::path& target) {
  return "." + target.filename().string().substr(0, kLongestName) + ".";
}

}  // namespace

fs::path behind_links(const fs::path& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) return path;
  fs::path whole = fs::weakly_canonical(path, error);
  return error || whole.empty() ? path : whole;
}

fs::path name_beside(const fs::path& target) {
  static std::atomic<unsigned> count{0};
  return target.parent_path() / (beginning_of(target) + std::to_string(::getpid()) + "-" +
                                 std::to_string(count.fetch_add(1)) + std::string(kEnd));
}

void remove_leftovers(const fs::path& target) noexcept {
  try {
    const std::string beginning = beginning_of(target);
    const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
    std::error_code error;
    for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (!name.starts_with(beginning) || !name.ends_with(kEnd)) continue;
      const std::string_view middle = std::string_view(name).substr(beginning.size());
      const auto pid = parse_number<pid_t>(middle.substr(0, middle.find('-')));
      std::error_code left;
      if (pid && *pid > 0 && ::kill(*pid, 0) != 0 && errno == ESRCH) fs::remove_all(entry->path(), left);
    }
  } catch (const std::exception&) {
    // They stay for the next time.
  }
}

}  // namespace spawnpoint
