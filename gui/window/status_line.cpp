// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/status_line.hpp"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QTextDocument>
#include <QToolButton>
#include <cmath>

#include "gui/page/eliding_label.hpp"
#include "gui/text/keys.hpp"
#include "gui/text/to_qstring.hpp"
#include "gui/theme/theme.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
StatusLine::StatusLine(QWidget* parent)
    : QWidget(parent), words_(new ElidingLabel(this)), bar_(new QProgressBar(this)), stop_(new QToolButton(this)) {
  words_->setAccessibleName(tr("State of the run"));
  bar_->setAccessibleName(tr("Progress"));
  bar_->setRange(0, 1000);
  bar_->setTextVisible(false);
  bar_->setFixedWidth(180);
  stop_->setText(tr("Stop  %1").arg(keys::kStop));
  stop_->setAccessibleName(tr("Stop the run"));
  connect(stop_, &QToolButton::clicked, this, &StatusLine::stop_wanted);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(6, 0, 6, 0);
  row->addWidget(words_, 1);
  row->addWidget(bar_);
  row->addWidget(stop_);
  // As high without bar and button as with: else all that is above would be laid out and drawn again with each run.
  setMinimumHeight(row->sizeHint().height());
  bar_->hide();
  stop_->hide();
}

QString StatusLine::words() const {
  return words_->text();
}

void StatusLine::set_text(const QString& words) {
  words_->setText(words);
  // A run may be called anything, such as "<b>".
  words_->setToolTip(Qt::mightBeRichText(words) ? Qt::convertFromPlainText(words)
                                                : words);  // On a small screen its end is cut off.
}

void StatusLine::show_words(const QString& words) {
  set_text(words);
  bar_->hide();
  stop_->hide();
}

void StatusLine::show_run(const Runs& runs, const QString& name) {
  const auto key = runs.current();
  if (!key) return;
  const Progress& progress = runs.progress();
  const auto part = runs.fraction();
  QStringList parts;
  if (!name.isEmpty()) parts << name;
  parts << world_name(key->world);
  if (part) parts.last() += QStringLiteral(" %1%").arg(static_cast<int>(std::floor(*part * 100)));
  const bool has_begun = progress.completed > 0 || progress.now > Duration::zero();
  if (has_begun) {
    parts << tr("%1 of %2 done")
                 .arg(to_qstring(spawnpoint::format_count(progress.completed)),
                      to_qstring(spawnpoint::format_count(progress.jobs, "job")));
    if (progress.threads > 0) parts << to_qstring(spawnpoint::format_threads(progress.threads));
    if (progress.resident.count > 0) parts << to_qstring(spawnpoint::format_jobs_memory(progress.resident));
    parts << to_qstring(spawnpoint::format_duration(progress.now));
  } else {
    parts << tr("getting %1 ready").arg(to_qstring(spawnpoint::format_count(progress.jobs, "job")));
  }
  if (progress.over) parts << tr("over: reading its record");
  if (runs.is_behind_model()) parts << tr("longer than the model");
  if (const auto left = runs.time_left()) {
    // To a tenth of a second: more would only flicker.
    const auto tenths = std::chrono::round<std::chrono::duration<std::int64_t, std::deci>>(*left);
    parts << tr("%1 left").arg(to_qstring(spawnpoint::format_duration(tenths)));
  }
  set_text(parts.join(QStringLiteral(" · ")));
  bar_->setRange(0, part ? 1000 : 0);  // No range: it only shows that something is running.
  if (part) bar_->setValue(static_cast<int>(*part * 1000));
  bar_->show();
  stop_->show();
}

}  // namespace spawnpoint::gui
