// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/export/limits_figure.hpp"

#include <fmt/format.h>

#include <QPainter>
#include <algorithm>
#include <cmath>

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
  parts += QStringLiteral("raised with: ") + to_qstring(rung.raise);
  return parts.join(QStringLiteral(" · "));
}

std::string in_csv(std::string_view cell) {
  if (cell.find_first_of(",\"\n") == std::string_view::npos) return std::string(cell);
  std::string out = "\"";
  for (const char c : cell) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

}  // namespace

QString limits_provenance(const Scenario& scenario, const RunSpec& run) {
  QStringList parts;
  const std::string file = scenario.file.substr(scenario.file.find_last_of('/') + 1);
  parts += to_qstring(file.empty() ? scenario.title : file);
  parts += QStringLiteral("threads that could be created if each limit were the only one");
  parts += QStringLiteral("runtime ") + to_qstring(run.runtime.name);
  parts += QStringLiteral("machine: %1, %2, %3")
               .arg(to_qstring(scenario.machine.name), to_qstring(format_count(scenario.machine.cpus, "cpu")),
                    to_qstring(format_bytes(scenario.machine.memory)));
  if (scenario.host_machine) parts += this_machine_words();
  parts += QStringLiteral("Spawnpoint " SPAWNPOINT_VERSION);
  return parts.join(QStringLiteral(" · "));
}

QByteArray limits_table(const LimitLadder& ladder) {
  std::string rows = "limit,value,unit,threads,call,seen_as,exempt,set_by,raised_with,room\n";
  for (int row = 0; row < rows_of(ladder); ++row) {
    const LimitRung& rung = rung_at(ladder, row);
    rows += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", rung.limit->name, rung.value,
                        rung.limit->is_size() ? "bytes" : "count", rung.threads, rung.call, name_of(rung.cause),
                        is_exempt(ladder, row), in_csv(rung.source), in_csv(rung.raise), in_csv(rung.room));
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
