// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/workspace/row_choice.hpp"

namespace spawnpoint::gui {
namespace {

constexpr RowChoiceWords kChoices[] = {{RowChoice::automatic, "automatic", "automatic", std::nullopt},
                                       {RowChoice::threads, "threads", "one row per thread", TraceRows::threads},
                                       {RowChoice::jobs, "jobs", "one row per job", TraceRows::jobs},
                                       {RowChoice::cores, "cores", "one row per core", TraceRows::cores}};

}  // namespace

std::span<const RowChoiceWords> row_choices() {
  return kChoices;
}

const RowChoiceWords& words_of(RowChoice choice) {
  return kChoices[static_cast<std::size_t>(choice)];
}

}  // namespace spawnpoint::gui
