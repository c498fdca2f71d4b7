// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/pages.hpp"

#include "gui/compare/compare_page.hpp"
#include "gui/gallery/home_page.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/limits/limits_page.hpp"
#include "gui/map/map_page.hpp"

namespace spawnpoint::gui {
namespace {

constexpr PageKind kPages[] = {page_kind<HomePage>(), page_kind<ComparePage>(), page_kind<LimitsPage>(),
                               page_kind<MapPage>(), page_kind<JobsPage>()};

}  // namespace

std::span<const PageKind> page_kinds() {
  return kPages;
}

QString page_key(std::size_t place) {
  return QStringLiteral("Ctrl+%1").arg(place + 1);
}

}  // namespace spawnpoint::gui
