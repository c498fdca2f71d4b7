// SPDX-License-Identifier: GPL-3.0-or-later
// Drawing: what can be written to a page or copied, at a size of its own. The views give theirs; whole figures are made
// in gui/export.
#pragma once

#include <memory>

namespace spawnpoint::gui {

class FigurePainter;

class Drawing {
 public:
  virtual ~Drawing() = default;
  virtual double width() const = 0;
  virtual double height() const = 0;
  /// Draws at the painter's origin. `pixels` > 0: onto pixels, this many per unit; 0: vectors.
  virtual void paint(FigurePainter& painter, double pixels) = 0;
};

/// A view of which there is a drawing.
class DrawingSource {
 public:
  virtual ~DrawingSource() = default;
  /// What the view shows now, without cursors. It must not outlive the view. Null: nothing is shown.
  virtual std::unique_ptr<Drawing> drawing() = 0;
};

/// A picture and an SVG of it, onto the clipboard: each program takes what it can.
void copy_drawing(Drawing& drawing);

}  // namespace spawnpoint::gui
