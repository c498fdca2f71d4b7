// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/command_line/sweep_ranks.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <thread>

#include "models/command_line/terminal.hpp"
#include "models/lab/sweep/sweep_board.hpp"
#include "models/lab/sweep/sweep_text.hpp"
#include "models/machine/profile_file.hpp"

namespace spawnpoint::command_line {
namespace {

using Json = nlohmann::json;
constexpr const char* kOver = "over";

}  // namespace

std::optional<SweepSource> share_source(Ranks& ranks, std::optional<SweepSource> source) {
  std::string text;
  if (source) {
    Json json;
    json["text"] = source->text;
    json["file"] = source->file;
    json["settings"] = Json::array();
    for (const Setting& setting : source->options.settings) json["settings"].push_back({setting.key, setting.value});
    if (source->options.seed) json["seed"] = *source->options.seed;
    if (source->options.host) json["host"] = to_toml(source->options.host());
    json["concurrency"] = source->options.concurrency;
    text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  ranks.broadcast(text);
  if (text.empty()) return std::nullopt;
  const Json json = Json::parse(text);
  SweepSource shared;
  shared.text = json["text"];
  shared.file = json["file"];
  for (const Json& setting : json["settings"]) shared.options.settings.push_back({setting[0], setting[1]});
  if (json.contains("seed")) shared.options.seed = json["seed"].get<std::uint64_t>();
  // The profile of rank 0's host, as this rank's: results must not depend on where they are computed.
  if (json.contains("host")) shared.options.host = [machine = machine_from(json["host"]).value()] { return machine; };
  shared.options.concurrency = json["concurrency"];
  return shared;
}

SweepOutcome run_sweep_on(Ranks& ranks, const SweepPlan& plan, const SweepOptions& options) {
  SweepBoard board(plan, options, static_cast<unsigned>(ranks.size()));
  const std::stop_callback on_stop(options.stop, [&board] { board.wake(); });
  SweepWork work(board, plan, options);
  std::jthread own([&work] { work.serve(SweepBoard::End::lightest); });
  std::map<int, SweepTask> given;
  std::deque<int> idle;
  for (int rank = 1; rank < ranks.size(); ++rank) idle.push_back(rank);
  int serving = ranks.size() - 1;
  while (serving > 0) {
    bool moved = false;
    while (const auto message = ranks.receive()) {
      moved = true;
      const auto task = given.find(message->from);
      if (task == given.end()) continue;
      auto record = from_record(message->text);
      SweepTaskResult result;
      if (record) result = std::move(record->result);
      // What cannot be read counts as not computed; it cannot happen between equal programs.
      if (!record) result.result.error = "a rank's answer cannot be read: " + record.error();
      board.put(task->second, std::move(result));
      given.erase(task);
      idle.push_back(message->from);
    }
    for (std::size_t waiting = idle.size(); waiting > 0; --waiting) {
      const int rank = idle.front();
      idle.pop_front();
      auto answer = board.take(rank == 1 ? SweepBoard::End::heaviest : SweepBoard::End::lightest);
      if (const auto* task = std::get_if<SweepTask>(&answer)) {
        ranks.send(rank, to_text(*task));
        given[rank] = *task;
        moved = true;
      } else if (std::holds_alternative<SweepBoard::Over>(answer)) {
        ranks.send(rank, kOver);
        --serving;
      } else {
        idle.push_back(rank);
      }
    }
    if (!moved) Ranks::pause();
  }
  own.join();
  work.rethrow();
  return board.outcome();
}

void serve_ranks(Ranks& ranks, const SweepPlan& plan) {
  // mpirun passes Ctrl-C on to all: what is being computed is abandoned, and rank 0 reports the rest.
  const Interrupt interrupt;
  for (;;) {
    const auto message = ranks.receive();
    if (!message) {
      Ranks::pause();
      continue;
    }
    if (message->text == kOver) return;
    const auto task = task_from_text(message->text);
    SweepTaskResult result;
    std::stop_source stop;
    if (task) {
      result = compute(plan, *task, stop.get_token(), [&](double) {
        if (Interrupt::requested()) stop.request_stop();
      });
    }
    ranks.send(0, to_record(task.value_or(SweepTask{}), result));
  }
}

}  // namespace spawnpoint::command_line
