// SPDX-License-Identifier: GPL-3.0-or-later
// The table of formats, and how each is written. One more: its row below, its writer above, and its line in the manual.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <QBuffer>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/trace/perfetto_writer.hpp"
#include "gui/export/export.hpp"
#include "gui/export/export_format.hpp"
#include "gui/export/export_units.hpp"
#include "gui/export/figure.hpp"
#include "gui/map/map_content.hpp"
#include "models/lab/saved/saved_record.hpp"
#include "models/lab/sweep/sweep_text.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::gui {
namespace {

ExportBytes draw_png(const ExportPicture& picture) {
  constexpr double kMostPixels = 200e6;
  Drawing& figure = picture.figure;
  const ExportSize& page = picture.options.size;
  const double scale = std::clamp(page.dpi, 72, 1200) / units_an_inch(page);
  const QSize size(static_cast<int>(std::lround(figure.width() * scale)),
                   static_cast<int>(std::lround(figure.height() * scale)));
  if (static_cast<double>(size.width()) * size.height() > kMostPixels) {
    return std::unexpected(
        fmt::format("{} x {} pixels are too many; choose a lower resolution", size.width(), size.height()));
  }
  QImage image(size, QImage::Format_RGB32);
  if (image.isNull()) return std::unexpected("not enough memory for the picture");
  image.setDotsPerMeterX(static_cast<int>(std::lround(page.dpi / kMillimetresAnInch * 1000)));
  image.setDotsPerMeterY(image.dotsPerMeterX());
  {
    FigurePainter painter(image);
    painter->scale(size.width() / figure.width(), size.height() / figure.height());
    painter->setRenderHint(QPainter::TextAntialiasing);
    figure.paint(painter, scale);
  }
  image.setText(QStringLiteral("Software"), QStringLiteral("Spawnpoint " SPAWNPOINT_VERSION));
  if (picture.options.caption) image.setText(QStringLiteral("Description"), picture.provenance);
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  if (!image.save(&buffer, "PNG")) return std::unexpected("the picture could not be encoded");
  return bytes;
}

/// Sets the text of the first `<name>`, escaped: QSvgGenerator writes a title as it is, and a "&" in it breaks the
/// file.
void set_element(QByteArray& svg, const QByteArray& name, const QString& text) {
  const qsizetype begin = svg.indexOf("<" + name + ">");
  const qsizetype end = svg.indexOf("</" + name + ">", begin);
  if (begin < 0 || end < 0) return;
  const qsizetype content = begin + name.size() + 2;
  svg.replace(content, end - content, text.toHtmlEscaped().toUtf8());
}

ExportBytes draw_svg(const ExportPicture& picture) {
  Drawing& figure = picture.figure;
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setResolution(static_cast<int>(kPixelsAnInch));
  const double scale = kPixelsAnInch / units_an_inch(picture.options.size);
  const QSizeF size(figure.width() * scale, figure.height() * scale);
  generator.setSize(size.toSize());
  generator.setViewBox(QRectF(QPointF(0, 0), size));
  {
    FigurePainter painter(generator);
    painter->scale(scale, scale);
    figure.paint(painter, 0);
  }
  set_element(bytes, "title", picture.title);
  set_element(bytes, "desc", picture.options.caption ? picture.provenance : QString());
  return bytes;
}

ExportBytes draw_pdf(const ExportPicture& picture) {
  constexpr int kResolution = 1200;
  Drawing& figure = picture.figure;
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  {
    QPdfWriter writer(&buffer);
    writer.setTitle(picture.title);
    writer.setCreator(QStringLiteral("Spawnpoint " SPAWNPOINT_VERSION));
    writer.setResolution(kResolution);
    const double inches = 1 / units_an_inch(picture.options.size);
    writer.setPageMargins(QMarginsF(0, 0, 0, 0));
    writer.setPageSize(
        QPageSize(QSizeF(figure.width(), figure.height()) * inches, QPageSize::Inch, QString(), QPageSize::ExactMatch));
    if (const std::string& text = picture.scenario.text; !text.empty()) {
      writer.addFileAttachment(QStringLiteral("scenario.toml"), QByteArray::fromStdString(text),
                               QStringLiteral("application/toml"));
    }
    for (const ExportAttachment& file : picture.attachments())
      writer.addFileAttachment(file.name, file.bytes, file.type);
    FigurePainter painter(writer);
    painter->setRenderHint(QPainter::LosslessImageRendering);
    painter->scale(kResolution * inches, kResolution * inches);
    figure.paint(painter, 0);
  }
  return bytes;
}

ExportOutcome write_tables(const ExportRecord& record, const std::filesystem::path& path) {
  return save_record(record.result, record.machine, path);
}

ExportOutcome write_events(const ExportRecord& record, const std::filesystem::path& path) {
  return write_perfetto(*record.result.trace, path, record.title, runnable_in(record.result.world));
}

constexpr std::array kFormats = {
    ExportFormat{.name = "png", .ending = ".png", .title = "PNG", .has_pixels = true, .draw = draw_png},
    ExportFormat{.name = "svg", .ending = ".svg", .title = "SVG", .draw = draw_svg},
    ExportFormat{.name = "pdf", .ending = ".pdf", .title = "PDF", .draw = draw_pdf},
    ExportFormat{.name = "csv", .ending = "-csv", .title = "CSV", .is_table = true, .write = write_tables},
    ExportFormat{.name = "trace", .ending = ".trace.json", .title = "Perfetto trace", .write = write_events},
};

}  // namespace

ExportFormats export_formats() {
  return kFormats;
}

std::string export_format_names(ExportFormats formats) {
  std::vector<std::string_view> names;
  for (const ExportFormat& format : formats) names.push_back(format.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::expected<const ExportFormat*, std::string> parse_export_format(std::string_view name, ExportFormats formats) {
  const auto found = std::ranges::find(formats, name, &ExportFormat::name);
  if (found != formats.end()) return &*found;
  return std::unexpected(fmt::format("`{}` is not a format; known: {}", name, export_format_names(formats)));
}

QByteArray map_table(const MapResult& map) {
  std::string rows = csv_header(map.plan);
  for (const auto& cell : map.cells) {
    if (cell) rows += csv_row(map.plan, *cell);
  }
  for (const SweepEdge& edge : map.edges) rows += csv_row(map.plan, edge);
  return QByteArray::fromStdString(rows);
}

}  // namespace spawnpoint::gui
