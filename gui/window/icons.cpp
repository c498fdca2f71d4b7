// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/icons.hpp"

#include <QFile>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

// Resources of a static library are asked for by name, or the linker leaves them out; Qt wants that outside namespaces.
static void init_icons() {
  Q_INIT_RESOURCE(icons);
}

namespace spawnpoint::gui {
namespace {

QPixmap drawn(const QByteArray& svg, int side) {
  QPixmap picture(side, side);
  picture.fill(Qt::transparent);
  QPainter painter(&picture);
  QSvgRenderer(svg).render(&painter);
  return picture;
}

}  // namespace

void load_icons() {
  init_icons();
}

QIcon icon(const QString& name, const Theme& theme) {
  QFile file(":/icons/" + name + ".svg");
  if (!file.open(QIODevice::ReadOnly)) return {};
  const QByteArray svg = file.readAll();
  const auto coloured = [&](const QColor& colour) {
    return QByteArray(svg).replace("currentColor", colour.name().toLatin1());
  };
  QIcon icon;
  for (const int side : {16, 20, 24, 32, 48, 64}) {
    icon.addPixmap(drawn(coloured(theme.text), side), QIcon::Normal);
    icon.addPixmap(drawn(coloured(theme.disabled), side), QIcon::Disabled);
  }
  return icon;
}

QIcon app_icon() {
  QFile file(QStringLiteral(":/icons/spawnpoint.svg"));
  if (!file.open(QIODevice::ReadOnly)) return {};
  const QByteArray svg = file.readAll();
  QIcon icon;
  for (const int side : {16, 32, 48, 64, 128, 256}) icon.addPixmap(drawn(svg, side));
  return icon;
}

}  // namespace spawnpoint::gui
