// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/diagnosis/diagnosis_panel.hpp"

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QStyleOptionButton>
#include <QStylePainter>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <chrono>
#include <utility>

#include "gui/text/keys.hpp"
#include "gui/text/to_qstring.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

/// One line, however narrow the panel is: what it gives, at its end, stays readable. Its tooltip has the whole.
class ElidingButton : public QPushButton {
 public:
  explicit ElidingButton(QWidget* parent) : QPushButton(parent) {
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);  // May be narrower than its words.
  }

  QSize minimumSizeHint() const override { return {kLeastWidth, QPushButton::minimumSizeHint().height()}; }

 protected:
  void paintEvent(QPaintEvent*) override {
    QStyleOptionButton option;
    initStyleOption(&option);
    const int room = style()->subElementRect(QStyle::SE_PushButtonContents, &option, this).width();
    option.text = fontMetrics().elidedText(option.text, Qt::ElideMiddle, room, Qt::TextShowMnemonic);
    QStylePainter(this).drawControl(QStyle::CE_PushButton, option);
  }

 private:
  static constexpr int kLeastWidth = 120;
};

/// How long a diagnosis of the previous text may stay without being marked as old.
constexpr std::chrono::milliseconds kPatience{300};

/// Long paths may break at their parts, or they would be cut off. Shorter words stay as they are, to be copied.
QString breakable(const QString& text) {
  constexpr qsizetype kLong = 28;
  QStringList words = text.split(' ');
  for (QString& word : words) {
    if (word.size() > kLong) word.replace('/', QStringLiteral("/\u200B")).replace('_', QStringLiteral("_\u200B"));
  }
  return words.join(' ');
}

QLabel* make_text(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setWordWrap(true);
  label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  label->setTextFormat(Qt::PlainText);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  return label;
}

/// A label gives its links the palette's colour only when it reads its text.
void read_anew(QLabel& label) {
  const QString text = label.text();
  label.clear();
  label.setText(text);
}

}  // namespace

DiagnosisPanel::DiagnosisPanel(Workspace& workspace, QWidget* parent) : QScrollArea(parent), workspace_(workspace) {
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
  show_words(tr("Open a scenario to see here what broke, and why."));
  subscribe();
}

void DiagnosisPanel::subscribe() {
  connect(&workspace_.document(), &Document::opened, this, [this] {
    set_about({}, {});
    show_words(workspace_.document().is_open() ? tr("Reading the scenario …")
                                               : tr("Open a scenario to see here what broke, and why."));
  });
  patience_.setSingleShot(true);
  patience_.setInterval(kPatience);
  connect(&patience_, &QTimer::timeout, this, &DiagnosisPanel::refresh);
  connect(&workspace_, &Workspace::scenario_followed, this, &DiagnosisPanel::refresh_soon);
  connect(&workspace_.runs(), &Runs::started, this, &DiagnosisPanel::refresh_soon);
  connect(&workspace_.runs(), &Runs::finished, this, &DiagnosisPanel::refresh);
  connect(&workspace_.selection(), &Selection::run_changed, this, &DiagnosisPanel::refresh);
  connect(&workspace_, &Workspace::suggestions_changed, this, [this] { show_suggestions(workspace_.suggestions()); });
  connect(this, &DiagnosisPanel::try_this, &workspace_, &Workspace::try_suggestion);
}

/// While a model that takes no time is on its way, what was said of the previous text stays: while a slider is dragged,
/// words would come and go with each step.
void DiagnosisPanel::refresh_soon() {
  const auto current = workspace_.runs().current();
  if (!current || current->world != WorldKind::modeled) return refresh();
  if (!patience_.isActive()) patience_.start();
}

void DiagnosisPanel::refresh() {
  patience_.stop();
  const std::size_t run = workspace_.selection().run();
  if (const SavedRecord* record = workspace_.record(run)) {
    set_about({}, {});  // What the scenario says is not said of the record.
    show_words(tr("A %1. What happened in it is in the timeline, the charts and the jobs.")
                   .arg(to_qstring(provenance(*record))));
    return;
  }
  const auto scenario = workspace_.document().scenario();
  if (!scenario) {
    if (workspace_.document().has_errors() || !workspace_.document().is_open()) show_words(workspace_.why_nothing());
    return;
  }
  set_about(to_qstring(scenario->title), to_qstring(scenario->about));
  const KnownResults known = workspace_.known(run);
  if (!known.modeled && !known.live) {
    for (const WorldKind world : kWorlds) {
      const auto result = workspace_.result(world);
      if (!result) continue;
      show_words(tr("The run could not start: %1").arg(to_qstring(result->error)));
      return;
    }
    show_words(workspace_.runs().is_running() ? tr("Running …")
                                              : tr("Not run yet: %1 runs both worlds.").arg(keys::kRunBoth));
    return;
  }
  const RunKey told{run, known.modeled ? WorldKind::modeled : WorldKind::live};
  // What the text says now may be another run than the one that was made.
  const auto made_of = known.of_former_text ? workspace_.runs().scenario(told) : scenario;
  if (!made_of || run >= made_of->runs.size()) return;
  Diagnosis diagnosis = diagnose(*made_of, run, known.modeled.get(), known.live.get());
  tell_records(diagnosis, *made_of, run, known.modeled.get(), known.live.get());
  // What is said of the model is not said of a live run that did not come to its end.
  stopped_words_ = known.modeled && known.live && known.live->stopped ? stopped_words(*known.live) : QString();
  show_diagnosis(diagnosis, known.of_former_text ? workspace_.why_old(told) : QString());
}

