// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/export/limits_figure.hpp"

#include <fmt/format.h>

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "core/text/text.hpp"
#include "gui/export/provenance.hpp"
#include "gui/limits/ladder_picture.hpp"
#include "gui/text/to_qstring.hpp"
#include "models/result/format.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::gui {
namespace {

constexpr int kText = 11;
constexpr double kLine = 16;
constexpr double kSpacing = 8;

QString binding_words(const LimitRung& rung) {
  QStringList parts{to_qstring(fmt::format("{} is {}", rung.limit->name, format_value(*rung.limit, rung.value)))};
  if (!rung.room.empty()) parts += to_qstring(rung.room);
  parts += QStringLiteral("set by: ") + to_qstring(rung.source);
  parts += QStringLiteral("raised with: ") + to_qstring(rung.raise.text);
  return parts.join(QStringLiteral(" · "));
}

}  // namespace

QString limits_provenance(const Scenario& scenario, const RunSpec& run) {
  QStringList parts;
  parts += scenario_words(scenario);
  parts += QStringLiteral("threads that could be created if each limit were the only one");
  parts += QStringLiteral("runtime ") + to_qstring(run.runtime.name);
  parts += QStringLiteral("machine: ") + machine_words(scenario.machine.name, scenario.machine);
  if (scenario.host_machine) parts += this_machine_words();
  return joined_provenance(std::move(parts));
}

QByteArray limits_table(const LimitLadder& ladder) {
  std::string rows = "limit,value,unit,threads,call,seen_as,exempt,set_by,raised_with,room\n";
  for (int row = 0; row < rows_of(ladder); ++row) {
    const LimitRung& rung = rung_at(ladder, row);
    rows +=
        fmt::format("{},{},{},{},{},{},{},{},{},{}\n", rung.limit->name, rung.value,
                    rung.limit->is_size() ? "bytes" : "count", rung.threads, rung.call, name_of(rung.cause),
                    is_exempt(ladder, row), csv_field(rung.source), csv_field(rung.raise.text), csv_field(rung.room));
  }
  return QByteArray::fromStdString(rows);
}

LimitsFigure::LimitsFigure(const LimitLadder& ladder, std::int64_t wanted, const FigureText& of, const Theme& theme,
                           double width, double height)
    : ladder_(ladder),
      wanted_(wanted),
      theme_(theme),
      width_(std::max(240.0, width)),
      height_(height),
      words_(of.title, of.caption, theme_, width_) {
  if (ladder.binding() != nullptr)
    binding_ = caption_lines(binding_words(*ladder.binding()), theme_.font(kText), width_ - 16);
  const double natural = words_.title_height() + static_cast<double>(binding_.size()) * kLine +
                         LadderPicture::height_of(rows_of(ladder_)) + 2 * kSpacing + words_.caption_height();
  // Bars have one height: a page that is lower than they are grows.
  height_ = std::max(height_, std::ceil(natural));
}

void LimitsFigure::paint(FigurePainter& painter, double /*pixels*/) {
  painter->fillRect(QRectF(0, 0, width_, height_), theme_.base);
  words_.paint(*painter, theme_, width_, height_);
  double top = words_.title_height();
  painter->setFont(theme_.font(kText));
  painter->setPen(theme_.text);
  for (const QString& line : binding_) {
    painter->drawText(QRectF(8, top, width_ - 16, kLine), Qt::AlignLeft | Qt::AlignVCenter, line);
    top += kLine;
  }
  painter->save();
  painter->translate(0, top + kSpacing);
  LadderPicture(ladder_, theme_, wanted_, width_ - 8).paint(*painter);
  painter->restore();
}

}  // namespace spawnpoint::gui
