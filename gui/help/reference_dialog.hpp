// SPDX-License-Identifier: GPL-3.0-or-later
// ReferenceDialog: every key that a scenario file may have, with its type and meaning; to look up while writing one.
#pragma once

#include <QDialog>

class QLineEdit;
class QTableView;
class QSortFilterProxyModel;

namespace spawnpoint::gui {

class ReferenceDialog : public QDialog {
  Q_OBJECT

 public:
  explicit ReferenceDialog(QWidget* parent);

  QLineEdit& search() { return *search_; }
  int listed() const;

 private:
  QLineEdit* search_;
  QTableView* table_;
  QSortFilterProxyModel* filter_;
};

}  // namespace spawnpoint::gui
