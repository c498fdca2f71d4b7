// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/map/map_view.hpp"

#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QResizeEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "gui/charts/chart_view.hpp"
#include "gui/time/accessible.hpp"

namespace spawnpoint::gui {

namespace {

class MapDrawing final : public Drawing {
 public:
  MapDrawing(const MapContent& content, MapValue value, const Theme& theme, const QSize& size)
      : content_(content), value_(value), theme_(theme), size_(size) {}
  double width() const override { return size_.width(); }
  double height() const override { return size_.height(); }
  void paint(FigurePainter& painter, double /*pixels*/) override {
    const QRectF where(QPointF(), size_);
    painter->fillRect(where, theme_.base);
    MapPicture(content_, value_, theme_, where.adjusted(0, 0, -8, 0)).paint(*painter);
  }

 private:
  MapContent content_;
  MapValue value_;
  Theme theme_;
  QSizeF size_;
};

}  // namespace

MapView::MapView(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  make_accessible_chart(*this, tr("Failure map"));
}

std::unique_ptr<Drawing> MapView::drawing() {
  return content_.empty() ? nullptr : std::make_unique<MapDrawing>(content_, value_, theme_, size());
}

const MapPicture& MapView::picture() const {
  // Placing the labels takes long, and the mouse asks for it at each move.
  if (!picture_ || picture_size_ != size()) {
    picture_size_ = size();
    ++layouts_;
    picture_.emplace(content_, value_, theme_, QRectF(rect()).adjusted(0, 0, -8, 0));
  }
  return *picture_;
}

void MapView::change_picture() {
  picture_.reset();
  make_room_for_names();
  mark_under_pointer();
  update();
}

void MapView::make_room_for_names() {
  // A page that nobody looks at is not laid out.
  if (content_.empty() || !isVisible()) return;
  // It does not shrink again: that would move the map under the pointer while points come in.
  const int wanted = static_cast<int>(std::ceil(picture().height_for_names()));
  if (wanted <= least_height_) return;
  least_height_ = wanted;
  updateGeometry();
}

void MapView::mark_under_pointer() {
  if (pointer_) mark(content_.empty() ? std::nullopt : picture().nearest(mapFromGlobal(*pointer_)));
}

void MapView::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  make_room_for_names();
}

void MapView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  make_room_for_names();
  mark_under_pointer();
}

void MapView::set_content(MapContent content) {
  // The marked item keeps its mark while points come in around it.
  std::optional<MapPlace> kept;
  if (const MapItem* item = marked()) {
    for (std::size_t line = 0; line < content.lines.size() && !kept; ++line) {
      const auto& items = content.lines[line].items;
      const auto same = std::ranges::find_if(items, [&](const MapItem& other) {
        return other.run == item->run && other.kind == item->kind && other.order == item->order &&
               content.lines[line].name == content_.lines[marked_->line].name;
      });
      if (same != items.end()) kept = MapPlace{line, static_cast<std::size_t>(same - items.begin())};
    }
  }
  content_ = std::move(content);
  marked_ = kept;
  describe();
  change_picture();
  emit marked_changed();
}

void MapView::set_value(MapValue value) {
  if (value == value_) return;
  value_ = value;
  describe();
  change_picture();
  emit value_changed();
}

void MapView::set_theme(const Theme& theme) {
  theme_ = theme;
  change_picture();
}

void MapView::set_empty_text(const QString& text) {
  empty_text_ = text;
  describe();
  update();
}

const MapItem* MapView::marked() const {
  if (!marked_ || marked_->line >= content_.lines.size()) return nullptr;
  const auto& items = content_.lines[marked_->line].items;
  return marked_->item < items.size() ? &items[marked_->item] : nullptr;
}

void MapView::mark(const std::optional<MapPlace>& place) {
  if (place == marked_) return;
  marked_ = place;
  setCursor(marked_ ? Qt::PointingHandCursor : Qt::ArrowCursor);
  update();
  emit marked_changed();
}

