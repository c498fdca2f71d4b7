// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/gallery/gallery_model.hpp"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <QTextDocument>
#include <chrono>
#include <optional>
#include <thread>

#include "gui/text/to_qstring.hpp"
#include "models/lab/calibration/this_host.hpp"
#include "models/lab/run/run.hpp"
#include "models/result/format.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint::gui {

namespace {
constexpr qsizetype kShortest = 12;
}

QString first_sentence(const QString& markdown) {
  QTextDocument document;
  document.setMarkdown(markdown.trimmed());
  QString text = document.toPlainText().simplified();
  bool quoted = false;
  for (qsizetype at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    const bool stops = text[at] == '.' || text[at] == '!' || text[at] == '?' || text[at] == ':';
    // "Oops!" alone says nothing.
    if (stops && at >= kShortest && (at + 1 == text.size() || text[at + 1] == ' ')) {
      const QString sentence = text[at] == ':' ? text.left(at) + '.' : text.left(at + 1);
      // A quotation that goes on.
      return quoted ? sentence + QStringLiteral(" …\"") : sentence;
    }
  }
  return text;
}

namespace {

Card make_card(const std::filesystem::path& file, const std::optional<Scenario>& scenario) {
  Card card;
  card.path = to_qstring(file.string());
  card.title = to_qstring(file.stem().string());
  card.good = scenario.has_value();
  card.search = card.title;
  if (!scenario) {
    card.summary = QObject::tr("This file has errors; open it to see them.");
    return card;
  }
  if (!scenario->title.empty()) card.title = to_qstring(scenario->title);
  const QString about = to_qstring(scenario->about);
  card.summary = first_sentence(about);
  card.search += " " + card.title + " " + about + " " + to_qstring(scenario->machine_profile);
  for (const RunSpec& run : scenario->runs) card.search += " " + to_qstring(run.concurrency);
  return card;
}

}  // namespace

GalleryModel::GalleryModel(QObject* parent)
    // All results have arrived by then; where it failed, cards stay without a picture: opening their scenarios says
    // why.
    : QAbstractListModel(parent), reading_([](const auto&) {}) {}

void GalleryModel::show(std::vector<std::filesystem::path> files) {
  beginResetModel();
  cards_.clear();
  for (const auto& file : files) {
    Card card;
    card.path = to_qstring(file.string());
    card.title = to_qstring(file.stem().string()).replace('-', ' ');
    card.search = card.title;
    cards_.push_back(card);
  }
  endResetModel();
  reading_.start([this, files = std::move(files), held = held_](std::stop_token stop, const Tell& tell) {
    const auto post = [&](std::size_t row, const Card& card) { tell([this, row, card] { take(row, card); }); };
    ParseOptions options;
    options.host = [host = std::make_shared<std::optional<Machine>>()] {
      if (!*host) *host = this_host().machine;
      return **host;
    };
    // All titles first: they are quick, and the previews of the first cards must not keep the last ones waiting.
    std::vector<std::pair<Card, std::optional<Scenario>>> read;
    for (std::size_t i = 0; i < files.size() && !stop.stop_requested(); ++i) {
      ParseResult parsed = load_scenario(files[i], options);
      if (parsed.scenario && parsed.scenario->runs.empty()) parsed.scenario.reset();
      read.emplace_back(make_card(files[i], parsed.scenario), std::move(parsed.scenario));
      post(i, read.back().first);
    }
    for (std::size_t i = 0; i < read.size(); ++i) {
      auto& [card, scenario] = read[i];
      while (*held && !stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
      if (stop.stop_requested()) return;
      if (!scenario) continue;
      try {
        RunOptions run;
        run.stop = stop;
        const RunResult result = run_modeled(*scenario, 0, run);
        if (stop.stop_requested()) return;
        card.preview = std::make_shared<const Preview>(make_preview(result));
        if (result.failure) card.search += " " + to_qstring(format_failure(*result.failure));
      } catch (const std::exception&) {
        // No memory for it: the card stays without a picture. Opening the scenario shows the error.
      }
      scenario.reset();
      post(i, card);
    }
#ifdef __GLIBC__
    malloc_trim(0);  // The records of large runs are gone; their pages should be too.
#endif
  });
}

void GalleryModel::take(std::size_t row, const Card& card) {
  cards_[row] = card;
  const QModelIndex changed = index(static_cast<int>(row));
  emit dataChanged(changed, changed);
}

int GalleryModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(cards_.size());
}

QVariant GalleryModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
  const Card& card = cards_[static_cast<std::size_t>(index.row())];
  switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
      return card.title;
    case Qt::ToolTipRole:
      return card.summary.isEmpty() ? card.title : card.title + "\n" + card.summary;
    case Qt::AccessibleDescriptionRole:  // With what the picture shows.
      return card.preview ? card.preview->verdict + ". " + card.summary : card.summary;
    case kSummaryRole:
      return card.summary;
    case kPathRole:
      return card.path;
    case kSearchRole:
      return card.search;
    case kPreviewRole:
      return card.preview ? QVariant::fromValue(card.preview) : QVariant();
    default:
      return {};
  }
}

}  // namespace spawnpoint::gui
