// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/map/map_page.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QShowEvent>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/page/veil.hpp"
#include "gui/text/to_qstring.hpp"
#include "models/lab/sweep/sweep_text.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {

MapPage::MapPage(Workspace& workspace, QWidget* parent)
    : Page(parent),
      workspace_(workspace),
      document_(workspace.document()),
      map_(workspace.failure_map()),
      title_(new QLabel(this)),
      state_(new QLabel(this)),
      value_(new QComboBox(this)),
      act_(new QPushButton(this)),
      progress_(new QProgressBar(this)),
      view_(new MapView(this)),
      detail_(new QLabel(this)) {
  setFocusProxy(view_);
  name_parts();
  lay_out();
  for (QWidget* dimmed : {static_cast<QWidget*>(view_), static_cast<QWidget*>(detail_)})
    veils_.push_back(new Veil(dimmed));
  make_connections();
  refresh();
}

void MapPage::name_parts() {
  QFont large = title_->font();
  large.setPointSizeF(large.pointSizeF() * 1.3);
  large.setBold(true);
  title_->setFont(large);
  title_->setWordWrap(true);
  title_->setAccessibleName(tr("Where each concurrency model breaks"));
  state_->setWordWrap(true);
  state_->setAccessibleName(tr("What the map shows"));
  value_->addItem(tr("completion time"));
  value_->addItem(tr("memory"));
  value_->setToolTip(tr("Time until all jobs are done, or memory at its peak: resident and the kernel's (M)"));
  act_->setObjectName("map_act");
  progress_->setAccessibleName(tr("Progress of the map"));
  progress_->setRange(0, 1000);
  progress_->setMinimumWidth(60);
  progress_->setMaximumWidth(240);
  progress_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  detail_->setObjectName("map_detail");
  detail_->setWordWrap(true);
  detail_->setFrameShape(QFrame::StyledPanel);
  detail_->setMargin(8);
  detail_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  detail_->setAccessibleName(tr("The chosen point"));
  detail_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  detail_->installEventFilter(this);
}

void MapPage::lay_out() {
  auto* bar = new QHBoxLayout;
  bar->addWidget(value_);
  bar->addWidget(act_);
  bar->addWidget(progress_, 1000);
  bar->addStretch(1);
  // All of it moves together where there is little room.
  auto* inside = new QWidget;
  auto* column = new QVBoxLayout(inside);
  column->setContentsMargins(18, 14, 18, 14);
  column->setSpacing(8);
  column->addWidget(title_);
  column->addWidget(state_);
  column->addLayout(bar);
  column->addWidget(view_, 1);
  column->addWidget(detail_);
  auto* scroll = new QScrollArea(this);
  scroll->setWidget(inside);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);  // The map has the keys.
  auto* whole = new QVBoxLayout(this);
  whole->setContentsMargins(0, 0, 0, 0);
  whole->addWidget(scroll);
}

void MapPage::make_connections() {
  connect(value_, &QComboBox::currentIndexChanged, this,
          [this](int index) { view_->set_value(index == 1 ? MapValue::memory : MapValue::time); });
  connect(view_, &MapView::value_changed, this, [this] {
    const QSignalBlocker quiet(value_);
    value_->setCurrentIndex(view_->value() == MapValue::memory ? 1 : 0);
  });
  connect(view_, &MapView::marked_changed, this, &MapPage::show_marked);
  connect(view_, &MapView::opened, this, [this](const MapItem& item) { map_.open_run(item.settings, item.run); });
  connect(act_, &QPushButton::clicked, &map_, &FailureMap::stop_or_go_on);
  connect(&map_, &FailureMap::changed, this, &MapPage::refresh);
  connect(&map_, &FailureMap::state_changed, this, &MapPage::show_state);
}

void MapPage::set_theme(const Theme& theme) {
  view_->set_theme(theme);
}

void MapPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  map_.look(true);
}

void MapPage::hideEvent(QHideEvent* event) {
  QWidget::hideEvent(event);
  map_.look(false);
}

bool MapPage::eventFilter(QObject* watched, QEvent* event) {
  if (watched == detail_ && event->type() == QEvent::Resize) make_room_for_words();
  return Page::eventFilter(watched, event);
}

