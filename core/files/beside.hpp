// SPDX-License-Identifier: GPL-3.0-or-later
// Names for what is written beside the file or folder that it will replace.
#pragma once

#include <filesystem>

namespace spawnpoint {

/// The file that a name leads to, through links; the name itself where there is none.
std::filesystem::path behind_links(const std::filesystem::path& path);

/// ".NAME.PID-NUMBER.part" in the same folder: nobody else has it just now.
std::filesystem::path name_beside(const std::filesystem::path& target);

/// Removes what processes that have ended (killed, say) have left beside it.
void remove_leftovers(const std::filesystem::path& target) noexcept;

}  // namespace spawnpoint
