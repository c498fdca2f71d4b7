// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/charts/drawing.hpp"

#include <QBuffer>
#include <QClipboard>
#include <QGuiApplication>
#include <QImage>
#include <QMimeData>
#include <QPainter>
#include <QSvgGenerator>
#include <cmath>

#include "gui/charts/chart_view.hpp"

namespace spawnpoint::gui {
namespace {

/// Device pixels per unit: sharp also where it is shown larger.
constexpr double kPixels = 2;

QImage picture_of(Drawing& drawing) {
  QImage image(static_cast<int>(std::lround(drawing.width() * kPixels)),
               static_cast<int>(std::lround(drawing.height() * kPixels)), QImage::Format_RGB32);
  if (image.isNull()) return image;
  image.fill(Qt::white);
  FigurePainter painter(image);
  painter->scale(kPixels, kPixels);
  painter->setRenderHint(QPainter::TextAntialiasing);
  drawing.paint(painter, kPixels);
  return image;
}

QByteArray svg_of(Drawing& drawing) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setResolution(96);
  const QSizeF size(drawing.width(), drawing.height());
  generator.setSize(size.toSize());
  generator.setViewBox(QRectF(QPointF(), size));
  FigurePainter painter(generator);
  drawing.paint(painter, 0);
  return bytes;
}

}  // namespace

void copy_drawing(Drawing& drawing) {
  auto* data = new QMimeData;
  data->setImageData(picture_of(drawing));
  data->setData(QStringLiteral("image/svg+xml"), svg_of(drawing));
  QGuiApplication::clipboard()->setMimeData(data);
}

}  // namespace spawnpoint::gui
