// SPDX-License-Identifier: GPL-3.0-or-later
// MapView: the failure map as a widget: points under the mouse or the arrow keys are described, a click or Enter opens
// them.
#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "gui/charts/drawing.hpp"
#include "gui/map/map_picture.hpp"

namespace spawnpoint::gui {

class MapView : public QWidget, public DrawingSource {
  Q_OBJECT

 public:
  explicit MapView(QWidget* parent = nullptr);

  void set_content(MapContent content);
  const MapContent& content() const { return content_; }
  void set_value(MapValue value);
  MapValue value() const { return value_; }
  void set_theme(const Theme& theme);
  /// What is written where there is nothing to draw.
  void set_empty_text(const QString& text);

  /// The item that is marked; null: none.
  const MapItem* marked() const;
  /// As a click on it does.
  void open_marked();
  /// Where an item is, in the widget.
  QPointF position(const MapPlace& place) const { return picture().at(place); }
  /// What is drawn, laid out once for as long as nothing of it changes.
  const MapPicture& picture() const;
  /// How often it was laid out.
  int layouts() const { return layouts_; }

  std::unique_ptr<Drawing> drawing() override;

  QSize sizeHint() const override { return {800, 360}; }
  QSize minimumSizeHint() const override { return {280, least_height_}; }

 signals:
  void marked_changed();
  void opened(const spawnpoint::gui::MapItem& item);
  /// By the key M.
  void value_changed();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool event(QEvent* event) override;

 private:
  static constexpr int kLeastHeight = 330;

  /// It is to be laid out and drawn anew.
  void change_picture();
  void mark(const std::optional<MapPlace>& place);
  /// What is under the pointer now, as a click and the tooltip have it.
  void mark_under_pointer();
  /// As high as all lines' names need it.
  void make_room_for_names();
  void step(int along, int across);
  void describe();

  MapContent content_;
  MapValue value_ = MapValue::time;
  Theme theme_ = make_theme(ThemeKind::light);
  QString empty_text_;
  std::optional<MapPlace> marked_;
  std::optional<QPoint> pointer_;  ///< On the screen, where it has marked something.
  int least_height_ = kLeastHeight;
  mutable std::optional<MapPicture> picture_;  ///< Empty: not laid out. Of the members above,
  mutable int layouts_ = 0;
  mutable QSize picture_size_;  ///< at this size.
};

}  // namespace spawnpoint::gui
