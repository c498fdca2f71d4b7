// SPDX-License-Identifier: GPL-3.0-or-later
// DiagnosisPanel: the outcome of a run in words: where it broke and why, or what took the time; what would help; and
// what the scenario is about.
#pragma once

#include <QScrollArea>
#include <QString>
#include <QTimer>
#include <cstdint>
#include <vector>

#include "gui/theme/theme.hpp"
#include "gui/workspace/workspace.hpp"
#include "models/lab/diagnosis/advice.hpp"
#include "models/lab/diagnosis/diagnosis.hpp"

class QLabel;
class QVBoxLayout;

namespace spawnpoint::gui {

class DiagnosisPanel : public QScrollArea {
  Q_OBJECT

 public:
  explicit DiagnosisPanel(Workspace& workspace, QWidget* parent = nullptr);

  /// `why_old`: of what it is, where not of the present text.
  void show_diagnosis(const Diagnosis& diagnosis, const QString& why_old = {});
  /// What to try instead; the diagnosis stays.
  void show_suggestions(const std::vector<Suggestion>& suggestions);
  /// Nothing to diagnose yet, and why.
  void show_words(const QString& words);
  void set_about(const QString& title, const QString& markdown);
  void set_theme(const Theme& theme);

  QString headline() const;
  const std::vector<Suggestion>& suggestions() const { return suggestions_; }

 signals:
  /// A suggestion was chosen.
  void try_this(const spawnpoint::Suggestion& suggestion);

 private:
  /// What is below the headline: one line for each of these.
  enum class Kind : std::uint8_t { old, where, why, question, answer, title, evidence, suggestion, detail };
  struct Part {
    Kind kind;
    QString text;
    std::size_t index = 0;  ///< Of the evidence or suggestion.
  };

  static QString stopped_words(const RunResult& live);
  void subscribe();
  void refresh();
  void refresh_soon();
  void go_there();
  /// At the moment and the row of something that shows what is said.
  void look_at(const Evidence& evidence);
  void colour();
  std::vector<Part> parts() const;
  /// What is below the headline, again.
  void show_parts();
  QWidget* make(const Part& part);
  void fill(QWidget& widget, const Part& part) const;
  void show_why(bool open);

  Workspace& workspace_;
  QTimer patience_;
  Diagnosis diagnosis_;
  QString why_old_;
  QString stopped_words_;  ///< Of the live run, where the diagnosis is of the model's.
  std::vector<Suggestion> suggestions_;
  Theme theme_ = make_theme(ThemeKind::light);
  QLabel* headline_;
  std::vector<Part> parts_;
  std::vector<QWidget*> widgets_;  ///< One for each part, rebuilt only where the kinds of parts have changed.
  QWidget* body_ = nullptr;
  QVBoxLayout* column_;
  bool why_is_open_ = false;  ///< Stays over a new diagnosis, as while a slider is dragged.
  QLabel* about_title_;
  QLabel* about_;
};

}  // namespace spawnpoint::gui
