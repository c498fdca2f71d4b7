// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/limits/limits_json.hpp"

#include <nlohmann/json.hpp>

namespace spawnpoint {
namespace {

using Json = nlohmann::ordered_json;

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
    entry["name"] = limit.limit->name;
    entry["value"] = limit.value;
    entry["needed"] = limit.needed > 0 ? Json(limit.needed) : Json(nullptr);
    entry["unit"] = limit.limit->is_size() ? "bytes" : "count";
    entry["command"] = limit.how.text;
    entry["source"] = limit.source;
    json["raise"].push_back(std::move(entry));
  }
  return json;
}

Json to_json(const std::vector<LimitRung>& rungs) {
  Json json = Json::array();
  for (const LimitRung& rung : rungs) {
    Json limit;
    limit["name"] = rung.limit->name;
    limit["value"] = rung.value;
    limit["threads"] = rung.threads;
    limit["call"] = rung.call;
    limit["errno"] = name_of(rung.cause);
    limit["source"] = rung.source;
    limit["unit"] = rung.limit->is_size() ? "bytes" : "count";
    limit["raise"] = rung.raise.text;
    limit["room"] = rung.room;
    limit["level"] = rung.level;
    json.push_back(std::move(limit));
  }
  return json;
}

}  // namespace

std::string to_json_line(const LimitLadder& ladder, const ThreadNeeds* needs) {
  Json json;
  json["threads"] = ladder.threads;
  const LimitRung* binding = ladder.binding();
  json["binding"] = binding != nullptr ? Json(binding->limit->name) : Json(nullptr);
  json["errno"] = binding != nullptr ? Json(name_of(binding->cause)) : Json(nullptr);
  json["limits"] = to_json(ladder.rungs);
  json["exempt"] = to_json(ladder.exempt);
  json["next"] = ladder.rungs.size() > 1 ? Json(ladder.rungs[1].limit->name) : Json(nullptr);
  json["own_threads"] = ladder.own_threads;
  if (needs != nullptr) json["wanted"] = to_json(*needs);
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace spawnpoint
