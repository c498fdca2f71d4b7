// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/diagnosis/diagnosis_panel.hpp"

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "models/lab/format.hpp"

namespace spawnpoint::gui {
namespace {

/// Long paths may break at their parts, or they would be cut off. Shorter words stay as they are, to be copied.
QString breakable(const QString& text) {
  constexpr qsizetype kLong = 28;
  QStringList words = text.split(' ');
  for (QString& word : words) {
    if (word.size() > kLong) word.replace('/', QStringLiteral("/\u200B")).replace('_', QStringLiteral("_\u200B"));
  }
  return words.join(' ');
}

QLabel* make_text(QWidget* parent, const QString& text = {}) {
  auto* label = new QLabel(breakable(text), parent);
  label->setWordWrap(true);
  label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  label->setTextFormat(Qt::PlainText);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  return label;
}

}  // namespace

DiagnosisPanel::DiagnosisPanel(QWidget* parent) : QScrollArea(parent) {
  setWidgetResizable(true);
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setAccessibleName(tr("Diagnosis"));
  auto* page = new QWidget(this);
  column_ = new QVBoxLayout(page);
  column_->setContentsMargins(10, 8, 10, 10);
  column_->setSpacing(8);

  headline_ = make_text(page);
  headline_->setAccessibleName(tr("Diagnosis in a sentence"));
  QFont large = headline_->font();
  large.setPointSizeF(large.pointSizeF() * 1.15);
  large.setBold(true);
  headline_->setFont(large);
  column_->addWidget(headline_);

  about_title_ = make_text(page);
  QFont bold = about_title_->font();
  bold.setBold(true);
  about_title_->setFont(bold);
  about_ = make_text(page);
  about_->setTextFormat(Qt::MarkdownText);
  about_->setOpenExternalLinks(true);
  about_->setTextInteractionFlags(Qt::TextBrowserInteraction);
  about_->setAccessibleName(tr("About the scenario"));
  auto* line = new QFrame(page);
  line->setFrameShape(QFrame::HLine);
  line->setFrameShadow(QFrame::Plain);
  line->setForegroundRole(QPalette::Mid);
  column_->addWidget(line);
  column_->addWidget(about_title_);
  column_->addWidget(about_);
  column_->addStretch(1);
  setWidget(page);
  show_words(tr("Open a scenario: what broke, and why, is said here."));
}

QString DiagnosisPanel::headline() const {
  return headline_->text();
}

void DiagnosisPanel::set_theme(const Theme& theme) {
  theme_ = theme;
  colour();
}

void DiagnosisPanel::colour() {
  QPalette colours = palette();
  if (diagnosis_.broke) colours.setColor(QPalette::WindowText, theme_.failure_text);
  headline_->setPalette(colours);
}

QLabel* DiagnosisPanel::add_paragraph(const QString& text) {
  QLabel* label = make_text(body_, text);
  body_column_->addWidget(label);
  return label;
}

QLabel* DiagnosisPanel::add_title(const QString& text) {
  QLabel* title = add_paragraph(text);
  QFont bold = title->font();
  bold.setBold(true);
  title->setFont(bold);
  return title;
}

void DiagnosisPanel::add_evidence() {
  if (diagnosis_.evidence.empty()) return;
  add_title(tr("See for yourself"));
  for (std::size_t i = 0; i < diagnosis_.evidence.size(); ++i) {
    const Evidence& evidence = diagnosis_.evidence[i];
    const QString words = QString::fromStdString(evidence.text);
    QLabel* link = add_paragraph({});
    link->setTextFormat(Qt::RichText);
    link->setText(QStringLiteral("<a href='%1'>%2</a>").arg(i).arg(words.toHtmlEscaped()));
    link->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    link->setFocusPolicy(Qt::StrongFocus);
    link->setObjectName("evidence");
    link->setAccessibleName(tr("Show in the timelines: %1").arg(words));
    link->setToolTip(
        tr("Goes to %1 in the timelines").arg(QString::fromStdString(format_duration(evidence.at.time_since_epoch()))));
    connect(link, &QLabel::linkActivated, this, [this, i] {
      const Evidence chosen = diagnosis_.evidence[i];  // A copy: what follows may show another diagnosis.
      emit look_at(chosen);
    });
  }
}

void DiagnosisPanel::add_why() {
  if (!diagnosis_.mechanism) return;
  const auto words = [](std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
  };
  auto* button = new QToolButton(body_);
  button->setObjectName("why");
  button->setText(tr("Why?"));
  button->setCheckable(true);
  button->setChecked(why_is_open_);
  button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  button->setAccessibleName(tr("Why? %1").arg(words(diagnosis_.mechanism->question)));
  button->setToolTip(words(diagnosis_.mechanism->question));
  body_column_->addWidget(button, 0, Qt::AlignLeft);
  QLabel* question = add_title(words(diagnosis_.mechanism->question));
  QLabel* answer = add_paragraph(words(diagnosis_.mechanism->answer));
  answer->setObjectName("why_answer");
  const auto open = [this, button, question, answer](bool opened) {
    why_is_open_ = opened;
    button->setArrowType(opened ? Qt::DownArrow : Qt::RightArrow);
    question->setVisible(opened);
    answer->setVisible(opened);
  };
  open(why_is_open_);
  connect(button, &QToolButton::toggled, this, open);
}

void DiagnosisPanel::show_words(const QString& words) {
  show_diagnosis({}, false);
  headline_->setText(words);
}

void DiagnosisPanel::show_diagnosis(const Diagnosis& diagnosis, bool out_of_date) {
  diagnosis_ = diagnosis;
  headline_->setText((diagnosis.broke ? QStringLiteral("✕ ") : QString()) + QString::fromStdString(diagnosis.headline));
  colour();

  delete body_;
  body_ = new QWidget(widget());
  body_column_ = new QVBoxLayout(body_);
  body_column_->setContentsMargins(0, 0, 0, 0);
  body_column_->setSpacing(8);
  if (out_of_date) {
    QLabel* old = add_paragraph(tr("This is about the text as it was before the last change."));
    old->setForegroundRole(QPalette::PlaceholderText);
  }
  if (diagnosis.where) {
    auto* button = new QPushButton(
        tr("Go there  (%1)")
            .arg(QString::fromStdString(spawnpoint::format_duration(diagnosis.where->time_since_epoch()))),
        body_);
    button->setAccessibleName(tr("Show the failure in the timelines"));
    button->setObjectName("go_there");
    connect(button, &QPushButton::clicked, this, [this] {
      if (diagnosis_.where) emit go_there(*diagnosis_.where);
    });
    body_column_->addWidget(button, 0, Qt::AlignLeft);
  }
  add_why();
  add_evidence();
  if (!diagnosis.suggestions.empty()) {
    add_title(tr("Try instead"));
    for (std::size_t i = 0; i < diagnosis.suggestions.size(); ++i) {
      const QString label = QString::fromStdString(diagnosis.suggestions[i].label);
      auto* button = new QPushButton(QString(label).replace('&', "&&"), body_);
      button->setAccessibleName(tr("Try: %1").arg(label));
      button->setToolTip(tr("Adds this run to the scenario: %1").arg(label));
      button->setObjectName("suggestion");
      connect(button, &QPushButton::clicked, this, [this, i] {
        const Suggestion chosen = diagnosis_.suggestions[i];  // A copy: what follows may show another diagnosis.
        emit try_this(chosen);
      });
      body_column_->addWidget(button, 0, Qt::AlignLeft);
    }
  }
  for (const std::string& detail : diagnosis.details) add_paragraph(QString::fromStdString(detail));
  column_->insertWidget(1, body_);
  body_->setVisible(body_column_->count() > 0);
}

void DiagnosisPanel::set_about(const QString& title, const QString& markdown) {
  about_title_->setText(title);
  about_->setText(markdown);
  about_title_->setVisible(!title.isEmpty());
  about_->setVisible(!markdown.isEmpty());
}

}  // namespace spawnpoint::gui
