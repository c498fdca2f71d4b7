// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/theme/theme.hpp"

#include <QPen>
#include <algorithm>
#include <cmath>

namespace spawnpoint::gui {
namespace {

QColor mix(const QColor& a, const QColor& b, double part_of_a) {
  const auto channel = [&](int x, int y) { return static_cast<int>(x * part_of_a + y * (1 - part_of_a) + 0.5); };
  return {channel(a.red(), b.red()), channel(a.green(), b.green()), channel(a.blue(), b.blue())};
}

void set_states(Theme& theme, const std::array<QColor, kJobStates>& colors) {
  for (std::size_t i = 0; i < kJobStates; ++i) {
    const QColor black(0x10, 0x10, 0x10);
    const QColor label = contrast(Qt::white, colors[i]) > contrast(black, colors[i]) ? QColor(Qt::white) : black;
    const bool light = theme.kind == ThemeKind::light;
    theme.states[i] = {.color = colors[i],
                       .hollow = mix(colors[i], theme.base, light ? 0.16 : 0.22),
                       .label = label,
                       .lines = colors[i].lighter(light ? 140 : 65)};
  }
  theme.states[static_cast<std::size_t>(JobState::queued)].hatch = Hatch::diagonal;
  theme.states[static_cast<std::size_t>(JobState::blocked)].hatch = Hatch::horizontal;
  theme.states[static_cast<std::size_t>(JobState::starting)].hatch = Hatch::vertical;
  theme.states[static_cast<std::size_t>(JobState::ready)].hatch = Hatch::diagonal;
}

Theme light() {
  Theme t;
  t.kind = ThemeKind::light;
  t.window = QColor(0xf3, 0xf4, 0xf6);
  t.base = QColor(0xff, 0xff, 0xff);
  t.band = QColor(0xf7, 0xf8, 0xfa);
  t.text = QColor(0x1b, 0x1f, 0x24);
  t.muted = QColor(0x5a, 0x63, 0x70);
  t.grid = QColor(0xe3, 0xe6, 0xea);
  t.frame = QColor(0xc4, 0xca, 0xd2);
  t.crosshair = QColor(0x33, 0x3a, 0x44);
  t.selection = QColor(0x00, 0x72, 0xb2, 40);
  t.accent = QColor(0x00, 0x72, 0xb2);
  t.failure = QColor(0xd5, 0x5e, 0x00);
  t.failure_text = QColor(0xa8, 0x48, 0x00);
  // none, queued, starting, running, waiting, blocked, done, failed, ready
  set_states(t, {QColor(0xff, 0xff, 0xff), QColor(0x99, 0x99, 0x99), QColor(0x00, 0x9e, 0x73), QColor(0x00, 0x72, 0xb2),
                 QColor(0xe6, 0x9f, 0x00), QColor(0xcc, 0x79, 0xa7), QColor(0xff, 0xff, 0xff), t.failure,
                 QColor(0x56, 0xb4, 0xe9)});
  // resident, virtual, kernel stacks, page tables, slab, threads, tasks, runnable
  t.series = {QColor(0x00, 0x72, 0xb2), QColor(0xb3, 0x5c, 0x8e), QColor(0x00, 0x8a, 0x64), QColor(0x2b, 0x8c, 0xc4),
              QColor(0xb3, 0x7a, 0x00), QColor(0x00, 0x72, 0xb2), QColor(0xb3, 0x7a, 0x00), QColor(0x00, 0x8a, 0x64)};
  t.warning = QColor(0xe6, 0x9f, 0x00);
  t.disabled = mix(t.muted, t.window, 0.5);
  t.shade = QColor(0, 0, 0, 130);
  t.syntax = {QColor(0x00588c), QColor(0x23527c), QColor(0x00694b), QColor(0x8a5a00), QColor(0x6a6a6a)};
  t.map = {QColor(0x00, 0x72, 0xb2), QColor(0xb3, 0x5c, 0x8e), QColor(0x00, 0x8a, 0x64), QColor(0x9a, 0x69, 0x00),
           QColor(0x1b, 0x1f, 0x24), QColor(0x6a, 0x35, 0xc9), QColor(0x7a, 0x2a, 0x1a), QColor(0x5a, 0x7d, 0x00),
           QColor(0x00, 0x3c, 0x0c), QColor(0x6c, 0x00, 0x48), QColor(0x60, 0x60, 0x54), QColor(0x00, 0x50, 0x58)};
  return t;
}

Theme dark() {
  Theme t;
  t.kind = ThemeKind::dark;
  t.window = QColor(0x1e, 0x21, 0x26);
  t.base = QColor(0x16, 0x18, 0x1c);
  t.band = QColor(0x1a, 0x1d, 0x22);
  t.text = QColor(0xe6, 0xe9, 0xed);
  t.muted = QColor(0x9c, 0xa5, 0xb1);
  t.grid = QColor(0x2b, 0x2f, 0x36);
  t.frame = QColor(0x43, 0x4a, 0x54);
  t.crosshair = QColor(0xd5, 0xda, 0xe1);
  t.selection = QColor(0x56, 0xb4, 0xe9, 50);
  t.accent = QColor(0x56, 0xb4, 0xe9);
  t.failure = QColor(0xff, 0x7a, 0x3c);
  t.failure_text = t.failure;
  set_states(t, {t.base, QColor(0x99, 0x99, 0x99), QColor(0x2f, 0xbf, 0x93), QColor(0x56, 0xb4, 0xe9),
                 QColor(0xf0, 0xb4, 0x3c), QColor(0xe0, 0x94, 0xbd), t.base, t.failure, QColor(0x3a, 0x86, 0xc8)});
  t.series = {QColor(0x56, 0xb4, 0xe9), QColor(0xe0, 0x94, 0xbd), QColor(0x2f, 0xbf, 0x93), QColor(0x00, 0x72, 0xb2),
              QColor(0xf0, 0xb4, 0x3c), QColor(0x56, 0xb4, 0xe9), QColor(0xf0, 0xb4, 0x3c), QColor(0x2f, 0xbf, 0x93)};
  t.warning = QColor(0xf0, 0xb4, 0x3c);
  t.disabled = mix(t.muted, t.window, 0.5);
  t.shade = QColor(0, 0, 0, 130);
  t.syntax = {QColor(0x56b4e9), QColor(0x9ccbea), QColor(0x6fcfa8), QColor(0xf0b43c), QColor(0x9a9a9a)};
  t.map = {QColor(0x56, 0xb4, 0xe9), QColor(0xe0, 0x94, 0xbd), QColor(0x2f, 0xbf, 0x93), QColor(0xf0, 0xb4, 0x3c),
           QColor(0xe6, 0xe9, 0xed), QColor(0x9b, 0x7b, 0xff), QColor(0xb0, 0x89, 0x68), QColor(0xc5, 0xf0, 0x4a),
           QColor(0x78, 0x90, 0x18), QColor(0x78, 0x84, 0x84), QColor(0x90, 0xfc, 0xfc), QColor(0xf0, 0x00, 0xe8)};
  return t;
}

}  // namespace

double contrast(const QColor& a, const QColor& b) {
  const auto linear = [](double part) {
    return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
  };
  const auto luminance = [&](const QColor& c) {
    return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
  };
  const double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
  return std::max(x, y) / std::min(x, y);
}

QFont Theme::font(int pixels, bool bold) const {
  QFont font(QStringLiteral("DejaVu Sans"));
  font.setStyleHint(QFont::SansSerif);
  font.setPixelSize(pixels);
  font.setBold(bold);
  return font;
}

QPalette Theme::palette() const {
  QPalette p;
  p.setColor(QPalette::Window, window);
  p.setColor(QPalette::WindowText, text);
  p.setColor(QPalette::Base, base);
  p.setColor(QPalette::AlternateBase, band);
  p.setColor(QPalette::Text, text);
  p.setColor(QPalette::PlaceholderText, muted);
  p.setColor(QPalette::Button, kind == ThemeKind::light ? QColor(0xe9, 0xeb, 0xee) : QColor(0x2a, 0x2e, 0x35));
  p.setColor(QPalette::ButtonText, text);
  p.setColor(QPalette::BrightText, failure);
  p.setColor(QPalette::ToolTipBase, kind == ThemeKind::light ? base : window.lighter(130));
  p.setColor(QPalette::ToolTipText, text);
  p.setColor(QPalette::Highlight, accent);
  p.setColor(QPalette::HighlightedText, kind == ThemeKind::light ? QColor(Qt::white) : QColor(0x10, 0x10, 0x10));
  p.setColor(QPalette::Link, accent);
  p.setColor(QPalette::LinkVisited, accent);
  // Fusion draws frames from these.
  p.setColor(QPalette::Light, kind == ThemeKind::light ? QColor(Qt::white) : QColor(0x34, 0x39, 0x41));
  p.setColor(QPalette::Midlight, mix(window, frame, 0.7));
  p.setColor(QPalette::Mid, frame);
  p.setColor(QPalette::Dark, kind == ThemeKind::light ? QColor(0x9a, 0xa2, 0xac) : QColor(0x0e, 0x10, 0x13));
  p.setColor(QPalette::Shadow, QColor(0, 0, 0));
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText}) {
    p.setColor(QPalette::Disabled, role, mix(muted, window, 0.6));
  }
  p.setColor(QPalette::Disabled, QPalette::Highlight, frame);
  return p;
}

QPen Theme::pen(WorldKind world, const QColor& color, double width) const {
  QPen pen(color, width);
  pen.setJoinStyle(Qt::MiterJoin);
  pen.setCapStyle(Qt::FlatCap);
  if (world == WorldKind::modeled) pen.setDashPattern({4, 2.5});
  return pen;
}

Theme make_theme(ThemeKind kind) {
  return kind == ThemeKind::light ? light() : dark();
}

ThemeKind kind_of(const QPalette& palette) {
  return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness()
             ? ThemeKind::dark
             : ThemeKind::light;
}

QString world_name(WorldKind world) {
  return world == WorldKind::modeled ? QStringLiteral("MODEL") : QStringLiteral("LIVE");
}

}  // namespace spawnpoint::gui
