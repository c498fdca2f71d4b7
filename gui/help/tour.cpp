// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/help/tour.hpp"

#include <QFrame>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

namespace spawnpoint::gui {
namespace {
constexpr int kCardWidth = 340;
constexpr int kGap = 12;
}  // namespace

Tour::Tour(std::vector<TourStep> steps, const Theme& theme, QWidget* parent)
    : QWidget(parent),
      steps_(std::move(steps)),
      shade_(theme.shade),
      card_(new QFrame(this)),
      title_(new QLabel(card_)),
      words_(new QLabel(card_)),
      count_(new QLabel(card_)),
      back_(new QPushButton(tr("Back"), card_)),
      next_(new QPushButton(card_)) {
  setObjectName("tour");
  setAccessibleName(tr("Tour"));
  setFocusPolicy(Qt::StrongFocus);
  card_->setFrameShape(QFrame::StyledPanel);
  card_->setAutoFillBackground(true);
  card_->setFixedWidth(kCardWidth);
  QFont bold = title_->font();
  bold.setBold(true);
  bold.setPointSizeF(bold.pointSizeF() * 1.15);
  title_->setFont(bold);
  title_->setWordWrap(true);
  words_->setWordWrap(true);
  count_->setForegroundRole(QPalette::PlaceholderText);
  auto* skip = new QPushButton(tr("End"), card_);
  skip->setAccessibleName(tr("End the tour"));
  next_->setDefault(true);
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(count_, 1);
  buttons->addWidget(skip);
  buttons->addWidget(back_);
  buttons->addWidget(next_);
  auto* column = new QVBoxLayout(card_);
  column->setContentsMargins(14, 12, 14, 12);
  column->setSpacing(8);
  column->addWidget(title_);
  column->addWidget(words_);
  column->addLayout(buttons);
  connect(skip, &QPushButton::clicked, this, &Tour::end);
  connect(back_, &QPushButton::clicked, this, [this] {
    if (step_ > 0) go_to(step_ - 1);
  });
  connect(next_, &QPushButton::clicked, this, &Tour::next);
  parent->installEventFilter(this);
  // A button would take the arrows for going to its neighbour.
  for (QPushButton* button : {skip, back_, next_}) button->installEventFilter(this);
  setGeometry(parent->rect());
  show();
  raise();
  go_to(0);
}

void Tour::go_to(std::size_t step) {
  if (steps_.empty()) return end();
  step_ = std::min(step, steps_.size() - 1);
  const TourStep& now = steps_[step_];
  shown_ = now.show ? now.show() : nullptr;
  title_->setText(now.title);
  words_->setText(now.words);
  words_->setAccessibleName(now.title + ". " + now.words);
  count_->setText(tr("%1 of %2").arg(step_ + 1).arg(steps_.size()));
  back_->setEnabled(step_ > 0);
  next_->setText(step_ + 1 < steps_.size() ? tr("Next") : tr("Done"));
  raise();
  next_->setFocus();
  place();
  // What was just brought up has its place only once it has been laid out.
  QTimer::singleShot(0, this, &Tour::place);
}

void Tour::next() {
  step_ + 1 < steps_.size() ? go_to(step_ + 1) : end();
}

void Tour::end() {
  hide();
  emit ended();
  deleteLater();
}

QRect Tour::target() const {
  if (!shown_ || !shown_->isVisible()) return {};
  return QRect(mapFromGlobal(shown_->mapToGlobal(QPoint(0, 0))), shown_->size()).intersected(rect());
}

void Tour::place() {
  card_->adjustSize();
  const QSize size(kCardWidth, card_->heightForWidth(kCardWidth) > 0 ? card_->heightForWidth(kCardWidth)
                                                                     : card_->sizeHint().height());
  card_->resize(size);
  const QRect bright = target();
  const QRect room = rect().adjusted(kGap, kGap, -kGap, -kGap);
  QPoint at = room.center() - QPoint(size.width() / 2, size.height() / 2);
  if (!bright.isEmpty()) {
    // Right of it, left of it, below, above: wherever there is room; else in its corner, which hides the least of it.
    const QPoint places[] = {{bright.right() + kGap, bright.top()},
                             {bright.left() - kGap - size.width(), bright.top()},
                             {bright.left(), bright.bottom() + kGap},
                             {bright.left(), bright.top() - kGap - size.height()}};
    at = bright.bottomRight() - QPoint(size.width() + kGap, size.height() + kGap);
    for (const QPoint& place : places) {
      if (room.contains(QRect(place, size))) {
        at = place;
        break;
      }
    }
  }
  at.setX(std::clamp(at.x(), room.left(), std::max(room.left(), room.right() - size.width())));
  at.setY(std::clamp(at.y(), room.top(), std::max(room.top(), room.bottom() - size.height())));
  card_->move(at);
  update();
}

void Tour::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  QPainterPath dark;
  dark.addRect(rect());
  const QRect bright = target();
  if (!bright.isEmpty()) dark.addRect(bright);  // Odd-even: what is added twice is left out.
  painter.fillPath(dark, shade_);
  if (!bright.isEmpty()) {
    painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
    painter.drawRect(bright.adjusted(1, 1, -1, -1));
  }
}

void Tour::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Escape:
      return end();
    case Qt::Key_Right:
    case Qt::Key_Return:
    case Qt::Key_Enter:
      return next();
    case Qt::Key_Left:
      if (step_ > 0) go_to(step_ - 1);
      return;
    default:
      QWidget::keyPressEvent(event);
  }
}

void Tour::mousePressEvent(QMouseEvent* event) {
  event->accept();  // What lies below is to be looked at, not clicked.
}

bool Tour::eventFilter(QObject* watched, QEvent* event) {
  if (watched == parentWidget() && event->type() == QEvent::Resize) {
    setGeometry(parentWidget()->rect());
    place();
  }
  if (event->type() == QEvent::KeyPress && watched != parentWidget()) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Left || key == Qt::Key_Right) {
      keyPressEvent(static_cast<QKeyEvent*>(event));
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace spawnpoint::gui
