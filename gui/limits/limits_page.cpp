// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/limits/limits_page.hpp"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/charts/chart_view.hpp"
#include "gui/limits/ladder_picture.hpp"
#include "gui/page/veil.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/time/accessible.hpp"
#include "models/concurrency/registry.hpp"
#include "models/machine/raise_limit.hpp"
#include "models/result/format.hpp"
#include "models/scenario/run_threads.hpp"

namespace spawnpoint::gui {
namespace {

class LadderDrawing final : public Drawing {
 public:
  LadderDrawing(const LimitLadder& ladder, const Theme& theme, std::int64_t wanted, double width, int ended)
      : ladder_(ladder), theme_(theme), picture_(ladder_, theme_, wanted, width, ended), width_(width) {}
  double width() const override { return width_; }
  double height() const override { return picture_.height(); }
  void paint(FigurePainter& painter, double /*pixels*/) override {
    painter->fillRect(QRectF(0, 0, width(), height()), theme_.base);
    picture_.paint(*painter);
  }

 private:
  LimitLadder ladder_;
  Theme theme_;
  LadderPicture picture_;
  double width_;
};

QString raise_words(const HowToRaise& raise) {
  const QString words = to_qstring(raise.text).toHtmlEscaped();
  return raise.is_command ? QStringLiteral("<code>%1</code>").arg(words) : words;
}

}  // namespace

LadderView::LadderView(QWidget* parent) : QWidget(parent), ended_(LadderPicture::kNone) {
  setFocusPolicy(Qt::StrongFocus);
  make_accessible_chart(*this, tr("Ladder of limits"));
  describe();
}

void LadderView::set_ladder(const LimitLadder& ladder) {
  ladder_ = ladder;
  ended_ = LadderPicture::kNone;
  selected_ = 0;
  describe();
  setFixedHeight(sizeHint().height());
  update();
}

void LadderView::set_theme(const Theme& theme) {
  theme_ = theme;
  update();
}

void LadderView::set_wanted(std::int64_t threads) {
  wanted_ = threads;
  update();
}

void LadderView::set_ended(int row) {
  if (row == ended_) return;
  ended_ = row;
  describe();
  update();
}

void LadderView::select(int rung) {
  if (rung < 0 || rung >= rows_of(ladder_) || rung == selected_) return;
  selected_ = rung;
  describe();
  update();
  emit selected_changed(rung);
}

void LadderView::describe() {
  if (ladder_.rungs.empty()) return set_accessible_text(*this, tr("No limit is known."));
  QStringList words;
  words << tr("%1 binds, at %2.")
               .arg(to_qstring(name_of(*ladder_.binding())), to_qstring(format_count(ladder_.threads, "thread")));
  const LimitRung& chosen = rung_at(ladder_, selected_);
  words << tr("Chosen: %1, %2 of %3: it allows %4.")
               .arg(to_qstring(name_of(chosen)))
               .arg(selected_ + 1)
               .arg(rows_of(ladder_))
               .arg(to_qstring(format_count(chosen.threads, "thread")));
  if (is_exempt(ladder_, selected_)) words << tr("Root is exempt.");
  if (ended_ != LadderPicture::kNone)
    words << tr("%1 ends the run that is shown.").arg(to_qstring(name_of(rung_at(ladder_, ended_))));
  set_accessible_text(*this, words.join(' '));
}

QSize LadderView::sizeHint() const {
  return {640, static_cast<int>(LadderPicture::height_of(rows_of(ladder_)))};
}

std::unique_ptr<Drawing> LadderView::drawing() {
  if (ladder_.rungs.empty()) return nullptr;
  return std::make_unique<LadderDrawing>(ladder_, theme_, wanted_, width(), ended_);
}

void LadderView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme_.base);
  LadderPicture(ladder_, theme_, wanted_, width(), ended_).paint(painter, selected_);
  if (hasFocus()) {
    painter.setPen(QPen(theme_.accent, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
  }
}

void LadderView::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) select(LadderPicture::row_at(event->position().y()));
}

void LadderView::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Down) {
    select(selected_ + 1);
  } else if (event->key() == Qt::Key_Up) {
    select(selected_ - 1);
  } else {
    QWidget::keyPressEvent(event);
  }
}

