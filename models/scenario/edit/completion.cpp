// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/scenario/edit/completion.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/text/text.hpp"
#include "models/concurrency/registry.hpp"
#include "models/machine/profile.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/parse.hpp"

namespace spawnpoint {
namespace {

/// Where in a TOML text a byte is.
struct Spot {
  enum class Kind : std::uint8_t { key, value, header, nothing };
  Kind kind = Kind::key;
  std::string path;      ///< key: of the table that it is in. value: of the key. Without numbers: all runs are "run".
  std::size_t from = 0;  ///< Where what is being written begins.
  bool quoted = false;   ///< It stands within quotes, which began before `from`.
  bool of_list = false;  ///< header: after "[[".
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}
std::string joined(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + '.' + std::string(key);
}

/// Reads the text up to a byte, as TOML, and forgives everything: it is being written.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t at) : text_(text.substr(0, at)) {}

  Spot scan() {
    while (at_ < text_.size()) step();
    spot_.from = std::min(spot_.from, text_.size());
    while (!spot_.quoted && spot_.from < text_.size() && is_space(text_[spot_.from])) ++spot_.from;
    return std::move(spot_);
  }

 private:
  struct Bracket {
    char kind;
    std::string path;
  };

  void step() {
    const char c = text_[at_];
    switch (c) {
      case '#':
        return skip_comment();
      case '"':
      case '\'':
        return skip_string(c);
      case '\n':
        ++at_;
        if (brackets_.empty()) begin_line();
        return;
      case '=':
        ++at_;
        return begin_value();
      case '{':
      case '[':
        if (c == '[' && brackets_.empty() && spot_.kind == Spot::Kind::key && begun_nothing()) return read_header();
        brackets_.push_back({c, spot_.path});
        ++at_;
        return begin(c == '{' ? Spot::Kind::key : Spot::Kind::value);
      case '}':
      case ']':
        if (!brackets_.empty()) {
          spot_.path = brackets_.back().path;
          brackets_.pop_back();
        }
        ++at_;
        return begin(Spot::Kind::nothing);
      case ',':
        ++at_;
        if (!brackets_.empty()) {
          spot_.path = brackets_.back().path;
          begin(brackets_.back().kind == '{' ? Spot::Kind::key : Spot::Kind::value);
        }
        return;
      default:
        ++at_;
    }
  }

  void begin(Spot::Kind kind) {
    spot_.kind = kind;
    spot_.from = at_;
    spot_.quoted = false;
  }
  void begin_line() {
    spot_.path = table_;
    begin(Spot::Kind::key);
  }
  void begin_value() {
    auto key = trimmed(text_.substr(spot_.from, at_ - 1 - spot_.from));
    if (key.size() >= 2 && (key.front() == '"' || key.front() == '\'')) key = key.substr(1, key.size() - 2);
    if (spot_.kind == Spot::Kind::key) spot_.path = joined(spot_.path, key);
    begin(Spot::Kind::value);
  }
  bool begun_nothing() const { return trimmed(text_.substr(spot_.from, at_ - spot_.from)).empty(); }

  void skip_comment() {
    const auto end = text_.find('\n', at_);
    if (end == std::string_view::npos) {
      begin(Spot::Kind::nothing);
      at_ = text_.size();
    } else {
      at_ = end;
    }
  }

