// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/diagnosis/diagnosis_json.hpp"

#include <nlohmann/json.hpp>

#include "models/result/format.hpp"
#include "models/scenario/settings.hpp"

namespace spawnpoint {

std::string to_json_line(const RunResult& result, const Diagnosis& diagnosis, std::span<const Suggestion> suggestions) {
  using Json = nlohmann::ordered_json;
  Json told;
  told["headline"] = diagnosis.headline;
  told["details"] = diagnosis.details;
  Json all = Json::array();
  for (const Suggestion& suggestion : suggestions) {
    Json one;
    one["label"] = suggestion.label;
    one["concurrency"] = suggestion.concurrency;
    one["set"] = Json::array();
    for (const Setting& setting : suggestion.set) one["set"].push_back(to_text(setting));
    one["completed"] = suggestion.completed;
    one["wall_s"] = to_seconds(suggestion.wall);
    all.push_back(std::move(one));
  }
  const auto written = [](const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); };
  std::string line = to_json_line(result);
  line.pop_back();  // Its closing brace.
  return line + ",\"diagnosis\":" + written(told) + ",\"suggestions\":" + written(all) + '}';
}

}  // namespace spawnpoint