QString DiagnosisPanel::stopped_words(const RunResult& live) {
  QString words = tr("The live run was stopped at %1; %2 of %3 were done")
                      .arg(to_qstring(format_duration(live.wall)), to_qstring(format_count(live.completed)),
                           to_qstring(format_count(live.jobs, "job")));
  if (const std::string why = stop_words(live.stop_cause); !why.empty())
    words += QStringLiteral(": ") + to_qstring(why);
  return words + '.';
}

void DiagnosisPanel::go_there() {
  if (!diagnosis_.where) return;
  workspace_.show_moment(*diagnosis_.where, diagnosis_.world);
}

void DiagnosisPanel::look_at(const Evidence& evidence) {
  if (evidence.job != kNoJob) workspace_.show_job(evidence.world, evidence.job);
  workspace_.show_moment(evidence.at, evidence.world);
}

QString DiagnosisPanel::headline() const {
  return headline_->text();
}

void DiagnosisPanel::set_theme(const Theme& theme) {
  theme_ = theme;
  colour();
  read_anew(*about_);
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].kind == Kind::evidence) read_anew(static_cast<QLabel&>(*widgets_[i]));
  }
}

void DiagnosisPanel::colour() {
  QPalette colours = palette();
  if (diagnosis_.broke) colours.setColor(QPalette::WindowText, theme_.failure_text);
  headline_->setPalette(colours);
}

std::vector<DiagnosisPanel::Part> DiagnosisPanel::parts() const {
  std::vector<Part> all;
  if (!why_old_.isEmpty()) all.push_back({Kind::old, tr("This is %1.").arg(why_old_)});
  if (!stopped_words_.isEmpty()) all.push_back({Kind::detail, stopped_words_});
  if (diagnosis_.where) {
    const std::string moment = format_duration(diagnosis_.where->time_since_epoch());
    all.push_back({Kind::where, tr("Go there  (%1)").arg(to_qstring(moment))});
  }
  if (diagnosis_.mechanism) {
    all.push_back({Kind::why, to_qstring(diagnosis_.mechanism->question)});
    all.push_back({Kind::question, to_qstring(diagnosis_.mechanism->question)});
    all.push_back({Kind::answer, to_qstring(diagnosis_.mechanism->answer)});
  }
  if (!diagnosis_.evidence.empty()) all.push_back({Kind::title, tr("See for yourself")});
  for (std::size_t i = 0; i < diagnosis_.evidence.size(); ++i)
    all.push_back({Kind::evidence, to_qstring(diagnosis_.evidence[i].text), i});
  if (!suggestions_.empty()) all.push_back({Kind::title, tr("Try instead")});
  for (std::size_t i = 0; i < suggestions_.size(); ++i)
    all.push_back({Kind::suggestion, to_qstring(suggestions_[i].label), i});
  for (const std::string& detail : diagnosis_.details) all.push_back({Kind::detail, to_qstring(detail)});
  return all;
}

