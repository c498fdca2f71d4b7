// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/workspace/document.hpp"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <algorithm>
#include <expected>
#include <utility>

#include "gui/text/to_qstring.hpp"
#include "models/document/data_file.hpp"
#include "models/document/document.hpp"
#include "models/lab/calibration/this_host.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/edit/text_edit.hpp"

namespace spawnpoint::gui {
namespace {
constexpr std::chrono::milliseconds kTypingRests{350};
/// A program that writes in several steps, or puts a new file in the old one's place, needs a moment.
constexpr std::chrono::milliseconds kWritingRests{150};
constexpr std::chrono::seconds kLongestWriting{1};

/// All of the file; else why not.
std::expected<QByteArray, QString> bytes_of(const QString& path) {
  const auto text = read_file(QFile::encodeName(path).toStdString(), kLargestFile);
  if (!text) return std::unexpected(to_qstring(text.error()));
  return QByteArray::fromStdString(*text);
}

/// The outcome of a text that could not even be parsed.
std::shared_ptr<const ParseResult> not_read(std::string why) {
  auto result = std::make_shared<ParseResult>();
  result->diagnostics.emplace_back().message = std::move(why);
  return result;
}
}  // namespace

Document::Document(QObject* parent)
    : QObject(parent),
      parsing_([this](auto outcome) { take(outcome ? *std::move(outcome) : not_read(std::move(outcome.error()))); }) {
  timer_.setSingleShot(true);
  timer_.setInterval(kTypingRests);
  connect(&timer_, &QTimer::timeout, this, &Document::parse_now);
  look_timer_.setSingleShot(true);
  look_timer_.setInterval(kWritingRests);
  connect(&look_timer_, &QTimer::timeout, this, &Document::look_at_file);
  // Not later and later: a folder may change all the time.
  const auto look_soon = [this] {
    // Whoever writes all the time is looked at, too.
    const auto now = std::chrono::steady_clock::now();
    if (!look_timer_.isActive()) writing_since_ = now;
    if (now - writing_since_ < kLongestWriting) look_timer_.start();
  };
  connect(&watcher_, &QFileSystemWatcher::fileChanged, this, look_soon);
  // A file that is put in the old one's place is seen in the folder only.
  connect(&watcher_, &QFileSystemWatcher::directoryChanged, this, look_soon);
}

bool Document::open(const QString& path, QString& error) {
  const auto bytes = bytes_of(path);
  if (!bytes) {
    error = bytes.error();
    return false;
  }
  replace(QFileInfo(path).absoluteFilePath(), *bytes, /*is_open=*/true);
  parse_now();
  return true;
}

void Document::begin(const QString& text) {
  replace({}, text.toUtf8(), /*is_open=*/true);
  parse_now();
}

void Document::close() {
  replace({}, {}, /*is_open=*/false);
  scenario_is_old_ = false;
  emit parsed(/*changed=*/false);
}

void Document::replace(const QString& path, const QByteArray& bytes, bool is_open) {
  emit leaving();
  timer_.stop();
  parsing_.cancel();
  is_open_ = is_open;
  path_ = path;
  text_ = QString::fromUtf8(bytes);
  known_bytes_ = bytes;
  set_gone(false);
  unseen_.clear();
  set_outside(std::nullopt);
  watch();
  settings_.clear();
  added_run_.clear();
  scenario_.reset();
  diagnostics_.clear();
  scenario_is_old_ = true;
  emit opened();
  emit settings_changed();
  timer_.stop();
}

QString Document::name() const {
  return path_.isEmpty() ? tr("untitled.toml") : QFileInfo(path_).fileName();
}

bool Document::save(const QString& path, QString& error) {
  const QString absolute = QFileInfo(path).absoluteFilePath();
  const bool moved = absolute != path_;
  if (!moved) look_at_file();
  if (!moved && outside_) {
    error = tr("another program has changed it");
    return false;
  }
  if (!moved && !unseen_.isEmpty()) {
    error = tr("saving would write over what cannot be read (%1)").arg(unseen_);
    return false;
  }
  const QByteArray bytes = text_.toUtf8();
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) < 0 || !file.commit()) {
    error = file.errorString();
    return false;
  }
  path_ = absolute;
  known_bytes_ = bytes;
  set_gone(false);
  unseen_.clear();
  set_outside(std::nullopt);
  watch();
  emit saved();
  if (moved) parse_now();  // Paths in the file are relative to it.
  return true;
}

/// The file may be another one than before, under the same name.
void Document::watch() {
  const QStringList wanted = path_.isEmpty() ? QStringList() : QStringList{path_, QFileInfo(path_).absolutePath()};
  const QStringList watched = watcher_.files() + watcher_.directories();
  QStringList others = watched;
  others.removeIf([&](const QString& path) { return wanted.contains(path); });
  if (!others.isEmpty()) watcher_.removePaths(others);
  for (const QString& path : wanted)
    if (!watched.contains(path) && QFileInfo::exists(path)) watcher_.addPath(path);
}

