// SPDX-License-Identifier: GPL-3.0-or-later
// SortHeader: a table's header whose arrow points up where the values ascend, in every style.
#pragma once

#include <QHeaderView>

namespace spawnpoint::gui {

class SortHeader : public QHeaderView {
 public:
  explicit SortHeader(QWidget* parent);

 protected:
  void initStyleOptionForIndex(QStyleOptionHeader* option, int logical) const override;
};

}  // namespace spawnpoint::gui
