// SPDX-License-Identifier: GPL-3.0-or-later
// A result's fields by their names, such as "wall", "memory.resident" and "failure.limit": for all who ask for one of
// them, expectations, tables and columns of CSV.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/units.hpp"
#include "models/result/result_fields.hpp"

namespace spawnpoint {

enum class FieldKind : std::uint8_t { time, count, size, count_or_size, flag, text };

/// Nothing: there is none, since nothing failed or since it is not known.
using FieldValue = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, Duration, Bytes, std::string>;

struct ResultField {
  std::string name;
  FieldKind kind = FieldKind::text;
  Told told = Told::records;
};

/// All that have one value, and "failure", which says whether there is one. In the order of the JSON.
const std::vector<ResultField>& result_fields();

/// The name is one of a result's fields; another one is std::invalid_argument. Jobs are counted from 1.
FieldValue value_of(const RunResult& result, std::string_view name);

/// "1.043 s", "18.9 MiB", "1,000", "yes"; empty for nothing.
std::string for_people(const FieldValue& value);
/// As programs read it, a time in seconds and a size in bytes: "1.043", "19818086", "1000", "true"; empty for nothing.
std::string for_programs(const FieldValue& value);

}  // namespace spawnpoint
