// SPDX-License-Identifier: GPL-3.0-or-later
// The charts of the compare page: of the selected run, of those beside it, and on one scale.
#include <algorithm>
#include <utility>
#include <vector>

#include "gui/compare/compare_page.hpp"
#include "gui/compare/side_run.hpp"
#include "gui/time/failure_words.hpp"

namespace spawnpoint::gui {

bool ComparePage::ShownCharts::same(const ShownCharts& other) const {
  const auto one = [](const std::weak_ptr<const Trace>& a, const std::weak_ptr<const Trace>& b) {
    return !a.owner_before(b) && !b.owner_before(a);
  };
  return one(modeled, other.modeled) && one(live, other.live) && modeled_shift == other.modeled_shift &&
         live_shift == other.live_shift && theme == other.theme;
}

void ComparePage::show_charts(const std::shared_ptr<const Trace>& modeled, const std::shared_ptr<const Trace>& live) {
  TimeRange extent;
  std::vector<WorldTrace> traces;
  std::vector<Instant> landmarks;
  // Beside a run of the present text, curves of an older one would be taken for its.
  const auto revision = [this](WorldKind world) {
    const RunKey key{selected_run(), world};
    return runs_.current() == key ? document_.revision() : runs_.revision(key);
  };
  const auto newest = std::max(modeled ? revision(WorldKind::modeled) : 0, live ? revision(WorldKind::live) : 0);
  const auto is_charted = [&](WorldKind world) { return revision(world) == newest; };
  for (const auto& [world, trace] : {std::pair(WorldKind::modeled, modeled), std::pair(WorldKind::live, live)}) {
    if (!trace) continue;
    const Duration later = shift(world);
    extent.end = std::max(extent.end, trace->end + later);
    if (!is_charted(world)) continue;
    traces.push_back({world, trace, later});
    for (const Mark& mark : trace->marks) landmarks.push_back(mark.at + later);
  }
  for (const SideRun* side : side_runs_) {
    for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) {
      const auto beside = runs_.result({side->run(), world});
      if (beside && beside->trace) extent.end = std::max(extent.end, beside->trace->end);
    }
  }
  const bool something = extent.end > extent.begin;
  if (!something) extent.end = extent.begin + std::chrono::seconds(1);
  if (something && !showed_something_) {
    time_.reset(extent);
  } else {
    time_.set_extent(extent);
  }
  showed_something_ = something;
  std::sort(landmarks.begin(), landmarks.end());
  time_.set_landmarks(std::move(landmarks));
  // What grows is another one each time, though it may be at the same place in memory.
  const auto charted_model = is_charted(WorldKind::modeled) ? modeled : nullptr;
  const auto charted_live = is_charted(WorldKind::live) ? live : nullptr;
  const ShownCharts now{charted_model, charted_live, shift(WorldKind::modeled), shift(WorldKind::live), theme_.kind};
  if ((!live || !live->growing) && now.same(shown_charts_)) return;
  shown_charts_ = now;
  overview_->set_traces(charted_model, charted_live);
  memory_->set_content(shortened(memory_chart(traces, theme_), selected_run()));
  threads_->set_content(shortened(threads_chart(traces, theme_), selected_run()));
}

ChartContent ComparePage::shortened(ChartContent content, std::size_t run) const {
  for (ChartMark& mark : content.marks) {
    const auto ended = runs_.result({run, mark.world});
    const Duration later = run == selected_run() ? shift(mark.world) : Duration{};
    if (ended && ended->failure && ended->failure->at + later == mark.at) {
      mark.label = failure_words(*ended->failure);
    } else {
      mark.label = mark.label.section(": ", 0, 0);
    }
  }
  return content;
}

void ComparePage::share_scales() {
  std::vector<ChartView*> memory{memory_}, threads{threads_};
  for (SideRun* side : side_runs_) {
    memory.push_back(&side->memory());
    threads.push_back(&side->threads());
  }
  for (const auto& charts : {memory, threads}) {
    ValueSpan all;
    for (const ChartView* chart : charts) all.add(values_of(chart->content()));
    for (ChartView* chart : charts) chart->set_beside(charts.size() > 1 ? all : ValueSpan{});
  }
}

void ComparePage::show_side_charts(SideRun& side, const std::shared_ptr<const Trace>& modeled,
                                   const std::shared_ptr<const Trace>& live) {
  if (!side.takes_charts_of(modeled, live)) return;
  std::vector<WorldTrace> traces;
  if (modeled) traces.push_back({WorldKind::modeled, modeled, {}});
  if (live) traces.push_back({WorldKind::live, live, {}});
  side.show_charts(shortened(memory_chart(traces, theme_), side.run()),
                   shortened(threads_chart(traces, theme_), side.run()));
}

}  // namespace spawnpoint::gui