std::shared_ptr<const MapResult> MapPage::snapshot() const {
  const auto result = map_.sweep().result();
  if (!result || view_->content().empty()) return nullptr;
  return std::make_shared<const MapResult>(*result);
}

void MapPage::refresh() {
  const auto result = map_.sweep().result();
  view_->set_content(result ? map_content(*result) : MapContent{});
  const QString& along = view_->content().x.title;
  make_room_for_words();
  value_->setAccessibleName(along.isEmpty() ? tr("What is drawn") : tr("What is drawn against %1").arg(along));
  show_state();
  emit changed();
}

void MapPage::show_state() {
  const auto result = map_.sweep().result();
  const bool running = map_.sweep().is_running();
  const bool ready = document_.scenario() && !document_.scenario_is_old();
  act_->setText(running ? tr("Stop") : result && !result->complete ? tr("Continue") : tr("Compute the map"));
  act_->setAccessibleName(act_->text());
  act_->setVisible(running ||
                   (ready && !map_.is_held() && (!result || !result->complete) && map_.sweep().error().isEmpty()));
  value_->setVisible(!view_->content().empty());
  detail_->setVisible(!view_->content().empty());
  progress_->setVisible(running);
  show_progress();
  // Words in place of a map are of the present text.
  const bool is_old = !view_->content().empty() && !workspace_.age_words().isEmpty();
  for (Veil* veil : veils_) veil->setVisible(is_old);

  if (!document_.is_open()) {
    title_->setText(tr("Open a scenario to see where each concurrency model breaks."));
    state_->clear();
    view_->set_empty_text(tr("No scenario is open."));
    return;
  }
  if (!document_.scenario()) {
    title_->setText(tr("Where does each concurrency model break?"));
    state_->clear();
    view_->set_empty_text(document_.has_errors()
                              ? tr("The scenario has errors. The File panel shows them at their lines.")
                              : tr("Reading the scenario …"));
    return;
  }
  // Until the plan is there, the scenario's own machine.
  const Scenario& scenario = *document_.scenario();
  const std::string on = result                  ? machines(result->plan)
                         : scenario.host_machine ? tr("this machine").toStdString()
                                                 : scenario.machine.name;
  title_->setText(tr("Where does each concurrency model break, on %1?").arg(to_qstring(on)));
  if (!map_.sweep().error().isEmpty()) {
    state_->clear();
    view_->set_empty_text(workspace_.age_words() + tr("There is no map: %1").arg(map_.sweep().error()));
    return;
  }
  view_->set_empty_text(why_empty());
  state_->setText(workspace_.age_words() + (result ? result_words(*result) : plan_words()));
}

void MapPage::show_progress() {
  if (!map_.sweep().is_running()) return;
  const SweepProgress& now = map_.sweep().progress();
  progress_->setValue(static_cast<int>(now.fraction * 1000));
  progress_->setFormat(
      now.fraction >= 1 ? tr("looking for the exact numbers")
      : now.left
          ? tr("%p%, %1 left").arg(to_qstring(format_duration(std::chrono::ceil<std::chrono::seconds>(*now.left))))
          : tr("%p%"));
  progress_->setToolTip(progress_->text());  // It may be too narrow for it.
}

QString MapPage::why_empty() const {
  if (map_.is_held()) return tr("The map waits until the live run is over: it would take cores away from it.");
  if (map_.sweep().is_running()) return tr("Computing on all cores …");
  if (document_.has_errors() || document_.scenario_is_old())
    return tr("The text has changed; the map is computed again once it has no errors.");
  return tr("Not computed yet.");
}

QString MapPage::plan_words() const {
  return document_.scenario()->sweep ? tr("Every run of the scenario is modeled at every point of its [sweep].")
                                     : tr("The scenario has no [sweep]: all concurrency models, with %1.")
                                           .arg(to_qstring(SweepPlan::default_words()));
}

