// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/export/map_figure.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "gui/export/provenance.hpp"
#include "gui/map/map_picture.hpp"
#include "gui/text/to_qstring.hpp"
#include "models/concurrency/registry.hpp"
#include "models/lab/sweep/sweep_text.hpp"
#include "models/result/format.hpp"
#include "models/scenario/sweep.hpp"

namespace spawnpoint::gui {
namespace {

constexpr double kSpacing = 8;
constexpr double kLeast = 60;  ///< A map's height.

}  // namespace

QString map_provenance(const MapResult& map) {
  const Scenario& scenario = map.plan.scenario();
  QStringList parts;
  parts += scenario_words(scenario);
  QStringList keys;
  for (const SweepAxis& axis : map.plan.sweep().axes) {
    const auto numbers = numbers_of(axis);
    const auto shown_value = [&](std::size_t i) {
      return numbers && numbers->whole ? format_count(std::llround(numbers->values[i])) : axis.values[i];
    };
    // Only numbers have an order.
    keys += numbers ? QStringLiteral("%1 from %2 to %3")
                          .arg(to_qstring(axis.key), to_qstring(shown_value(0)),
                               to_qstring(shown_value(axis.values.size() - 1)))
                    : QStringLiteral("%1: %2").arg(to_qstring(axis.key),
                                                   to_qstring(fmt::format("{}", fmt::join(axis.values, ", "))));
  }
  parts += QStringLiteral("sweep: ") + keys.join(QStringLiteral(", "));
  parts += to_qstring(format_count(static_cast<std::int64_t>(map.plan.points()), "point"));
  if (map.plan.repeat() > 1) parts += to_qstring(format_count(map.plan.repeat(), "replication"));
  const auto sweeps = [&](std::string_view beginning) {
    return std::ranges::any_of(map.plan.sweep().axes,
                               [&](const SweepAxis& axis) { return axis.key.starts_with(beginning); });
  };
  // What is swept has no one value.
  if (!sweeps("seed")) parts += QStringLiteral("seed %1").arg(scenario.seed);
  const std::string on = machines(map.plan);
  parts += on == scenario.machine.name ? QStringLiteral("modeled machine: ") + machine_words(on, scenario.machine)
                                       : QStringLiteral("modeled machines: %1").arg(to_qstring(on));
  const auto threads = std::ranges::find_if(scenario.runs, [](const RunSpec& run) {
    const ConcurrencyModel* model = find_concurrency_model(run.concurrency);
    return model != nullptr && model->jobs_run == JobsRun::on_own_threads;
  });
  // Of several machines there is no one ladder.
  if (threads != scenario.runs.end() && on == scenario.machine.name && !sweeps("machine.") && !sweeps("run.")) {
    if (const QString limits = limits_words(scenario, *threads); !limits.isEmpty()) parts += limits;
  }
  if (!map.complete) parts += QStringLiteral("stopped: not all points");
  return joined_provenance(std::move(parts));
}

MapFigure::MapFigure(const MapResult& map, const QString& caption, const Theme& theme, double width, double height)
    : content_(map_content(map)),
      theme_(theme),
      width_(std::max(240.0, width)),
      height_(height),
      words_(to_qstring(map.plan.scenario().title), caption, theme_, width_) {
  const double around = words_.title_height() + words_.caption_height() + 2 * kSpacing;
  const double panel = height_ > 0 ? std::max(kLeast, (height_ - around) / 2) : std::clamp(width_ * 0.42, 260.0, 460.0);
  const auto is_crowded = [&](MapValue value) {
    return MapPicture(content_, value, theme_, QRectF(0, 0, width_ - 4, panel), MapNames::beside).is_crowded();
  };
  // One key for both, where the names would be over lines and there is room for it.
  const bool shares_colors =
      std::ranges::any_of(content_.lines, [](const MapLine& line) { return line.style >= kMapColors; });
  if (shares_colors || is_crowded(MapValue::time) || is_crowded(MapValue::memory)) {
    key_.emplace(content_, theme_, width_);
    if (height_ > 0 && !key_->fits(height_)) key_.reset();
  }
  if (height_ <= 0) height_ = std::ceil(around + 2 * panel + key_height());
}

double MapFigure::key_height() const {
  return key_ ? key_->height() : 0;
}

void MapFigure::paint(FigurePainter& painter, double /*pixels*/) {
  painter->fillRect(QRectF(0, 0, width_, height_), theme_.base);
  const double around = words_.title_height() + words_.caption_height() + 2 * kSpacing + key_height();
  const double panel = std::max(kLeast, (height_ - around) / 2);
  double top = words_.title_height();
  for (const MapValue value : {MapValue::time, MapValue::memory}) {
    const MapPicture picture(content_, value, theme_, QRectF(0, top, width_ - 4, panel),
                             key_ ? MapNames::none : MapNames::beside);
    picture.paint(*painter);
    top += panel + kSpacing / 2;
  }
  if (key_) key_->paint(*painter, QPointF(0, top));
  words_.paint(*painter, theme_, width_, height_);
}

}  // namespace spawnpoint::gui
