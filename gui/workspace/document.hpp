// SPDX-License-Identifier: GPL-3.0-or-later
// Document: the scenario that is open: its text, its file, and what the parser says of it. Knows no widgets.
#pragma once

#include <QByteArray>
#include <QFileSystemWatcher>
#include <QObject>
#include <QString>
#include <QTimer>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/background/latest_job.hpp"
#include "models/scenario/parse.hpp"
#include "models/scenario/scenario.hpp"

namespace spawnpoint::gui {

/// Parsing happens in the background some moments after the last change, since reading the host takes a while; an
/// answer to an older text is dropped. The last good scenario stays while the text has mistakes.
class Document : public QObject {
  Q_OBJECT

 public:
  explicit Document(QObject* parent = nullptr);

  /// Reads the file. False: it could not be read, or is too large (`error` says why), and nothing has changed.
  bool open(const QString& path, QString& error);
  /// A new text, which has no file before it is saved.
  void begin(const QString& text);
  /// Nothing is open afterwards.
  void close();
  /// Writes the text to the file, or to `path` which then is the file. False: it could not be written; or another
  /// program has changed the file meanwhile and nobody has decided about that, or what is in it now cannot be seen.
  bool save(const QString& path, QString& error);

  /// The file's text, where another program has changed it and nobody has decided yet what counts.
  const std::optional<QString>& outside_text() const { return outside_; }
  /// The file was deleted, or cannot be read.
  bool is_gone() const { return gone_; }
  /// Why what is in the file, which is there, cannot be seen; empty: it can, or there is no file.
  const QString& why_unseen() const { return unseen_; }
  /// Reads the file, whether anyone has told of a change or not: network folders tell of none.
  void look_at_file();
  /// The file's text counts: it takes the place of this one, as a step that can be undone.
  void take_outside();
  /// This text counts: saving may write over what another program has written.
  void keep_own();

  /// Empty: the text has no file yet.
  const QString& path() const { return path_; }
  /// The file's name without its folder.
  QString name() const;
  bool is_open() const { return is_open_; }
  /// The file belongs to the shipped gallery: saving asks for another name.
  bool is_shipped() const;

  const QString& text() const { return text_; }
  void set_text(const QString& text);
  /// Changes the text by the editor, where there is one: as one step that can be undone. `joined`: together with the
  /// step before.
  void edit(const QString& text, bool joined = false);

  /// A setting over the file, as --set gives it; no value takes it away.
  void set_setting(const QString& key, const std::optional<QString>& value);
  std::optional<QString> setting(const QString& key) const;
  const std::vector<Setting>& settings() const { return settings_; }
  /// A run over the file, after those that it has, by its concurrency model. Empty: none.
  void set_added_run(const std::string& concurrency);
  const std::string& added_run() const { return added_run_; }
  /// There is something over the file.
  bool has_settings() const { return !settings_.empty() || !added_run_.empty(); }
  void clear_settings();

  /// The last scenario without mistakes; null before the first.
  std::shared_ptr<const Scenario> scenario() const { return scenario_; }
  /// Counts the good scenarios: results of an older one are out of date.
  std::uint64_t revision() const { return revision_; }
  /// True while the text and `scenario()` are not the same.
  bool scenario_is_old() const { return scenario_is_old_; }
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  std::size_t error_count() const;
  bool has_errors() const { return error_count() > 0; }

  /// Does not wait for the typing to rest: what has changed is whole.
  void parse_at_once();

  /// How long the typing must rest before the text is parsed.
  void set_delay(std::chrono::milliseconds delay) { timer_.setInterval(delay); }

 signals:
  /// Another text, or none, takes this one's place at once.
  void leaving();
  void opened();
  /// For the editor, which sets the text in turn.
  void edit_asked(const QString& text, bool joined);
  /// `diagnostics()` are new; if `changed`, so is `scenario()`.
  void parsed(bool changed);
  void saved();
  /// What is over the file is another.
  void settings_changed();
  /// `outside_text()` or `is_gone()` is another.
  void outside_changed();
  /// The text is not the file's any more, without a change of it: the file was, or is gone.
  void differs_from_file();

 private:
  void replace(const QString& path, const QByteArray& bytes, bool is_open);
  void watch();
  void set_outside(std::optional<QString> text);
  void set_gone(bool gone);
  void parse_soon();
  void parse_now();
  void take(const std::shared_ptr<const ParseResult>& result);

  bool is_open_ = false;
  QString path_;
  QByteArray known_bytes_;  ///< Of the file, as it was read or written last.
  bool gone_ = false;       ///< The file was deleted, or cannot be read.
  QString unseen_;          ///< Why what is in the file, which is there, cannot be seen; empty: it can.
  QFileSystemWatcher watcher_;
  std::chrono::steady_clock::time_point writing_since_;
  QTimer look_timer_;
  std::optional<QString> outside_;
  QByteArray outside_bytes_;
  QString text_;
  std::vector<Setting> settings_;
  std::string added_run_;
  std::shared_ptr<const Scenario> scenario_;
  QString good_text_;  ///< What `scenario_` was made of.
  QString good_path_;
  std::vector<Setting> good_settings_;
  std::string good_added_run_;
  std::vector<Diagnostic> diagnostics_;
  std::uint64_t revision_ = 0;
  bool scenario_is_old_ = false;
  QTimer timer_;
  LatestJob<std::shared_ptr<const ParseResult>> parsing_;
};

/// models/scenario/edit/text_edit.hpp's, for Qt's texts.
std::optional<QString> with_value(const QString& text, const QString& key, const QString& value);

}  // namespace spawnpoint::gui