LimitsPage::LimitsPage(Workspace& workspace, QWidget* parent)
    : Page(parent),
      workspace_(workspace),
      title_(new QLabel(this)),
      sentence_(new QLabel(this)),
      question_(new QWidget(this)),
      wanted_(new QSpinBox(question_)),
      besides_(new QLabel(question_)),
      answer_(new QLabel(this)),
      view_(new LadderView),
      detail_(new QLabel(this)) {
  setFocusProxy(view_);
  name_parts();
  lay_out();
  for (QWidget* dimmed : {static_cast<QWidget*>(view_), static_cast<QWidget*>(detail_), static_cast<QWidget*>(answer_)})
    veils_.push_back(new Veil(dimmed));
  connect(view_, &LadderView::selected_changed, this, &LimitsPage::show_rung);
  connect(wanted_, &QSpinBox::valueChanged, this, [this] {
    own_wish_ = true;
    show_needs();
  });
  connect(&workspace.document(), &Document::opened, this, [this] { own_wish_ = false; });
  connect(&workspace, &Workspace::scenario_read, this, &LimitsPage::refresh);
  connect(&workspace.selection(), &Selection::run_changed, this, &LimitsPage::refresh);
  connect(&workspace.runs(), &Runs::finished, this, [this] {
    if (view_->ladder().rungs.empty()) return;
    show_wish(wish());
    show_needs();
  });
  show_nothing();
}

