// SPDX-License-Identifier: GPL-3.0-or-later
// DiagnosisPanel: what a run came to in words: where it broke and why, or what took the time; what would help; and
// what the scenario is about.
#pragma once

#include <QScrollArea>
#include <optional>

#include "gui/theme/theme.hpp"
#include "models/lab/diagnosis.hpp"

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace spawnpoint::gui {

class DiagnosisPanel : public QScrollArea {
  Q_OBJECT

 public:
  explicit DiagnosisPanel(QWidget* parent = nullptr);

  void show_diagnosis(const Diagnosis& diagnosis, bool out_of_date);
  /// Nothing to diagnose yet, and why.
  void show_words(const QString& words);
  void set_about(const QString& title, const QString& markdown);
  void set_theme(const Theme& theme);

  QString headline() const;
  const std::vector<Suggestion>& suggestions() const { return diagnosis_.suggestions; }

 signals:
  void go_there(spawnpoint::Instant at);
  /// Something that shows what is said: go to its moment and row.
  void look_at(const spawnpoint::Evidence& evidence);
  void try_this(const spawnpoint::Suggestion& suggestion);

 private:
  void colour();
  QLabel* add_paragraph(const QString& text);
  QLabel* add_title(const QString& text);
  void add_evidence();
  void add_why();

  Diagnosis diagnosis_;
  Theme theme_ = make_theme(ThemeKind::light);
  QLabel* headline_;
  QWidget* body_ = nullptr;  ///< Details and buttons: made anew with each diagnosis.
  QVBoxLayout* body_column_ = nullptr;
  QVBoxLayout* column_;
  bool why_is_open_ = false;  ///< Stays over a new diagnosis, as while a slider is dragged.
  QLabel* about_title_;
  QLabel* about_;
};

}  // namespace spawnpoint::gui
