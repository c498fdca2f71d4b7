// SPDX-License-Identifier: GPL-3.0-or-later
// Every text can be read and every line seen, in both themes: WCAG 2.1, level AA. Fills of states are told apart by
// hatch, place and words as well, and keep Okabe-Ito's colours.
#include <QPlainTextEdit>
#include <QTextBlock>
#include <QTextDocument>
#include <QTextLayout>
#include <QToolButton>

#include "gui/file/toml_highlighter.hpp"
#include "gui/theme/style.hpp"
#include "gui/theme/theme.hpp"
#include "tests/catch.hpp"
#include "tests/gui/application.hpp"

using namespace spawnpoint;
using namespace spawnpoint::gui;

namespace {

constexpr double kText = 4.5;   // 1.4.3
constexpr double kShape = 3.0;  // 1.4.11

}  // namespace

TEST_CASE("contrast is WCAG's") {
  CHECK(contrast(Qt::black, Qt::white) == Approx(21));
  CHECK(contrast(Qt::white, Qt::black) == Approx(21));
  CHECK(contrast(Qt::red, Qt::red) == Approx(1));
  CHECK(contrast(QColor(0x76, 0x76, 0x76), Qt::white) == Approx(4.54).epsilon(0.002));  // WCAG's own example.
}

TEST_CASE("texts have the contrast of level AA on every background") {
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    CAPTURE(static_cast<int>(kind));
    const Theme t = make_theme(kind);
    for (const QColor& ground : {t.window, t.base, t.band}) {
      CAPTURE(ground.name().toStdString());
      for (const QColor& words : {t.text, t.muted, t.accent, t.failure_text}) {
        CAPTURE(words.name().toStdString());
        CHECK(contrast(words, ground) >= kText);
      }
    }
    const QPalette p = t.palette();
    const std::pair<QPalette::ColorRole, QPalette::ColorRole> pairs[] = {
        {QPalette::WindowText, QPalette::Window},
        {QPalette::Text, QPalette::Base},
        {QPalette::Text, QPalette::AlternateBase},
        {QPalette::ButtonText, QPalette::Button},
        {QPalette::ToolTipText, QPalette::ToolTipBase},
        {QPalette::HighlightedText, QPalette::Highlight},
        {QPalette::PlaceholderText, QPalette::Base},
        {QPalette::Link, QPalette::Window},
        {QPalette::Link, QPalette::Base},
        {QPalette::LinkVisited, QPalette::Window}};
    for (const auto& [words, ground] : pairs) {
      CAPTURE(words, ground);
      CHECK(contrast(p.color(QPalette::Active, words), p.color(QPalette::Active, ground)) >= kText);
    }
    for (std::size_t i = 0; i < kJobStates; ++i) {
      CAPTURE(i);
      CHECK(contrast(t.states[i].label, t.states[i].color) >= kText);
    }
  }
}

TEST_CASE("lines, marks and what has the focus can be seen") {
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    CAPTURE(static_cast<int>(kind));
    const Theme t = make_theme(kind);
    for (const QColor& line : {t.accent, t.failure, t.crosshair}) CHECK(contrast(line, t.base) >= kShape);
    for (std::size_t i = 0; i < kSeriesKinds; ++i) {
      CAPTURE(i);
      CHECK(contrast(t.series[i], t.base) >= kShape);
    }
  }
}

TEST_CASE("a button shows that it is checked in both themes") {
  application();
  Style style;
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    QToolButton button;
    button.setStyle(&style);
    button.setPalette(make_theme(kind).palette());
    button.setCheckable(true);
    button.resize(60, 30);
    const auto ground = [&](bool checked) {
      button.setChecked(checked);
      return button.grab().toImage().pixelColor(30, 15);
    };
    const QColor off = ground(false), on = ground(true);
    CHECK(contrast(off, on) >= 1.15);
    CHECK(contrast(make_theme(kind).text, on) >= kText);
  }
}

TEST_CASE("the editor's colours have the contrast of level AA") {
  application();
  for (const ThemeKind kind : {ThemeKind::light, ThemeKind::dark}) {
    const Theme theme = make_theme(kind);
    QTextDocument document;
    TomlHighlighter highlighter(&document, theme.syntax);
    document.setPlainText("# comment\n[jobs]\ncount = 10\nsteps = [{ sleep = \"1s\" }]\n");
    highlighter.rehighlight();
    int seen = 0;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
      for (const auto& range : block.layout()->formats()) {
        if (!range.format.hasProperty(QTextFormat::ForegroundBrush)) continue;
        CAPTURE(static_cast<int>(kind), block.text().toStdString(), range.start);
        CHECK(contrast(range.format.foreground().color(), theme.base) >= kText);
        ++seen;
      }
    }
    CHECK(seen >= 5);
  }
}
