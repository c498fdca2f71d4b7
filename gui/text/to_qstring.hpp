// SPDX-License-Identifier: GPL-3.0-or-later
// The text of core and models, which is UTF-8, as Qt has it.
#pragma once

#include <QString>
#include <string_view>

namespace spawnpoint::gui {

inline QString to_qstring(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace spawnpoint::gui
