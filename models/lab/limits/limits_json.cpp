// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/limits/limits_json.hpp"

#include <nlohmann/json.hpp>

namespace spawnpoint {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json to_json(const ThreadNeeds& needs) {
  Json json;
  json["threads"] = needs.threads;
  json["fits"] = needs.raise.empty();
  json["memory"]["resident_bytes"] = needs.resident.count;
  json["memory"]["virtual_bytes"] = needs.virtual_size.count;
  json["memory"]["kernel_bytes"] = needs.kernel.count;
  json["raise"] = Json::array();
  for (const LimitToRaise& limit : needs.raise) {
    Json entry;
    entry["name"] = limit.name;
    entry["value"] = limit.value;
    entry["needed"] = limit.needed > 0 ? Json(limit.needed) : Json(nullptr);
    entry["unit"] = limit.is_size ? "bytes" : "count";
    entry["command"] = limit.command;
    entry["source"] = limit.source;
    json["raise"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace

std::string to_json_line(const LimitLadder& ladder, const ThreadNeeds* needs) {
  Json json;
  json["threads"] = ladder.threads;
  json["binding"] = or_null(ladder.binding);
  json["errno"] = or_null(ladder.errno_name);
  json["limits"] = Json::array();
  for (const LimitRung& rung : ladder.rungs) {
    Json limit;
    limit["name"] = rung.name;
    limit["value"] = rung.value;
    limit["threads"] = rung.threads;
    limit["call"] = rung.call;
    limit["errno"] = rung.errno_name;
    limit["source"] = rung.source;
    limit["unit"] = rung.is_size ? "bytes" : "count";
    limit["raise"] = rung.raise;
    json["limits"].push_back(std::move(limit));
  }
  json["next"] = ladder.rungs.size() > 1 ? Json(ladder.rungs[1].name) : Json(nullptr);
  if (needs != nullptr) json["wanted"] = to_json(*needs);
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace spawnpoint
