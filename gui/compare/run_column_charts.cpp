// SPDX-License-Identifier: GPL-3.0-or-later
// The charts of a run's column.
#include <algorithm>
#include <utility>
#include <vector>

#include "gui/compare/run_column.hpp"
#include "gui/time/failure_words.hpp"

namespace spawnpoint::gui {

bool RunColumn::ShownCharts::same(const ShownCharts& other) const {
  const auto one = [](const std::weak_ptr<const Trace>& a, const std::weak_ptr<const Trace>& b) {
    return !a.owner_before(b) && !b.owner_before(a);
  };
  return one(modeled, other.modeled) && one(live, other.live) && modeled_shift == other.modeled_shift &&
         live_shift == other.live_shift && theme == other.theme;
}

bool RunColumn::is_charted(WorldKind world) const {
  const auto revision = [this](WorldKind of) {
    return is_running(of) ? workspace_.document().revision() : runs_.revision(key(of));
  };
  const WorldKind other = world == WorldKind::modeled ? WorldKind::live : WorldKind::modeled;
  return !newest(other) || revision(world) >= revision(other);
}

std::shared_ptr<const Trace> RunColumn::charted(WorldKind world) const {
  return is_charted(world) ? newest(world) : nullptr;
}

void RunColumn::show_charts() {
  const auto modeled = charted(WorldKind::modeled), live = charted(WorldKind::live);
  const ShownCharts now{modeled, live, shift(WorldKind::modeled), shift(WorldKind::live), theme_.kind};
  // What grows is another one each time, though it may be at the same place in memory.
  if ((!live || !live->growing) && now.same(shown_charts_)) return;
  shown_charts_ = now;
  std::vector<WorldTrace> traces;
  if (modeled) traces.push_back({WorldKind::modeled, modeled, shift(WorldKind::modeled)});
  if (live) traces.push_back({WorldKind::live, live, shift(WorldKind::live)});
  memory_->set_content(shortened(memory_chart(traces, theme_)));
  threads_->set_content(shortened(threads_chart(traces, theme_)));
}

ChartContent RunColumn::shortened(ChartContent content) const {
  for (ChartMark& mark : content.marks) {
    const auto ended = runs_.result(key(mark.world));
    mark.label = ended && ended->failure ? failure_words(*ended->failure) : mark.label.section(": ", 0, 0);
  }
  return content;
}

}  // namespace spawnpoint::gui
