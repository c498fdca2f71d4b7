// SPDX-License-Identifier: GPL-3.0-or-later
// The other two visitors of a profile's fields: the text of its file, and the list of its keys.
#include <fmt/format.h>

#include "models/document/document.hpp"
#include "models/document/units.hpp"
#include "models/machine/profile.hpp"
#include "models/machine/profile_file.hpp"
#include "models/machine/scheduling.hpp"

namespace spawnpoint {
namespace {

class Writer {
 public:
  void text(std::string_view key, const std::string& value, std::string_view) { line(key, toml_string(value)); }
  void flag(std::string_view key, bool value, std::string_view) { line(key, value ? "true" : "false"); }
  void count(std::string_view key, std::int64_t value, CountRange, std::string_view) {
    line(key, fmt::format("{}", value));
  }
  void count_limit(std::string_view key, const CountLimit& value, CountRange, std::string_view) {
    line(key, limit(value));
  }
  void count_limits(std::string_view key, const std::vector<CountLimit>& value, CountRange, std::string_view) {
    levels(key, value, limit);
  }
  void counts(std::string_view key, const std::vector<std::int64_t>& value, CountRange, std::string_view) {
    levels(key, value, [](std::int64_t count) { return fmt::format("{}", count); });
  }
  void optional_size(std::string_view key, const std::optional<Bytes>& value, Bytes, std::string_view none,
                     std::string_view) {
    line(key, toml_string(value ? bytes_text(*value) : std::string(none)));
  }
  void optional_share(std::string_view key, const std::optional<Duration>& value, Duration whole, std::string_view none,
                      std::string_view) {
    line(key, toml_string(value ? share_text(*value, whole) : std::string(none)));
  }
  void size(std::string_view key, Bytes value, std::string_view) { line(key, toml_string(bytes_text(value))); }
  void duration(std::string_view key, Duration value, std::string_view) {
    line(key, toml_string(duration_text(value)));
  }
  void cost(std::string_view key, const Cost& cost, std::string_view) {
    if (cost.interval == Duration{0}) return duration(key, cost.value, {});
    line(key, fmt::format("{{ value = {}, interval = {} }}", toml_string(duration_text(cost.value)),
                          toml_string(duration_text(cost.interval))));
  }
  template <class Enum>
  void choice(std::string_view key, Enum value, std::span<const std::string_view> words, std::string_view) {
    line(key, toml_string(words[static_cast<std::size_t>(value)]));
  }
  template <class Enum>
  void choices(std::string_view key, const std::vector<Enum>& values, std::span<const std::string_view> words,
               std::string_view) {
    levels(key, values, [&](Enum value) { return toml_string(words[static_cast<std::size_t>(value)]); });
  }
  template <class Body>
  void section(std::string_view key, std::string_view, Body body) {
    out_ += fmt::format("\n[{}]\n", key);
    body(*this);
  }

  std::string take() { return std::move(out_); }

 private:
  static std::string limit(const CountLimit& value) {
    return value ? fmt::format("{}", *value) : toml_string("unlimited");
  }
  template <class T, class Text>
  void levels(std::string_view key, const std::vector<T>& values, Text text_of) {
    if (values.size() == 1) return line(key, text_of(values.front()));
    std::string list;
    for (const T& value : values) list += (list.empty() ? "" : ", ") + text_of(value);
    line(key, '[' + list + ']');
  }
  void line(std::string_view key, const std::string& value) { out_ += fmt::format("{} = {}\n", key, value); }

  std::string out_;
};

class KeyLister {
 public:
  KeyLister(std::vector<KeyHelp>& keys, std::string prefix, std::vector<KeyHelp>* tables = nullptr)
      : keys_(&keys), tables_(tables), prefix_(std::move(prefix)) {}
  void text(std::string_view key, std::string&, std::string_view help) { add(key, "text", help); }
  void flag(std::string_view key, bool&, std::string_view help) { add(key, "true or false", help); }
  void count(std::string_view key, std::int64_t&, CountRange, std::string_view help) { add(key, "number", help); }
  void count_limit(std::string_view key, CountLimit&, CountRange, std::string_view help) {
    add(key, "number or \"unlimited\"", help);
  }
  void count_limits(std::string_view key, std::vector<CountLimit>&, CountRange, std::string_view help) {
    add(key, "number, \"unlimited\" or a list", help);
  }
  void counts(std::string_view key, std::vector<std::int64_t>&, CountRange, std::string_view help) {
    add(key, "number or a list", help);
  }
  void optional_count(std::string_view key, std::optional<std::int64_t>&, CountRange, std::string_view none,
                      std::string_view help) {
    add(key, fmt::format("number or \"{}\"", none), help);
  }
  void optional_size(std::string_view key, std::optional<Bytes>&, Bytes, std::string_view none, std::string_view help) {
    add(key, fmt::format("size or \"{}\"", none), help);
  }
  void optional_share(std::string_view key, std::optional<Duration>&, Duration, std::string_view none,
                      std::string_view help) {
    add(key, fmt::format("percentage or \"{}\"", none), help);
  }
  void size(std::string_view key, Bytes&, std::string_view help) { add(key, "size", help); }
  void duration(std::string_view key, Duration&, std::string_view help) { add(key, "duration", help); }
  void cost(std::string_view key, Cost&, std::string_view help) { add(key, "duration or { value, interval }", help); }
  template <class Enum>
  void choice(std::string_view key, Enum&, std::span<const std::string_view> words, std::string_view help) {
    add_choice(key, words, "", help);
  }
  template <class Enum>
  void choices(std::string_view key, std::vector<Enum>&, std::span<const std::string_view> words,
               std::string_view help) {
    add_choice(key, words, ", or a list", help);
  }
  template <class Body>
  void section(std::string_view key, std::string_view help, Body body) {
    if (tables_ != nullptr) tables_->push_back({prefix_ + std::string(key), "table", std::string(help)});
    KeyLister inner(*keys_, prefix_ + std::string(key) + '.', tables_);
    body(inner);
  }

 private:
  void add_choice(std::string_view key, std::span<const std::string_view> words, std::string_view more,
                  std::string_view help) {
    std::vector<std::string> all(words.begin(), words.end());
    add(key, list_of(all) + std::string(more), help);
    keys_->back().choices = std::move(all);
  }
  void add(std::string_view key, std::string type, std::string_view help) {
    keys_->push_back({prefix_ + std::string(key), std::move(type), std::string(help)});
  }
  std::vector<KeyHelp>* keys_;
  std::vector<KeyHelp>* tables_;  ///< The tables that the keys are in; null: not asked for.
  std::string prefix_;
};

template <class Described>
std::vector<KeyHelp> keys_of(const std::string& prefix) {
  std::vector<KeyHelp> keys;
  KeyLister lister(keys, prefix);
  Described described;
  describe(lister, described);
  return keys;
}

}  // namespace

std::string to_toml(const Machine& machine) {
  Machine copy = machine;
  Writer writer;
  describe(writer, copy);
  return writer.take();
}

std::vector<KeyHelp> machine_keys(const std::string& prefix) {
  return keys_of<Machine>(prefix);
}
std::vector<KeyHelp> scheduling_keys(const std::string& prefix) {
  return keys_of<Scheduling>(prefix);
}
std::vector<KeyHelp> runtime_keys(const std::string& prefix) {
  return keys_of<Runtime>(prefix);
}

std::vector<KeyHelp> machine_tables(const std::string& prefix) {
  std::vector<KeyHelp> keys, tables;
  KeyLister lister(keys, prefix, &tables);
  Machine machine;
  describe(lister, machine);
  return tables;
}

}  // namespace spawnpoint
