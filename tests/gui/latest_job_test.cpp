// SPDX-License-Identifier: GPL-3.0-or-later
// LatestJob: what arrives of work in the background, where, and what never does.
#include "gui/background/latest_job.hpp"

#include <QCoreApplication>
#include <atomic>
#include <latch>
#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/catch.hpp"
#include "tests/gui/application.hpp"
#include "tests/gui/eventually.hpp"

namespace spawnpoint::gui {
namespace {

/// Waits as a long job does, which looks at its token all the time.
void until_asked(const std::stop_token& stop) {
  while (!stop.stop_requested()) std::this_thread::yield();
}

/// All that the job has posted until now is handled.
template <class T>
void let_arrive(LatestJob<T>& job) {
  job.wait();
  QCoreApplication::processEvents();
}

}  // namespace

TEST_CASE("a job's result arrives in the thread of its owner", "[latest_job]") {
  application();
  std::thread::id worked_in, arrived_in;
  int result = 0;
  LatestJob<int> job([&](std::expected<int, std::string> outcome) {
    arrived_in = std::this_thread::get_id();
    result = outcome.value();
  });
  CHECK_FALSE(job.is_running());
  job.start([&](std::stop_token) {
    worked_in = std::this_thread::get_id();
    return 7;
  });
  CHECK(job.is_running());
  job.wait();
  CHECK(job.is_running());  // It is over, but nobody has heard of it.
  CHECK(result == 0);
  QCoreApplication::processEvents();
  CHECK_FALSE(job.is_running());
  CHECK(result == 7);
  CHECK(arrived_in == std::this_thread::get_id());
  CHECK(worked_in != arrived_in);
}

TEST_CASE("only the newest of several jobs arrives", "[latest_job]") {
  application();
  std::vector<int> arrived;
  LatestJob<int> job([&](std::expected<int, std::string> outcome) { arrived.push_back(outcome.value()); });
  std::latch begun(1);
  job.start([&](std::stop_token stop) {
    begun.count_down();
    until_asked(stop);
    return 1;
  });
  begun.wait();
  job.start([](std::stop_token) { return 2; });
  job.start([](std::stop_token) { return 3; });
  let_arrive(job);
  CHECK(arrived == std::vector{3});

  // One that was over, but had not arrived yet, is late as well.
  job.start([](std::stop_token) { return 4; });
  job.wait();
  job.start([](std::stop_token) { return 5; });
  let_arrive(job);
  CHECK(arrived == std::vector{3, 5});
}

TEST_CASE("nothing of a job that was cancelled arrives", "[latest_job]") {
  application();
  int arrived = 0;
  LatestJob<int> job([&](std::expected<int, std::string>) { ++arrived; });
  std::latch begun(1);
  job.start([&](std::stop_token stop, const Tell& tell) {
    tell([&] { ++arrived; });
    begun.count_down();
    until_asked(stop);
    tell([&] { ++arrived; });
    return 1;
  });
  begun.wait();
  job.cancel();
  CHECK_FALSE(job.is_running());
  let_arrive(job);
  CHECK(arrived == 0);
}

TEST_CASE("a job that was stopped gives what it has", "[latest_job]") {
  application();
  int arrived = 0;
  LatestJob<int> job([&](std::expected<int, std::string> outcome) { arrived = outcome.value(); });
  job.start([](std::stop_token stop) {
    until_asked(stop);
    return 9;
  });
  job.stop();
  CHECK(job.is_running());
  let_arrive(job);
  CHECK(arrived == 9);
}

TEST_CASE("what a job reports arrives in order, before its result", "[latest_job]") {
  application();
  std::vector<int> arrived;
  LatestJob<void> job([&](std::expected<void, std::string> outcome) {
    CHECK(outcome.has_value());
    arrived.push_back(0);
  });
  job.start([&](std::stop_token, const Tell& tell) {
    for (const int word : {1, 2, 3}) tell([&arrived, word] { arrived.push_back(word); });
  });
  let_arrive(job);
  CHECK(arrived == std::vector{1, 2, 3, 0});
}

TEST_CASE("an owner that goes waits for its job, of which nothing arrives", "[latest_job]") {
  application();
  std::atomic<bool> ended = false;
  int arrived = 0;
  std::latch begun(1);
  {
    LatestJob<int> job([&](std::expected<int, std::string>) { ++arrived; });
    job.start([&](std::stop_token stop, const Tell& tell) {
      begun.count_down();
      until_asked(stop);
      tell([&] { ++arrived; });
      ended = true;
      return 1;
    });
    begun.wait();
  }
  CHECK(ended);
  QCoreApplication::processEvents();
  CHECK(arrived == 0);
}

TEST_CASE("a job that throws has failed with its words, and the next one goes through", "[latest_job]") {
  application();
  std::vector<std::string> arrived;
  LatestJob<std::string> job([&](std::expected<std::string, std::string> outcome) {
    arrived.push_back(outcome ? *outcome : "failed: " + outcome.error());
  });
  job.start([](std::stop_token) -> std::string { throw std::runtime_error("no room"); });
  let_arrive(job);
  job.start([](std::stop_token) { return std::string("here"); });
  let_arrive(job);
  CHECK(arrived == std::vector<std::string>{"failed: no room", "here"});
}

TEST_CASE("a receiver of a result may start the next job, or end it all", "[latest_job]") {
  application();
  int left = 3;
  std::unique_ptr<LatestJob<int>> job;
  job = std::make_unique<LatestJob<int>>([&](std::expected<int, std::string> outcome) {
    left = outcome.value();
    if (left == 0) {
      job.reset();
    } else {
      job->start([next = left - 1](std::stop_token) { return next; });
    }
  });
  job->start([next = left - 1](std::stop_token) { return next; });
  CHECK(eventually([&] { return job == nullptr; }));
  CHECK(left == 0);
}

}  // namespace spawnpoint::gui
