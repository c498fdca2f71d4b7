// SPDX-License-Identifier: GPL-3.0-or-later
// Preview: a run's timeline in the size of a stamp. Summed up from the whole record, so it holds no trace.
#pragma once

#include <QString>
#include <array>
#include <optional>
#include <vector>

#include "gui/theme/theme.hpp"
#include "models/result/result.hpp"

class QPainter;
class QRectF;

namespace spawnpoint::gui {

/// Rows are jobs (several to a row where there are many), columns are time. Each cell has the share of its jobs' time
/// in each state.
struct Preview {
  static constexpr int kColumns = 120;
  static constexpr int kMostRows = 20;

  using Cell = std::array<float, kJobStates>;
  int rows = 0;
  std::vector<Cell> cells;          ///< rows x kColumns
  std::optional<float> failure_at;  ///< 0 to 1 of the time; no value where nothing broke.
  float failure_row = 0;            ///< 0 to 1 of the height.
  QString verdict;                  ///< "✕ stops after 507 threads: pids.max", or "1.04 s · 4 threads with main · …".

  const Cell& cell(int row, int column) const { return cells[static_cast<std::size_t>(row * kColumns + column)]; }
};

Preview make_preview(const RunResult& result);
void draw(QPainter& painter, const QRectF& area, const Preview& preview, const Theme& theme);

}  // namespace spawnpoint::gui
