// SPDX-License-Identifier: GPL-3.0-or-later
// What takes a run's time, in words that hold for every concurrency model.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "models/lab/diagnosis/bottleneck.hpp"
#include "models/lab/diagnosis/diagnosis.hpp"
#include "models/lab/diagnosis/record_moments.hpp"

namespace spawnpoint {

/// What a job takes when nothing holds it up; on average, where jobs are not equal.
Duration job_duration(const Scenario& scenario);
/// Of times that may be longer than a Duration holds.
std::string format_seconds(double seconds);
/// "45%"; what is nearly nothing is not nothing, and nearly all is not all: "less than 1%", "more than 99%".
std::string percent(double part);
/// Whoever serves them, and for what part of the time the jobs kept them busy: "the workers".
void tell_arrivals(Diagnosis& diagnosis, const Load& load, const RunResult& result, std::string_view servers);
/// How much of the time there was nobody yet, where jobs come over a good part of it.
void tell_what_had_come(Diagnosis& diagnosis, const Load& load, const RunResult& result);
/// What the program may compute with: "4 cores", or "quota" where that allows less.
std::string capacity_name(const Machine& machine, const Load& load);
/// `more`: what there could be more of, "workers".
void tell_cores(Diagnosis& diagnosis, const Scenario& scenario, const Load& load, const RunResult& result,
                std::string_view more);
/// Which job takes the time by itself, where one does.
void tell_longest_job(Diagnosis& diagnosis, const Scenario& scenario, const Load& load, const RunResult& result);
/// A sum of what the jobs ask for: "about 3 s" where it is what was to be expected of them.
std::string format_demand(const Load& load, double seconds);
/// Where jobs come over a good part of the time, but take it with others.
void tell_last_arrival(Diagnosis& diagnosis, const Load& load, const RunResult& result);
/// Which job ended last, where what it took by itself is most of the time.
void tell_last_job(Diagnosis& diagnosis, const RunResult& result);
/// Leads to the job that waited; `until` says of both until when.
void show_first(Diagnosis& diagnosis, const RunResult& result, const std::optional<Following>& found,
                std::string_view until);

}  // namespace spawnpoint
