// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever a scenario may say of a runtime and of its jobs reaches a live run's worker.
#include "models/lab/live/live_plan.hpp"

#include "models/machine/profile.hpp"
#include "models/workload/workload_fields.hpp"
#include "tests/catch.hpp"
#include "tests/models/fields.hpp"
#include "tests/models/laboratory.hpp"

using namespace spawnpoint;
using namespace std::chrono_literals;
using tests::field_texts;

namespace {

LivePlan plan_of(const Jobs& jobs, const Runtime& runtime) {
  LivePlan plan;
  plan.concurrency = "thread_pool";
  plan.jobs = jobs;
  plan.runtime = runtime;
  const auto back = decode_live_plan(encode(plan));
  INFO((back ? std::string() : back.error()));
  REQUIRE(back);
  return *back;
}

/// With every step, and something in each list.
Jobs jobs() {
  Jobs jobs;
  jobs.count = 12;
  jobs.arrivals = {.kind = Arrivals::Kind::trace, .every = 1ms, .rate_per_second = 200, .times = {1ns, 5s}};
  for (const StepTraits& step : kSteps) jobs.steps.push_back({step.kind, Distribution::constant(1500us)});
  return jobs;
}

}  // namespace

TEST_CASE("every field of a runtime reaches the worker") {
  const Runtime runtime = tests::c_runtime();
  const auto fields = field_texts(runtime);
  REQUIRE(fields.size() > 30);
  for (std::size_t field = 0; field < fields.size(); ++field) {
    const Runtime changed = tests::with_changed_field(runtime, field);
    INFO(field_texts(changed)[field]);
    CHECK(field_texts(changed)[field] != fields[field]);
    const LivePlan back = plan_of(jobs(), changed);
    CHECK(field_texts(back.runtime) == field_texts(changed));
    CHECK(back.runtime.name == runtime.name);
  }
}

TEST_CASE("every field of the jobs reaches the worker") {
  const auto fields = field_texts(jobs());
  REQUIRE(fields.size() == 5 + 2 * kSteps.size());
  for (std::size_t field = 0; field < fields.size(); ++field) {
    const Jobs changed = tests::with_changed_field(jobs(), field);
    INFO(field_texts(changed)[field]);
    CHECK(field_texts(changed)[field] != fields[field]);
    CHECK(field_texts(plan_of(changed, tests::c_runtime()).jobs) == field_texts(changed));
  }
}

TEST_CASE("every distribution reaches the worker") {
  for (const Distribution& distribution :
       {Distribution::constant(0s), Distribution::exponential(3ms), Distribution::uniform(1ns, 90min),
        Distribution::lognormal(50us, 2.5), Distribution::normal(1s, 1ms), Distribution::erlang(3, 1ms),
        Distribution::gamma(0.7, 2s), Distribution::weibull(1.5, 3us), Distribution::pareto(1.1, 7us),
        Distribution::empirical({3ns, 90min, 1s})}) {
    Jobs changed = jobs();
    changed.steps = {{StepKind::sleep, distribution}};
    INFO(distribution.to_string());
    CHECK(plan_of(changed, tests::c_runtime()).jobs.steps.front().duration == distribution);
  }
}
