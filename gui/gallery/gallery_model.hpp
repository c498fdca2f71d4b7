// SPDX-License-Identifier: GPL-3.0-or-later
// GalleryModel: the scenarios of a folder, one per row. Titles and previews come from the background, card by card.
#pragma once

#include <QAbstractListModel>
#include <atomic>
#include <filesystem>
#include <memory>
#include <vector>

#include "gui/background/latest_job.hpp"
#include "gui/gallery/preview.hpp"

namespace spawnpoint::gui {

/// What the gallery knows of one scenario file.
struct Card {
  QString path;
  QString title;     ///< Until it is read: the file's name.
  QString summary;   ///< The first sentence of its `about`.
  QString search;    ///< All words that find it.
  bool good = true;  ///< It could be parsed.
  std::shared_ptr<const Preview> preview;
};

/// The first sentence of a Markdown text, as plain words.
QString first_sentence(const QString& markdown);

class GalleryModel : public QAbstractListModel {
  Q_OBJECT

 public:
  enum Role { kPathRole = Qt::UserRole, kSummaryRole, kSearchRole, kPreviewRole };

  explicit GalleryModel(QObject* parent = nullptr);

  /// Shows the files at once and begins to read them. What was shown before goes.
  void show(std::vector<std::filesystem::path> files);

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  const Card& card(int row) const { return cards_[static_cast<std::size_t>(row)]; }
  /// While held, no further preview is computed: a live run wants the cores to itself.
  void hold(bool held) { *held_ = held; }

  /// Every card has its preview (or cannot have one).
  bool complete() const { return !reading_.is_running(); }

 private:
  void take(std::size_t row, const Card& card);

  std::vector<Card> cards_;
  std::shared_ptr<std::atomic<bool>> held_ = std::make_shared<std::atomic<bool>>(false);
  /// One thread: the gallery never competes with what the user runs for more than one core.
  LatestJob<void> reading_;
};

}  // namespace spawnpoint::gui

Q_DECLARE_METATYPE(std::shared_ptr<const spawnpoint::gui::Preview>)