void MapView::describe() {
  QStringList words;
  for (const MapLine& line : content_.lines) {
    if (line.items.empty()) continue;
    words += line.end.isEmpty() ? tr("%1: does not fail").arg(line.name) : tr("%1: %2").arg(line.name, line.end);
  }
  set_accessible_text(*this, words.isEmpty() ? empty_text_ : words.join(QStringLiteral(". ")));
}

void MapView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme_.base);
  if (content_.empty()) {
    painter.setPen(theme_.muted);
    painter.setFont(theme_.font(13));
    painter.drawText(rect().adjusted(40, 20, -40, -20), Qt::AlignCenter | Qt::TextWordWrap, empty_text_);
  } else {
    picture().paint(painter, marked_);
  }
  if (hasFocus()) {
    painter.setPen(QPen(theme_.accent, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
  }
}

void MapView::mouseMoveEvent(QMouseEvent* event) {
  pointer_ = event->globalPosition().toPoint();
  mark_under_pointer();
}

void MapView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  pointer_ = event->globalPosition().toPoint();
  mark_under_pointer();
  open_marked();
}

void MapView::open_marked() {
  const MapItem* item = marked();
  if (item == nullptr) return;
  const MapItem chosen = *item;  // A listener may change the content.
  emit opened(chosen);
}

void MapView::leaveEvent(QEvent*) {
  // Under its menu the point stays.
  if (QApplication::activePopupWidget() != nullptr) return;
  pointer_.reset();
  if (!hasFocus()) mark(std::nullopt);
}

void MapView::step(int along, int across) {
  pointer_.reset();
  std::vector<std::size_t> lines;
  for (std::size_t line = 0; line < content_.lines.size(); ++line) {
    if (!content_.lines[line].items.empty()) lines.push_back(line);
  }
  if (lines.empty()) return;
  if (!marked()) return mark(MapPlace{lines.front(), 0});
  MapPlace place = *marked_;
  if (along != 0) {
    const auto last = static_cast<std::ptrdiff_t>(content_.lines[place.line].items.size()) - 1;
    place.item =
        static_cast<std::size_t>(std::clamp(static_cast<std::ptrdiff_t>(place.item) + along, std::ptrdiff_t{0}, last));
  }
  if (across != 0) {
    const double order = marked()->order;
    const auto at = std::ranges::find(lines, place.line) - lines.begin();
    const auto next = std::clamp(at + across, std::ptrdiff_t{0}, static_cast<std::ptrdiff_t>(lines.size()) - 1);
    place.line = lines[static_cast<std::size_t>(next)];
    // To the item of the other line that is nearest along the axis.
    const auto& items = content_.lines[place.line].items;
    const auto near =
        std::ranges::min_element(items, {}, [&](const MapItem& item) { return std::abs(item.order - order); });
    place.item = static_cast<std::size_t>(near - items.begin());
  }
  mark(place);
}

void MapView::keyPressEvent(QKeyEvent* event) {
  if (event->modifiers() != Qt::NoModifier && event->modifiers() != Qt::KeypadModifier) {
    QWidget::keyPressEvent(event);
    return;
  }
  constexpr int kAll = 1 << 24;
  switch (event->key()) {
    case Qt::Key_Left:
      return step(-1, 0);
    case Qt::Key_Right:
      return step(+1, 0);
    case Qt::Key_Up:
      return step(0, -1);
    case Qt::Key_Down:
      return step(0, +1);
    case Qt::Key_Home:
      return step(-kAll, 0);
    case Qt::Key_End:
      return step(+kAll, 0);
    case Qt::Key_M:
      return set_value(value_ == MapValue::time ? MapValue::memory : MapValue::time);
    case Qt::Key_Return:
    case Qt::Key_Enter:
      return open_marked();
    case Qt::Key_Escape:
      pointer_.reset();
      if (marked_) return mark(std::nullopt);
      break;
    default:
      break;
  }
  QWidget::keyPressEvent(event);
}

bool MapView::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto place = picture().nearest(help->pos()))
      QToolTip::showText(help->globalPos(), content_.lines[place->line].items[place->item].words, this);
    else
      QToolTip::hideText();
    return true;
  }
  return QWidget::event(event);
}

}  // namespace spawnpoint::gui