QWidget* DiagnosisPanel::make(const Part& part) {
  const std::size_t i = part.index;
  switch (part.kind) {
    case Kind::where: {
      auto* button = new QPushButton(body_);
      button->setAccessibleName(tr("Show the failure in the timelines"));
      button->setObjectName("go_there");
      connect(button, &QPushButton::clicked, this, &DiagnosisPanel::go_there);
      return button;
    }
    case Kind::why: {
      auto* button = new QToolButton(body_);
      button->setObjectName("why");
      button->setText(tr("Why?"));
      button->setCheckable(true);
      button->setChecked(why_is_open_);
      button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
      connect(button, &QToolButton::toggled, this, &DiagnosisPanel::show_why);
      return button;
    }
    case Kind::suggestion: {
      auto* button = new ElidingButton(body_);
      button->setObjectName("suggestion");
      connect(button, &QPushButton::clicked, this, [this, i] {
        const Suggestion chosen = suggestions_[i];  // A copy: what follows may show another diagnosis.
        emit try_this(chosen);
      });
      return button;
    }
    case Kind::evidence: {
      QLabel* link = make_text(body_);
      link->setTextFormat(Qt::RichText);
      link->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
      link->setFocusPolicy(Qt::StrongFocus);
      link->setObjectName("evidence");
      connect(link, &QLabel::linkActivated, this, [this, i] {
        const Evidence chosen = diagnosis_.evidence[i];  // A copy, as above.
        look_at(chosen);
      });
      return link;
    }
    case Kind::question:
    case Kind::title: {
      QLabel* title = make_text(body_);
      QFont bold = title->font();
      bold.setBold(true);
      title->setFont(bold);
      return title;
    }
    case Kind::old: {
      QLabel* old = make_text(body_);
      old->setForegroundRole(QPalette::PlaceholderText);
      return old;
    }
    case Kind::answer:
    case Kind::detail:
      break;
  }
  QLabel* paragraph = make_text(body_);
  if (part.kind == Kind::answer) paragraph->setObjectName("why_answer");
  return paragraph;
}

void DiagnosisPanel::fill(QWidget& widget, const Part& part) const {
  switch (part.kind) {
    case Kind::where:
      static_cast<QPushButton&>(widget).setText(part.text);
      break;
    case Kind::why:
      widget.setAccessibleName(tr("Why? %1").arg(part.text));
      widget.setToolTip(part.text);
      break;
    case Kind::suggestion:
      static_cast<QPushButton&>(widget).setText(QString(part.text).replace('&', "&&"));
      widget.setAccessibleName(tr("Try: %1").arg(part.text));
      widget.setToolTip(
          QStringLiteral("%1\n%2").arg(part.text, workspace_.trying_words(suggestions_[part.index])).trimmed());
      break;
    case Kind::evidence: {
      const std::string moment = format_duration(diagnosis_.evidence[part.index].at.time_since_epoch());
      static_cast<QLabel&>(widget).setText(
          QStringLiteral("<a href='%1'>%2</a>").arg(part.index).arg(part.text.toHtmlEscaped()));
      widget.setAccessibleName(tr("Show in the timelines: %1").arg(part.text));
      widget.setToolTip(tr("Goes to %1 in the timelines").arg(to_qstring(moment)));
      break;
    }
    case Kind::old:
    case Kind::question:
    case Kind::answer:
    case Kind::title:
    case Kind::detail:
      static_cast<QLabel&>(widget).setText(breakable(part.text));
      break;
  }
}

void DiagnosisPanel::show_why(bool open) {
  why_is_open_ = open;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Kind kind = parts_[i].kind;
    if (kind == Kind::why) static_cast<QToolButton*>(widgets_[i])->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    if (kind == Kind::question || kind == Kind::answer) widgets_[i]->setVisible(open);
  }
}

void DiagnosisPanel::show_words(const QString& words) {
  suggestions_.clear();
  stopped_words_.clear();
  show_diagnosis({});
  headline_->setText(words);
}

void DiagnosisPanel::show_diagnosis(const Diagnosis& diagnosis, const QString& why_old) {
  diagnosis_ = diagnosis;
  why_old_ = why_old;
  headline_->setText((diagnosis.broke ? QStringLiteral("✕ ") : QString()) + to_qstring(diagnosis.headline));
  colour();
  show_parts();
}

void DiagnosisPanel::show_suggestions(const std::vector<Suggestion>& suggestions) {
  suggestions_ = suggestions;
  show_parts();
}

void DiagnosisPanel::show_parts() {
  const std::vector<Part> former = std::exchange(parts_, parts());
  if (body_ && std::ranges::equal(former, parts_, {}, &Part::kind, &Part::kind)) {
    // Laying out text is most of the work, and while a slider is dragged only a few words change.
    for (std::size_t i = 0; i < parts_.size(); ++i) fill(*widgets_[i], parts_[i]);
    return;
  }
  delete body_;
  body_ = new QWidget(widget());
  auto* column = new QVBoxLayout(body_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  widgets_.clear();
  for (const Part& part : parts_) {
    QWidget* const made = make(part);
    fill(*made, part);
    const bool is_button = part.kind == Kind::where || part.kind == Kind::why || part.kind == Kind::suggestion;
    column->addWidget(made, 0, is_button ? Qt::AlignLeft : Qt::Alignment());
    widgets_.push_back(made);
  }
  show_why(why_is_open_);
  column_->insertWidget(1, body_);
  body_->setVisible(!parts_.empty());
}

void DiagnosisPanel::set_about(const QString& title, const QString& markdown) {
  about_title_->setText(title);
  about_->setText(markdown);
  about_title_->setVisible(!title.isEmpty());
  about_->setVisible(!markdown.isEmpty());
}

}  // namespace spawnpoint::gui
