// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/export/map_figure.hpp"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "gui/map/map_picture.hpp"
#include "models/concurrency/registry.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

constexpr int kText = 11;
constexpr double kTitle = 26;
constexpr double kCaptionLine = 14;
constexpr double kSpacing = 8;

QString text(const std::string& words) {
  return QString::fromStdString(words);
}

}  // namespace

QString map_provenance(const MapResult& map) {
  const Scenario& scenario = map.plan.scenario();
  QStringList parts;
  const std::string file = scenario.file.substr(scenario.file.find_last_of('/') + 1);
  parts += text(file.empty() ? scenario.title : file);
  QStringList keys;
  for (const SweepAxis& axis : map.plan.sweep().axes)
    keys += QStringLiteral("%1 from %2 to %3").arg(text(axis.key), text(axis.values.front()), text(axis.values.back()));
  parts += QStringLiteral("sweep: ") + keys.join(QStringLiteral(", "));
  parts += text(format_count(static_cast<std::int64_t>(map.plan.points()), "point"));
  if (map.plan.repeat() > 1) parts += text(format_count(map.plan.repeat(), "replication"));
  parts += QStringLiteral("seed %1").arg(scenario.seed);
  parts += QStringLiteral("modeled machine: %1, %2, %3")
               .arg(text(scenario.machine.name), text(format_count(scenario.machine.cpus, "cpu")),
                    text(format_bytes(scenario.machine.memory)));
  const auto threads = std::ranges::find_if(scenario.runs, [](const RunSpec& run) {
    const ConcurrencyModel* model = find_concurrency_model(run.concurrency);
    return model != nullptr && model->jobs_run == JobsRun::on_own_threads;
  });
  if (threads != scenario.runs.end()) {
    if (const QString limits = limits_words(scenario, *threads); !limits.isEmpty()) parts += limits;
  }
  if (!map.complete) parts += QStringLiteral("stopped: not all points");
  parts += QStringLiteral("Spawnpoint " SPAWNPOINT_VERSION);
  return parts.join(QStringLiteral(" · "));
}

MapFigure::MapFigure(const MapResult& map, const QString& caption, const Theme& theme, double width, double height)
    : content_(map_content(map)),
      title_(text(map.plan.scenario().title)),
      theme_(theme),
      width_(std::max(240.0, width)),
      height_(height) {
  caption_ = caption_lines(caption, theme_.font(kText - 1), width_ - 24);
  if (height_ > 0) return;
  const double panel = std::clamp(width_ * 0.42, 260.0, 460.0);
  height_ = std::ceil(kTitle + 2 * panel + 2 * kSpacing + static_cast<double>(caption_.size()) * kCaptionLine);
}

void MapFigure::paint(FigurePainter& painter, double /*pixels*/) {
  painter->fillRect(QRectF(0, 0, width_, height_), theme_.base);
  painter->setPen(theme_.text);
  const QFont title = theme_.font(kText + 3, true);
  painter->setFont(title);
  painter->drawText(QRectF(8, 2, width_ - 16, kTitle - 2), Qt::AlignLeft | Qt::AlignVCenter,
                    QFontMetricsF(title).elidedText(title_, Qt::ElideRight, width_ - 16));
  const double caption = static_cast<double>(caption_.size()) * kCaptionLine;
  const double panel = std::max(60.0, (height_ - kTitle - caption - 2 * kSpacing) / 2);
  double top = kTitle;
  for (const MapValue value : {MapValue::time, MapValue::memory}) {
    const MapPicture picture(content_, value, theme_, QRectF(0, top, width_ - 4, panel));
    picture.paint(*painter);
    top += panel + kSpacing / 2;
  }
  painter->setFont(theme_.font(kText - 1));
  painter->setPen(theme_.muted);
  double y = height_ - caption - 4;
  for (const QString& line : caption_) {
    painter->drawText(QRectF(8, y, width_ - 16, kCaptionLine), Qt::AlignLeft | Qt::AlignVCenter, line);
    y += kCaptionLine;
  }
}

}  // namespace spawnpoint::gui