void LimitsPage::name_parts() {
  QFont large = title_->font();
  large.setPointSizeF(large.pointSizeF() * 1.3);
  large.setBold(true);
  title_->setFont(large);
  title_->setAccessibleName(tr("How many threads the machine allows"));
  title_->setWordWrap(true);
  sentence_->setWordWrap(true);
  sentence_->setAccessibleName(tr("What the bars show"));
  for (QLabel* label : {answer_, detail_}) {
    label->setWordWrap(true);
    label->setTextFormat(Qt::RichText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  }
  answer_->setAccessibleName(tr("What this many threads need"));
  detail_->setAccessibleName(tr("The chosen limit"));
  detail_->setFrameShape(QFrame::StyledPanel);
  detail_->setMargin(10);

  wanted_->setRange(0, static_cast<int>(kMostThreads));
  wanted_->setGroupSeparatorShown(true);
  wanted_->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
  wanted_->setAccessibleName(tr("Threads that I want"));
  wanted_->setToolTip(
      tr("How many threads you want besides the runtime's own: the page shows what must be raised for them."));
}

void LimitsPage::lay_out() {
  auto* question = new QHBoxLayout(question_);
  question->setContentsMargins(0, 0, 0, 0);
  auto* want = new QLabel(tr("I &want"), question_);
  want->setBuddy(wanted_);
  question->addWidget(want);
  question->addWidget(wanted_);
  question->addWidget(besides_);
  question->addStretch(1);

  // All of it moves together: on a small screen it does not fit.
  auto* inside = new QWidget;
  auto* column = new QVBoxLayout(inside);
  column->setContentsMargins(18, 14, 18, 14);
  column->setSpacing(8);
  for (QWidget* widget : {static_cast<QWidget*>(title_), static_cast<QWidget*>(sentence_), static_cast<QWidget*>(view_),
                          static_cast<QWidget*>(detail_), question_, static_cast<QWidget*>(answer_)})
    column->addWidget(widget);
  column->addStretch(1);
  auto* scroll = new QScrollArea(this);
  scroll->setWidget(inside);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setFocusPolicy(Qt::NoFocus);  // The bars have the keys.
  auto* whole = new QVBoxLayout(this);
  whole->setContentsMargins(0, 0, 0, 0);
  whole->addWidget(scroll);
}

void LimitsPage::show_age() {
  for (Veil* veil : veils_) veil->setVisible(!workspace_.age_words().isEmpty());
}

void LimitsPage::refresh() {
  show_age();
  const auto scenario = workspace_.document().scenario();
  const std::size_t run = workspace_.selection().run();
  if (!scenario || run >= scenario->runs.size()) {
    show_nothing();
    if (workspace_.record(run) != nullptr)
      title_->setText(tr("A saved record does not have its machine's limits: there are none to show."));
    else if (workspace_.document().is_open())
      title_->setText(workspace_.why_nothing());
    return;
  }
  const RunSpec& spec = scenario->runs[run];
  show_machine(scenario->machine, spec.runtime, wish());
}

std::int64_t LimitsPage::wish() const {
  const auto scenario = workspace_.document().scenario();
  const std::size_t run = workspace_.selection().run();
  if (!scenario || run >= scenario->runs.size()) return 0;
  const std::int64_t all = threads_of_run(*scenario, run);
  // Of jobs that come one after another not all are there at once.
  const auto modeled = workspace_.result(WorldKind::modeled);
  const bool known = modeled && !modeled->failure && !modeled->stopped && modeled->error.empty() &&
                     workspace_.is_of_present_text({run, WorldKind::modeled});
  if (scenario->jobs.arrivals.kind == Arrivals::Kind::at_once || !known) return all;
  return std::min(all, std::max<std::int64_t>(modeled->peak_threads - modeled->own_threads, 1));
}

void LimitsPage::show_wish(std::int64_t threads) {
  if (own_wish_) return;
  const QSignalBlocker quiet(wanted_);
  wanted_->setValue(static_cast<int>(std::min(threads, kMostThreads)));
}

void LimitsPage::set_theme(const Theme& theme) {
  view_->set_theme(theme);
}

void LimitsPage::show_nothing() {
  title_->setText(tr("Open a scenario to see which limit of its machine binds."));
  sentence_->clear();
  for (QWidget* widget :
       {static_cast<QWidget*>(view_), static_cast<QWidget*>(detail_), question_, static_cast<QWidget*>(answer_)})
    widget->hide();
}

void LimitsPage::show_machine(const Machine& machine, const Runtime& runtime, std::int64_t wanted) {
  machine_ = machine;
  runtime_ = runtime;
  const LimitLadder ladder = limit_ladder(machine, runtime);
  if (ladder.rungs.empty()) {
    show_nothing();
    title_->setText(limits_title(machine, runtime, ladder));
    return;
  }
  title_->setText(limits_title(machine, runtime, ladder));
  view_->set_ladder(ladder);
  for (QWidget* widget :
       {static_cast<QWidget*>(view_), static_cast<QWidget*>(detail_), question_, static_cast<QWidget*>(answer_)})
    widget->show();
  show_wish(wanted);
  show_rung(0);
  show_needs();
}

void LimitsPage::show_rung(int rung) {
  const LimitLadder& ladder = view_->ladder();
  if (rung < 0 || rung >= rows_of(ladder)) return;
  const LimitRung& limit = rung_at(ladder, rung);
  const Limit& about = *limit.limit;
  const bool dies = ends_process(limit.cause);
  QString words = QStringLiteral("<b>%1</b> = %2 · ")
                      .arg(to_qstring(name_of(limit)).toHtmlEscaped(),
                           to_qstring(format_value(about, limit.value)).toHtmlEscaped());
  QString ends = dies ? tr("there is room for %1; the next one reaches it in %2, and the process dies with %3.")
                      : tr("after %1, %2 is refused with %3.");
  words += ends.arg(to_qstring(spawnpoint::format_count(limit.threads, "thread")),
                    to_qstring(limit.call).toHtmlEscaped(), to_qstring(name_of(limit.cause)).toHtmlEscaped());
  if (!limit.room.empty()) words += QStringLiteral("<br>") + to_qstring(limit.room).toHtmlEscaped() + '.';
  if (is_exempt(ladder, rung))
    words += QStringLiteral("<br>") + tr("The program runs as root, which is exempt: it binds other users.");
  words += QStringLiteral("<br>") + to_qstring(about.words.how).toHtmlEscaped();
  words += "<br>" + tr("Set by: %1").arg(to_qstring(limit.source).toHtmlEscaped());
  words += "<br>" + tr("Raised with: %1").arg(raise_words(limit.raise));
  if (static_cast<std::size_t>(rung) + 1 < ladder.rungs.size()) {
    const LimitRung& next = ladder.rungs[static_cast<std::size_t>(rung) + 1];
    words += "<br>" + tr("If it were raised, %1 would be next, at %2.")
                          .arg(to_qstring(name_of(next)).toHtmlEscaped(),
                               to_qstring(spawnpoint::format_count(next.threads, "thread")));
  }
  detail_->setText(words);
}

std::int64_t LimitsPage::wanted() const {
  return wanted_->value();
}

QString LimitsPage::how_to_raise() const {
  const LimitLadder& ladder = view_->ladder();
  return ladder.rungs.empty() ? QString() : to_qstring(rung_at(ladder, view_->selected()).raise.text);
}

std::shared_ptr<const RunResult> LimitsPage::ended() const {
  const KnownResults results = workspace_.known(workspace_.selection().run());
  // Those of another text were made on another machine.
  if (results.of_former_text && !workspace_.document().has_errors()) return nullptr;
  for (const auto& result : {results.modeled, results.live})
    if (result && result->breaks() && !result->failure->limit.empty()) return result;
  return nullptr;
}

void LimitsPage::show_ended() {
  const auto result = ended();
  int ended = LadderPicture::kNone;
  for (int row = 0; result && row < rows_of(view_->ladder()); ++row) {
    const LimitRung& rung = rung_at(view_->ladder(), row);
    if (rung.limit->name != result->failure->limit) continue;
    // Of several levels it is the one with the value that was met.
    if (ended == LadderPicture::kNone || rung.value == result->failure->value) ended = row;
  }
  view_->set_ended(ended);
}

QString LimitsPage::ended_words(const RunResult& result) const {
  const FailurePoint& failure = *result.failure;
  QString words =
      (result.world == WorldKind::live ? tr("✕ The live run ends with %1") : tr("✕ The modeled run ends with %1"))
          .arg(to_qstring(format_failure_in_full(failure)).toHtmlEscaped());
  if (failure.job != kNoJob) words += tr(", at job %1").arg(to_qstring(format_count(failure.job + 1)));
  const Limit* limit = find_limit(failure.limit);
  const ConcurrencyModel* model = find_concurrency_model(result.concurrency);
  if (limit != nullptr && limit->of_memory && model != nullptr && model->async)
    words +=
        tr(": by the memory of its %1, which are no threads").arg(to_qstring(format_count(result.peak_tasks, "task")));
  return words + '.';
}

void LimitsPage::show_needs() {
  const QString own = to_qstring(own_threads_words(runtime_.base_threads));
  sentence_->setText(
      (wanted_->value() == 0
           ? tr("%1Threads of the runtime %2 that could be created if each limit were the only one. The shortest bar "
                "is the one that stops the program.")
           : tr("%1Threads of the runtime %2 that could be created if each limit were the only one. The shortest bar "
                "is the one that stops the program; the dashed line is what you want."))
          .arg(workspace_.age_words(), to_qstring(runtime_.name)));
  show_ended();
  const auto ended = this->ended();
  const QString end = ended ? ended_words(*ended) + QStringLiteral("<br>") : QString();
  besides_->setText((wanted_->value() == 1 ? tr("thread besides %1") : tr("threads besides %1")).arg(own));
  if (wanted_->value() == 0) {
    view_->set_wanted(0);
    answer_->setText(end + (ended ? tr("No threads are needed besides %1.").arg(own)
                                  : tr("None are needed besides %1: no limit stands in the way.").arg(own)));
    return;
  }
  const ThreadNeeds needs = thread_needs(machine_, runtime_, wanted_->value());
  const bool one = needs.threads == 1;
  view_->set_wanted(needs.threads);
  QString words = end + to_qstring(memory_words(needs)).toHtmlEscaped() + ' ';
  if (needs.raise.empty()) {
    words += one ? tr("It fits: no limit stands in its way.") : tr("They fit: no limit stands in their way.");
  } else {
    words += one ? tr("It does not fit; raise:") : tr("They do not fit; raise:");
    words += QStringLiteral("<table cellspacing='0' cellpadding='2'>");
    for (const LimitToRaise& limit : needs.raise) {
      const Limit& row = *limit.limit;
      const QString to = to_qstring(needed_value(limit));
      words += QStringLiteral(
                   "<tr><td><b>%1</b>&nbsp;&nbsp;</td><td align='right'>%2&nbsp;→&nbsp;%3&nbsp;&nbsp;</td>"
                   "<td>%4</td></tr>")
                   .arg(to_qstring(row.name).toHtmlEscaped(), to_qstring(format_value(row, limit.value)), to,
                        raise_words(limit.how));
    }
    words += QStringLiteral("</table>");
  }
  answer_->setText(words);
}

}  // namespace spawnpoint::gui