  void skip_string(char quote) {
    const std::string three(3, quote);
    if (text_.substr(at_).starts_with(three)) {
      const auto end = text_.find(three, at_ + 3);
      if (end == std::string_view::npos) begin(Spot::Kind::nothing);  // a text for people, still open
      at_ = end == std::string_view::npos ? text_.size() : end + 3;
      return;
    }
    const std::size_t inside = at_ + 1;
    for (at_ = inside; at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n'; ++at_) {
      if (quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    }
    if (at_ >= text_.size()) {
      at_ = text_.size();
      spot_.from = inside;
      spot_.quoted = true;
    } else if (text_[at_] == quote) {
      ++at_;
    }
  }

  void read_header() {
    const bool of_list = text_.substr(at_).starts_with("[[");
    const auto name_at = at_ + (of_list ? 2 : 1);
    const auto line_end = std::min(text_.find('\n', at_), text_.size());
    const auto close = std::min(text_.find(']', name_at), text_.size());
    if (close >= line_end) {
      if (line_end == text_.size()) {
        spot_ = {Spot::Kind::header, {}, std::min(name_at, text_.size()), false, of_list};
      }
      at_ = line_end;
      return;
    }
    table_ = trimmed(text_.substr(name_at, close - name_at));
    at_ = close + (of_list && text_.substr(close).starts_with("]]") ? 2 : 1);
    begin(Spot::Kind::nothing);
    spot_.path = table_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string table_;
  std::vector<Bracket> brackets_;
  Spot spot_;
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kTables{{
    {"machine", "the machine, and what of it is overridden"},
    {"machine.limits", "what the machine allows"},
    {"machine.in_use", "what the machine already runs"},
    {"machine.costs", "what kernel operations cost"},
    {"jobs", "how many jobs, when they arrive, what each does"},
    {"run", "one way to run the jobs; there may be several"},
    {"sweep", "keys and the values that they take"},
    {"expect", "what `spawnpoint-run check` compares the results with"},
}};

bool contains(std::string_view text, std::string_view typed) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(text.begin(), text.end(), typed.begin(), typed.end(), same) != text.end();
}

/// Those with what was typed; where it stands at the beginning, first.
class Choices {
 public:
  explicit Choices(std::string_view typed) : typed_(typed) {}
  void offer(std::string insert, std::string shown, std::string help) {
    if (!contains(shown, typed_)) return;
    auto& place = shown.starts_with(typed_) ? first_ : later_;
    place.push_back({std::move(insert), std::move(shown), std::move(help)});
  }
  std::vector<WordChoice> take() {
    first_.insert(first_.end(), std::make_move_iterator(later_.begin()), std::make_move_iterator(later_.end()));
    return std::move(first_);
  }

 private:
  std::string_view typed_;
  std::vector<WordChoice> first_, later_;
};

void offer_tables(Choices& choices, bool bracket_typed, bool of_list) {
  for (const auto& [name, help] : kTables) {
    const bool list = name == "run";
    if (bracket_typed && list != of_list) continue;
    const std::string header(name);
    const std::string closed = list ? "[[" + header + "]]" : "[" + header + "]";
    choices.offer(bracket_typed ? closed.substr(list ? 2 : 1) : closed, bracket_typed ? header : closed,
                  std::string(help));
  }
}

void offer_keys(Choices& choices, const Spot& spot) {
  const bool sweep = spot.path == "sweep";
  const std::string prefix = spot.path.empty() ? "" : spot.path + '.';
  for (const KeyHelp& key : scenario_keys()) {
    if (sweep && !key.key.starts_with("sweep.")) {
      // An axis is any key of the file that has one value.
      const bool axis = key.key.find('.') != std::string::npos && key.key != "expect";
      if (axis) choices.offer(spot.quoted ? key.key : '"' + key.key + "\" = ", key.key, key.help);
      continue;
    }
    if (!key.key.starts_with(prefix)) continue;
    std::string rest = key.key.substr(prefix.size());
    // At the top stand the few keys of no table; what belongs to a table is offered there.
    if (spot.path.empty() && (rest.find('.') != std::string::npos || key.type == "table")) continue;
    // The parts of a step or of arrivals are keys of inline tables, not of [jobs].
    if (spot.path == "jobs" && rest.find('.') != std::string::npos) continue;
    choices.offer(rest + " = ", rest, key.help);
  }
  if (spot.path.empty()) offer_tables(choices, /*bracket_typed=*/false, /*of_list=*/false);
}

void offer_values(Choices& choices, const Spot& spot, const ProfileNames& profiles) {
  const auto offer = [&](const std::string& word, std::string help) {
    choices.offer(spot.quoted ? word + '"' : '"' + word + '"', word, std::move(help));
  };
  if (spot.path == "run.concurrency") {
    for (const ConcurrencyModel& model : concurrency_models())
      offer(std::string(model.name), std::string(model.summary));
  } else if (spot.path == "machine.profile") {
    offer("host", "this machine");
    for (const std::string& name : profiles.machines) offer(name, "a shipped machine profile");
  } else if (spot.path == "run.runtime") {
    for (const std::string& name : profiles.runtimes) offer(name, "a shipped runtime profile");
  } else if (spot.path == "machine.limits.overcommit") {
    for (const std::string_view word : kOvercommitWords) offer(std::string(word), "vm.overcommit_memory");
  } else if (spot.path == "run.policy") {
    for (const std::string_view word : kPolicyWords) offer(std::string(word), "the scheduling policy");
  } else if (spot.path == "run.guard_mode") {
    for (const std::string_view word : kGuardModeWords) offer(std::string(word), "how the guard is made");
  } else if (spot.path == "jobs.arrivals") {
    offer("at once", "all jobs are there from the beginning");
  }
}

}  // namespace

ProfileNames list_profiles(const std::filesystem::path& root) {
  const ProfilePlaces places{.roots = {root}};
  return {machine_names(places), runtime_names(places)};
}

WordChoices complete(std::string_view text, std::size_t at, const ProfileNames& profiles) {
  at = std::min(at, text.size());
  const Spot spot = Scanner(text, at).scan();
  Choices choices(text.substr(spot.from, at - spot.from));
  switch (spot.kind) {
    case Spot::Kind::key:
      offer_keys(choices, spot);
      break;
    case Spot::Kind::value:
      offer_values(choices, spot, profiles);
      break;
    case Spot::Kind::header:
      offer_tables(choices, /*bracket_typed=*/true, spot.of_list);
      break;
    case Spot::Kind::nothing:
      break;
  }
  return {spot.from, choices.take()};
}

std::optional<KeyHelp> key_at(std::string_view text, std::size_t at) {
  at = std::min(at, text.size());
  const auto is_part = [&](std::size_t i) {
    const auto c = static_cast<unsigned char>(text[i]);
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
  };
  std::size_t end = at;
  while (end < text.size() && is_part(end)) ++end;
  const Spot spot = Scanner(text, end).scan();
  if (spot.kind != Spot::Kind::key || spot.from >= end || spot.from > at) return std::nullopt;
  const std::string name(text.substr(spot.from, end - spot.from));
  const std::string full = spot.path == "sweep" && spot.quoted ? name : joined(spot.path, name);
  const auto& keys = scenario_keys();
  const auto found = std::ranges::find(keys, full, &KeyHelp::key);
  return found == keys.end() ? std::nullopt : std::optional(*found);
}

}  // namespace spawnpoint
