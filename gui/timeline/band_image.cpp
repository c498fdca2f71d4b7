// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/timeline/band_image.hpp"

#include <QImage>
#include <algorithm>
#include <array>
#include <cstddef>
#include <future>
#include <vector>

#include "gui/background/beside.hpp"
#include "gui/timeline/bands.hpp"
#include "gui/timeline/vector_registers.hpp"

namespace spawnpoint::gui {
namespace {

/// Which of the pixels of column x are on a hatch's lines: bit y % kHatchSpacing for the one at height y.
unsigned hatch_mask(Hatch hatch, int x) {
  static_assert(kHatchSpacing == 4);
  switch (hatch) {
    case Hatch::none:
      return 0;
    case Hatch::diagonal:
      return 1U << ((4 - x % 4) % 4);
    case Hatch::horizontal:
      return 1U;
    case Hatch::vertical:
      return x % 4 == 0 ? 0xFU : 0;
  }
  return 0;
}

/// Draws bands onto an image; several may draw other bands onto the same one at once.
class ImagePlot {
 public:
  ImagePlot(const TimelineScene& scene, QImage& image)
      : scene_(scene),
        image_height_(image.height()),
        stride_(image.bytesPerLine() / 4),
        pixels_(reinterpret_cast<QRgb*>(image.bits())) {
    for (std::size_t k = 0; k < kStackedStates; ++k) {
      const StateStyle& style = scene.theme.style(kStacked[k]);
      full_[k] = style.color.rgb();
      hollow_[k] = style.hollow.rgb();
      hatch_[k] = style.hatch_color(scene.world).rgb();
      hatches_[k] = style.hatch;
    }
  }

  void draw(const CellGrid& grid, std::size_t band, const Band& place) {
    const int columns = static_cast<int>(grid.columns);
    stacks_.resize(grid.columns);
    for (int x = 0; x < columns; ++x)
      stacks_[static_cast<std::size_t>(x)] = stack_of(grid, band, static_cast<std::size_t>(x), place.height);
    const int bottom = place.top + place.height;
    const int lowest = std::clamp(bottom - image_height_, 0, place.height);
    const int highest = std::clamp(bottom, 0, place.height);
    const bool live = scene_.world == WorldKind::live;
    // Where bands touch, what continues in the next one has no outline between.
    const bool gathers = scene_.layout.gathers();
    for (std::size_t k = 0; k < kStackedStates; ++k) {
      for (int x = 0; x < columns; ++x) {
        const Stack& stack = stacks_[static_cast<std::size_t>(x)];
        const int from = std::max(stack[k], lowest);
        const int to = std::min(stack[k + 1], highest);
        if (from >= to) continue;
        QRgb* pixel = pixels_ + (bottom - 1 - from) * stride_ + x;
        const unsigned hatch = hatch_mask(hatches_[k], x);
        // Pixel y of a bar is bottom - y in the picture, where hatches of neighbours meet.
        const auto on_hatch = [&](int y) { return (hatch >> (static_cast<unsigned>(bottom - y) % 4) & 1U) != 0; };
        const auto paint = [&](int first, int last, QRgb line, QRgb ground) {
          for (int y = first; y < last; ++y, pixel -= stride_) *pixel = on_hatch(y) ? line : ground;
        };
        if (live) {
          paint(from, to, hatch_[k], full_[k]);
          continue;
        }
        // What is inside has the same state on all sides; around it goes a dashed line.
        int inner = stack[k] + (gathers && stack[k] == 0 ? 0 : 1);
        int outer = stack[k + 1] - (gathers && stack[k + 1] == place.height ? 0 : 1);
        for (const int beside : {x - 1, x + 1}) {
          if (beside < 0 || beside >= columns) continue;
          const Stack& other = stacks_[static_cast<std::size_t>(beside)];
          inner = std::max(inner, other[k]);
          outer = std::min(outer, other[k + 1]);
        }
        inner = std::clamp(inner, from, to);
        outer = std::clamp(outer, inner, to);
        const auto dashes = [&](int first, int last) {
          for (int y = first; y < last; ++y, pixel -= stride_)
            *pixel = (x + y) % 6 < 4 || on_hatch(y) ? full_[k] : hollow_[k];
        };
        dashes(from, inner);
        paint(inner, outer, full_[k], hollow_[k]);
        dashes(outer, to);
      }
    }
  }

 private:
  const TimelineScene& scene_;
  int image_height_;
  std::ptrdiff_t stride_;  // in pixels
  QRgb* pixels_;
  std::array<QRgb, kStackedStates> full_{};
  std::array<QRgb, kStackedStates> hollow_{};
  std::array<QRgb, kStackedStates> hatch_{};
  std::array<Hatch, kStackedStates> hatches_{};
  std::vector<Stack> stacks_;
};

}  // namespace

void draw_bands(const TimelineScene& scene, const CellQuery& query, CellGrid& grid, QImage& image) {
  constexpr std::size_t kMany = 100'000;
  const std::size_t per_band = scene.layout.rows_per_band();
  const std::size_t first = scene.layout.first_row();
  ImagePlot plot(scene, image);
  const auto draw = [&](ImagePlot& on, std::size_t begin, std::size_t end) {
    free_upper_halves();
    scene.data->fill(grid, query, begin, end);
    for (std::size_t band = begin; band < end; ++band)
      on.draw(grid, band, band_place(scene.layout, first + band * per_band, per_band, scene.scale));
  };
  if (grid.bands < 2 || scene.data->trace().segments.size() < kMany) return draw(plot, 0, grid.bands);
  ImagePlot other = plot;
  const std::size_t half = grid.bands / 2;
  std::future<void> below = beside([&] { draw(other, half, grid.bands); });
  draw(plot, 0, half);
  below.get();
}

}  // namespace spawnpoint::gui
