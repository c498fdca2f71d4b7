// SPDX-License-Identifier: GPL-3.0-or-later
// LatestJob: work in the background of which only the newest counts. What is started takes the place of what was
// started before, and a late answer to an older request never arrives.
#pragma once

#include <QObject>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

namespace spawnpoint::gui {

/// Calls what it is given in the thread of the job's owner, unless the job has been abandoned by then. May be called in
/// any thread while the job runs.
using Tell = std::function<void(std::function<void()>)>;

/// The thread of a LatestJob, whatever the kind of its result.
class JobThread {
 public:
  /// Gives what is to be called in the owner's thread when it is over. It must not throw.
  using Work = std::function<std::function<void()>(const std::stop_token&, const Tell&)>;

  JobThread() = default;
  JobThread(const JobThread&) = delete;
  JobThread& operator=(const JobThread&) = delete;
  ~JobThread();

  /// Throws std::system_error if no thread can be started; nothing runs then.
  void start(Work work);
  void stop();
  void cancel();
  void wait();
  bool is_running() const { return running_; }
  /// As the result of a job that is started and over: calls `what` in the owner's thread, but not at once.
  void deliver(std::function<void()> what);

 private:
  struct Job {
    Work work;
    std::stop_source stop;
    std::uint64_t ticket = 0;
  };

  void serve(const std::stop_token& unwanted);
  void post(std::uint64_t ticket, std::function<void()> what, bool is_last);

  QObject home_;  ///< Lives in the owner's thread.
  std::uint64_t ticket_ = 0;
  bool running_ = false;
  std::stop_source stop_{std::nostopstate};
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<Job> next_;
  bool busy_ = false;
  std::jthread thread_;  // Last: it ends before anything else of this goes.
};

/// All of it belongs to one thread, which must handle events: results arrive there. Jobs run one after the other in a
/// thread of their own, so one that is abandoned should look at its stop token now and then.
template <class T>
class LatestJob {
 public:
  /// The error: what a job that threw has said, or why there is no thread.
  using Outcome = std::expected<T, std::string>;

  /// `done` gets the outcome of each job that was not abandoned; by then the job no longer counts as running.
  explicit LatestJob(std::function<void(Outcome)> done)
      : done_(std::make_shared<const std::function<void(Outcome)>>(std::move(done))) {}
  // The destructor abandons what runs, and waits for its end.

  /// `work` is called with the stop token, and where it takes two arguments with a Tell.
  template <class Work>
  void start(Work work) {
    try {
      thread_.start([work = std::move(work), done = done_](const std::stop_token& stop, const Tell& tell) mutable {
        return delivery(done, attempt(work, stop, tell));
      });
    } catch (const std::system_error& problem) {  // This program, too, may have all the threads that it can get.
      thread_.deliver(delivery(done_, std::unexpected(std::string("no thread could be started: ") + problem.what())));
    }
  }
  /// Asks the running job to end; what it has by then arrives.
  void stop() { thread_.stop(); }
  /// What runs is abandoned: it is asked to end, and nothing of it arrives.
  void cancel() { thread_.cancel(); }
  /// Until the outcome has arrived.
  bool is_running() const { return thread_.is_running(); }
  /// Until nothing runs in the background; the outcome arrives with the next events. For tests and screenshots.
  void wait() { thread_.wait(); }

 private:
  using Done = std::shared_ptr<const std::function<void(Outcome)>>;

  static std::function<void()> delivery(const Done& done, Outcome outcome) {
    return [done, kept = std::make_shared<Outcome>(std::move(outcome))] { (*done)(std::move(*kept)); };
  }

  template <class Work>
  static Outcome attempt(Work& work, const std::stop_token& stop, const Tell& tell) {
    const auto call = [&]() -> T {
      if constexpr (std::is_invocable_v<Work&, std::stop_token, const Tell&>) {
        return work(stop, tell);
      } else {
        return work(stop);
      }
    };
    try {
      if constexpr (std::is_void_v<T>) {
        call();
        return {};
      } else {
        return call();
      }
    } catch (const std::exception& problem) {  // Out of memory, say: the window stays.
      return std::unexpected(std::string(problem.what()));
    }
  }

  Done done_;
  JobThread thread_;
};

}  // namespace spawnpoint::gui
