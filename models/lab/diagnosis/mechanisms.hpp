// SPDX-License-Identifier: GPL-3.0-or-later
// Why things go as they do: what a limit's row of the table explains, and what belongs to no row. A concurrency model
// explains itself (models/concurrency/traits.hpp).
#pragma once

#include <string_view>

#include "models/machine/limit_table.hpp"

namespace spawnpoint {

struct Mechanism {
  std::string_view name;      ///< A limit's or a concurrency model's name, or "blocked executor".
  std::string_view question;  ///< "Why is a thread refused while there is memory?"
  std::string_view answer;    ///< Short paragraphs, with an empty line between them.
};

/// How a limit works: as its row in the table says.
Mechanism mechanism_of(const Limit& limit);

/// One that is no limit's and no concurrency model's. Null where there is none of that name.
const Mechanism* find_mechanism(std::string_view name);

}  // namespace spawnpoint
