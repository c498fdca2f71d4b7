// SPDX-License-Identifier: GPL-3.0-or-later
// HomePage: the gallery as cards with a search, and the recent files. ScenarioList: the same scenarios as a list.
#pragma once

#include <QSortFilterProxyModel>

#include "gui/gallery/card_delegate.hpp"
#include "gui/gallery/gallery_model.hpp"
#include "gui/page/page.hpp"

class QBoxLayout;
class QLabel;
class QLayout;
class QLineEdit;
class QListView;
class QListWidget;

namespace spawnpoint::gui {

/// Shows the rows whose text has every word of the search, in any order of the words; first those whose title has them.
class SearchFilter : public QSortFilterProxyModel {
 public:
  explicit SearchFilter(GalleryModel& model, QObject* parent);
  void set_words(const QString& words);

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
  bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

 private:
  bool has_all(const QString& text) const;

  QStringList words_;
};

class HomePage : public Page {
  Q_OBJECT

 public:
  static constexpr PageName kName{"home", "Gallery"};

  explicit HomePage(Workspace& workspace, QWidget* parent = nullptr);

  void set_theme(const Theme& theme) override;
  QLineEdit& search() { return *search_; }
  GalleryModel& gallery() { return *gallery_; }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  QLayout* top_row();
  void fill_cards();
  void follow_search();
  void fill_recent();
  void show_recent();
  void fit_cards();

  Workspace& workspace_;
  GalleryModel* gallery_;
  SearchFilter* filter_;
  QLineEdit* search_;
  QBoxLayout* top_;  ///< What to do, and the search.
  QListView* cards_;
  QLabel* nothing_;
  QLabel* recent_title_;
  QListWidget* recent_;
  CardDelegate* delegate_;
};

class ScenarioList : public QWidget {
  Q_OBJECT

 public:
  ScenarioList(Workspace& workspace, GalleryModel& model, QWidget* parent = nullptr);

  void set_theme(const Theme& theme);

 private:
  void mark_open_one();

  Workspace& workspace_;
  SearchFilter* filter_;
  QLineEdit* search_;
  QListView* list_;
  LineDelegate* delegate_;
};

}  // namespace spawnpoint::gui