/// What the marks of the map mean.
QString MapPage::marks_words(const MapResult& result) const {
  const MapContent& content = view_->content();
  const bool done = result.complete && content.not_computed == 0;
  if (done && content.nothing_fails) return tr(" Nothing fails.");
  if (done && content.everything_fails) return tr(" Every point fails: a ✕ marks where each line would begin.");
  if (content.x.unit == MapAxis::Unit::names) return tr(" A ✕ in the row “fails” marks what fails.");
  QString words = content.any_line_begins && content.any_line_ends ? tr(" A ✕ marks where a line begins or ends")
                  : content.any_line_begins                        ? tr(" A ✕ marks where a line begins")
                                                                   : tr(" A ✕ marks where a line ends");
  if (!result.edges.empty() && !map_.sweep().is_running())
    // The other replications may break elsewhere.
    words += result.plan.repeat() > 1
                 ? tr(", at the exact number that breaks the first of %1 replications").arg(result.plan.repeat())
                 : tr(", at the exact number that breaks it");
  const bool has_row = std::ranges::any_of(content.lines, [&](const MapLine& line) {
    return std::ranges::any_of(line.items, [&](const MapItem& item) { return is_in_failing_row(content, item); });
  });
  return words + (has_row ? tr("; what fails before it is in the row “fails”.") : tr("."));
}

QString MapPage::result_words(const MapResult& result) const {
  const SweepPlan& plan = result.plan;
  const MapContent& content = view_->content();
  QString words = plan.is_default()
                      ? tr("The scenario has no [sweep], so this is the default one: all concurrency models, with %1.")
                            .arg(to_qstring(SweepPlan::default_words()))
                      : tr("The scenario's own [sweep]: %1 of %2.")
                            .arg(to_qstring(format_count(static_cast<std::int64_t>(plan.points()), "point")),
                                 to_qstring(format_count(static_cast<std::int64_t>(plan.runs()), "run")));
  words += tr(" All are modeled.") + marks_words(result);
  if (plan.repeat() > 1)
    words +=
        tr(" A bar is the 95% confidence interval of %1.").arg(to_qstring(format_count(plan.repeat(), "replication")));
  if (std::ranges::any_of(content.lines, [](const MapLine& line) { return line.style >= kMapColors; }))
    words += tr(" Colours begin again after %1 lines: the marks on the lines tell those apart.").arg(kMapColors);
  words += tr(" Click a point to open that run.");
  if (!map_.sweep().is_running() && !result.complete) {
    const auto there = std::ranges::count_if(result.cells, [](const auto& cell) { return cell.has_value(); });
    words += map_.is_held() ? tr(" It waits for the live run: ") : tr(" Stopped: ");
    words += tr("%1 of %2 done.")
                 .arg(to_qstring(format_count(there)),
                      to_qstring(format_count(static_cast<std::int64_t>(result.cells.size()), "point")));
  }
  if (content.not_computed > 0) {
    words +=
        tr(" Not computed: %1 (%2).").arg(to_qstring(format_count(content.not_computed, "point")), content.why_not);
  }
  return words;
}

void MapPage::make_room_for_words() {
  constexpr int kLines = 5;  // Of a point's words, where none is wrapped.
  // The tallest is among the longest.
  constexpr std::size_t kMeasured = 50;
  const QString shown = detail_->text();
  std::vector<QStringView> all{shown};
  for (const MapLine& line : view_->content().lines)
    for (const MapItem& item : line.items) all.emplace_back(item.words);
  const auto measured = all.begin() + static_cast<std::ptrdiff_t>(std::min(kMeasured, all.size()));
  std::ranges::partial_sort(all, measured, std::ranges::greater(), &QStringView::size);
  const QFontMetrics metrics = detail_->fontMetrics();
  const int around = 2 * (detail_->margin() + detail_->frameWidth());
  const QRect room(0, 0, std::max(1, detail_->width() - around), QWIDGETSIZE_MAX);
  int height = kLines * metrics.lineSpacing();
  for (auto words = all.begin(); words != measured; ++words)
    height = std::max(height, metrics.boundingRect(room, Qt::TextWordWrap, words->toString()).height());
  detail_->setFixedHeight(height + around);
}

void MapPage::show_marked() {
  const MapItem* item = view_->marked();
  detail_->setText(item != nullptr
                       ? item->words
                       : tr("Point at the map, or walk through it with the arrow keys: the result of each "
                            "point is shown here.\nEnter or a click opens its run. M changes between time and "
                            "memory."));
}

}  // namespace spawnpoint::gui
