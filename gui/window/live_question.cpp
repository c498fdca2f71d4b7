// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/live_question.hpp"

#include <QMessageBox>
#include <QPushButton>
#include <algorithm>

#include "gui/text/to_qstring.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

QString time_words(const LiveEstimate& estimate) {
  const QString words = to_qstring(spawnpoint::format_duration(estimate.wall));
  return estimate.wall_is_least ? QObject::tr("at least %1").arg(words) : words;
}

QString headline(const LiveEstimate& estimate) {
  if (estimate.over_cap)
    return QObject::tr(
        "<b>Running live wants more than half of what is free on this machine, the most that a run may take.</b>");
  if (is_long(estimate)) return QObject::tr("<b>Running live will take %1.</b>").arg(time_words(estimate));
  return QObject::tr("<b>Running live will take a good part of this machine.</b>");
}

}  // namespace

QString live_words(const LiveEstimate& estimate) {
  const auto count = [](std::int64_t n) { return to_qstring(spawnpoint::format_count(n)); };
  const auto bytes = [](Bytes b) { return to_qstring(spawnpoint::format_bytes(b)); };
  const QString fails =
      estimate.failure.empty()
          ? QString()
          : QStringLiteral("<p>%1</p>")
                .arg(QObject::tr("In the model it fails before: %1.").arg(to_qstring(estimate.failure)));
  return QStringLiteral(
             "<table cellpadding='4'>"
             "<tr><td></td><td align='right'><b>%1</b></td><td align='right'><b>%2</b></td></tr>"
             "<tr><td>%3</td><td align='right'>%4</td><td align='right'>%5</td></tr>"
             "<tr><td>%6</td><td align='right'>%7</td><td align='right'>%8</td></tr>"
             "<tr><td>%9</td><td align='right'>%10</td><td></td></tr></table>")
             .arg(QObject::tr("for all jobs"), QObject::tr("cap: half of what is free"),
                  QObject::tr("Threads besides main"), count(estimate.threads),
                  count(std::max<std::int64_t>(0, estimate.thread_cap - 1)),
                  QObject::tr("Memory, the kernel's included"),
                  bytes(estimate.memory.resident + estimate.memory.kernel), bytes(estimate.memory_cap),
                  QObject::tr("Time"), time_words(estimate)) +
         fails;
}

LiveAnswer ask_before_live(QWidget* parent, const LiveEstimate& estimate) {
  QMessageBox box(parent);
  box.setIcon(QMessageBox::Warning);
  box.setWindowTitle(QObject::tr("Run live?"));
  box.setText(headline(estimate));
  box.setInformativeText(live_words(estimate));
  const auto* capped =
      box.addButton(estimate.over_cap ? QObject::tr("Run up to the cap") : QObject::tr("Run"), QMessageBox::AcceptRole);
  const QPushButton* uncapped =
      estimate.over_cap ? box.addButton(QObject::tr("Run without a cap"), QMessageBox::DestructiveRole) : nullptr;
  QPushButton* cancel = box.addButton(QMessageBox::Cancel);
  box.setDefaultButton(cancel);
  box.exec();
  if (box.clickedButton() == capped) return LiveAnswer::run;
  if (uncapped && box.clickedButton() == uncapped) return LiveAnswer::run_uncapped;
  return LiveAnswer::cancel;
}

}  // namespace spawnpoint::gui