void Document::look_at_file() {
  if (path_.isEmpty()) return;
  look_timer_.stop();
  watch();
  const auto bytes = bytes_of(path_);
  unseen_ = !bytes && QFileInfo::exists(path_) ? bytes.error() : QString();
  if (!bytes) {
    // What cannot be read now is not lost: it is still here.
    set_outside(std::nullopt);
    if (!gone_) emit differs_from_file();
    set_gone(true);
    return;
  }
  const bool was_gone = gone_;
  set_gone(false);
  if (*bytes == known_bytes_) {
    set_outside(std::nullopt);
    if (was_gone && QString::fromUtf8(*bytes) == text_) emit saved();
    return;
  }
  // Another program has written just what is here.
  if (*bytes == text_.toUtf8()) {
    known_bytes_ = *bytes;
    set_outside(std::nullopt);
    emit saved();
    return;
  }
  outside_bytes_ = *bytes;
  set_outside(QString::fromUtf8(*bytes));
}

void Document::set_outside(std::optional<QString> text) {
  if (text == outside_) return;
  outside_ = std::move(text);
  emit outside_changed();
}

void Document::set_gone(bool gone) {
  if (gone == gone_) return;
  gone_ = gone;
  emit outside_changed();
}

void Document::take_outside() {
  if (!outside_) return;
  const QString text = *outside_;
  known_bytes_ = outside_bytes_;
  set_outside(std::nullopt);
  edit(text);
  emit saved();
  parse_at_once();
}

void Document::keep_own() {
  if (!outside_) return;
  known_bytes_ = outside_bytes_;
  set_outside(std::nullopt);
  emit differs_from_file();
}

bool Document::is_shipped() const {
  const QString root = QFileInfo(to_qstring(shipped_scenarios().string())).canonicalFilePath();
  return !root.isEmpty() && QFileInfo(path_).canonicalPath() == root;
}

void Document::set_text(const QString& text) {
  if (text == text_) return;
  text_ = text;
  parse_soon();
}

void Document::edit(const QString& text, bool joined) {
  const QString before = text_;
  if (text == before) return;
  emit edit_asked(text, joined);
  if (text_ == before) set_text(text);  // There is no editor.
}

void Document::set_setting(const QString& key, const std::optional<QString>& value) {
  if (setting(key) == value) return;
  const std::string name = key.toStdString();
  std::erase_if(settings_, [&](const Setting& s) { return s.key == name; });
  if (value) settings_.push_back({name, value->toStdString()});
  parse_soon();
  emit settings_changed();
}

void Document::set_added_run(const std::string& concurrency) {
  if (concurrency == added_run_) return;
  added_run_ = concurrency;
  parse_soon();
  emit settings_changed();
}

std::optional<QString> Document::setting(const QString& key) const {
  for (const Setting& s : settings_) {
    if (s.key == key.toStdString()) return to_qstring(s.value);
  }
  return std::nullopt;
}

void Document::clear_settings() {
  if (!has_settings()) return;
  settings_.clear();
  added_run_.clear();
  parse_soon();
  emit settings_changed();
}

std::size_t Document::error_count() const {
  return static_cast<std::size_t>(std::count_if(diagnostics_.begin(), diagnostics_.end(),
                                                [](const Diagnostic& d) { return d.severity == Severity::error; }));
}

void Document::parse_soon() {
  parsing_.cancel();  // An answer to the older text is of no use any more.
  scenario_is_old_ = true;
  timer_.start();
}

void Document::parse_at_once() {
  if (!timer_.isActive()) return;
  timer_.stop();
  parse_now();
}

void Document::parse_now() {
  std::string text = text_.toStdString();
  std::string file = path_.toStdString();
  parsing_.start(
      [text = std::move(text), file = std::move(file), settings = settings_, added = added_run_](std::stop_token) {
        ParseOptions options;
        options.settings = settings;
        options.host = [] { return this_host().machine; };
        if (!added.empty()) options.added = {added};
        return std::make_shared<const ParseResult>(parse_scenario(text, file, options));
      });
}

void Document::take(const std::shared_ptr<const ParseResult>& result) {
  diagnostics_ = result->diagnostics;
  const bool good = result->scenario.has_value();
  const bool same = good && scenario_ && good_text_ == text_ && good_path_ == path_ && good_settings_ == settings_ &&
                    good_added_run_ == added_run_;
  if (same) scenario_is_old_ = false;  // A mistake was taken back: the results are those of this text.
  if (good && !same) {
    good_text_ = text_;
    good_path_ = path_;
    good_settings_ = settings_;
    good_added_run_ = added_run_;
    scenario_ = std::shared_ptr<const Scenario>(result, &*result->scenario);
    scenario_is_old_ = false;
    ++revision_;
  }
  emit parsed(good && !same);
}

std::optional<QString> with_value(const QString& text, const QString& key, const QString& value) {
  const auto changed = spawnpoint::with_value(text.toStdString(), key.toStdString(), value.toStdString());
  return changed ? std::optional(to_qstring(*changed)) : std::nullopt;
}

}  // namespace spawnpoint::gui
