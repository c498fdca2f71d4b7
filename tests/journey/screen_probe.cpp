// SPDX-License-Identifier: GPL-3.0-or-later
// What is on the screen, for journey.sh: takes pictures of it, and reports on parts of it.
//
//     screen_probe shot FILE
//     screen_probe count COLOUR X Y WIDTH HEIGHT     how many of its pixels have the colour, give or take a little
//     screen_probe clipboard                         the kinds of what is on the clipboard, a line each
//     screen_probe sum X Y WIDTH HEIGHT              a number that changes when the part does
#include <QClipboard>
#include <QCryptographicHash>
#include <QGuiApplication>
#include <QImage>
#include <QMimeData>
#include <QPixmap>
#include <QScreen>
#include <cstdlib>
#include <iostream>

int main(int argc, char** argv) {
  QGuiApplication app(argc, argv);
  const QStringList words = QGuiApplication::arguments().mid(1);
  const QString what = words.value(0);
  if (what == "clipboard") {
    const QMimeData* data = QGuiApplication::clipboard()->mimeData();
    if (data == nullptr) return 1;
    for (const QString& kind : data->formats()) std::cout << kind.toStdString() << '\n';
    return 0;
  }
  const QImage screen = QGuiApplication::primaryScreen()->grabWindow(0).toImage().convertToFormat(QImage::Format_RGB32);
  if (screen.isNull()) return 1;
  if (what == "shot" && words.size() == 2) return screen.save(words[1]) ? 0 : 1;
  const qsizetype first = what == "count" ? 2 : 1;
  if (words.size() != first + 4 || (what != "count" && what != "sum")) return 2;
  const QImage part =
      screen.copy(words[first].toInt(), words[first + 1].toInt(), words[first + 2].toInt(), words[first + 3].toInt());
  if (what == "sum") {
    QCryptographicHash sum(QCryptographicHash::Md5);
    for (int y = 0; y < part.height(); ++y)
      sum.addData(QByteArray::fromRawData(reinterpret_cast<const char*>(part.constScanLine(y)), part.width() * 4));
    std::cout << sum.result().toHex().toStdString() << '\n';
    return 0;
  }
  const QColor wanted(words[1]);
  const auto near = [](int a, int b) { return std::abs(a - b) <= 6; };
  int pixels = 0;
  for (int y = 0; y < part.height(); ++y) {
    for (int x = 0; x < part.width(); ++x) {
      const QRgb pixel = part.pixel(x, y);
      if (near(qRed(pixel), wanted.red()) && near(qGreen(pixel), wanted.green()) && near(qBlue(pixel), wanted.blue()))
        ++pixels;
    }
  }
  std::cout << pixels << '\n';
  return 0;
}
