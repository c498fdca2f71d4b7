// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lab/live/live_outcome.hpp"

#include <fmt/core.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

#include "models/world/live_record.hpp"

namespace spawnpoint {
namespace {

void name_limit(FailurePoint& failure, const WantedLimit& limit) {
  failure.limit = limit.limit->name;
  failure.value = limit.value;
}

// clone was refused: by what was imposed, if as many threads were there as that allows; else by the machine's own
// limits.
void name_thread_limit(FailurePoint& failure, const LiveLimitsInForce& limits, const LimitLadder& host) {
  if (limits.threads && failure.threads >= limits.threads->room) return name_limit(failure, *limits.threads);
  for (const auto& rung : host.rungs) {
    if (!rung.limit->counts_threads) continue;
    failure.limit = rung.limit->name;
    failure.value = rung.value;
    return;
  }
}

FailurePoint at_death(const LiveEnd& end) {
  FailurePoint failure;
  failure.job = end.starting;
  failure.threads = end.created;
  failure.at = end.at;
  return failure;
}

LiveOutcome killed(const LiveEnd& end, const LiveLimitsInForce& limits, const LimitLadder& host) {
  LiveOutcome outcome;
  outcome.mark = end.out_of_memory || end.machine_out_of_memory ? MarkKind::oom_kill : MarkKind::killed;
  auto& failure = outcome.failure.emplace(at_death(end));
  failure.cause = Signal{SIGKILL};
  failure.message = message_of(Signal{SIGKILL});
  if (end.over_memory || end.out_of_memory) {
    failure.call = "page fault";
    if (limits.memory) name_limit(failure, *limits.memory);
    if (limits.memory && limits.memory->is_cap()) failure.message += ": the run reached the memory cap of live runs";
  } else if (end.machine_out_of_memory) {
    failure.call = "page fault";
    const Limit& memory = limit_of(LimitKind::memory);
    failure.limit = memory.name;
    const auto rung = std::ranges::find(host.rungs, &memory, &LimitRung::limit);
    if (rung != host.rungs.end()) failure.value = rung->value;
  }
  return outcome;
}

/// What the worker itself has told of its failure.
LiveOutcome told(const LiveEnd& end, const LiveLimitsInForce& limits, const LimitLadder& host) {
  LiveOutcome outcome;
  const auto kind = static_cast<LiveFailure>(end.failure->kind);
  if (kind == LiveFailure::not_run) {
    outcome.error = end.failure->message.view();
    return outcome;
  }
  FailurePoint failure;
  failure.job = end.failure->job;
  failure.threads = static_cast<std::int64_t>(end.failure->threads);
  failure.call = end.failure->call.view();
  failure.message = end.failure->message.view();
  if (end.failure->error != 0) failure.cause = Errno{end.failure->error};
  failure.at = end.failure->at;
  const Limit* met = limit_of(*end.failure);
  if (met != nullptr) {
    failure.limit = met->name;
    failure.value = end.failure->value;
  }
  // Where mappings were made to bring this machine's limit nearer, or room was added for what is not the program's,
  // it is the scenario's that was met.
  for (const auto* limit : {&limits.maps, &limits.address_space, &limits.data}) {
    if (*limit && met == (*limit)->limit) failure.value = (*limit)->value;
  }
  if (kind == LiveFailure::refused && failure.call == "clone3") name_thread_limit(failure, limits, host);
  if (kind == LiveFailure::signal_stack) {
    failure.cause = Signal{SIGABRT};
    outcome.mark = MarkKind::aborted;
  }
  if (kind == LiveFailure::exception) failure.cause = Exception{};
  // The process may have died after it was refused a thread: its death is then what its user sees.
  const bool aborted = end.aborted || (WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGABRT);
  if (kind == LiveFailure::refused && aborted && !end.finished && !end.stopped) {
    failure.cause = Signal{SIGABRT};
    if (!end.last_words.empty()) failure.message = end.last_words;
    outcome.mark = MarkKind::aborted;
  }
  outcome.failure = std::move(failure);
  return outcome;
}

/// Ended by a signal other than the kernel's kill.
LiveOutcome died(const LiveEnd& end, const LiveLimitsInForce& limits) {
  LiveOutcome outcome;
  const int signal = end.aborted ? SIGABRT : WTERMSIG(end.status);
  outcome.mark = MarkKind::aborted;
  auto& failure = outcome.failure.emplace(at_death(end));
  failure.cause = Signal{signal};
  failure.message = end.last_words.empty() ? message_of(Signal{signal}) : end.last_words;
  if (signal != SIGSEGV || !limits.stack) return outcome;
  failure.call = "page fault";
  if (end.touching > 0) {
    failure.threads = static_cast<std::int64_t>(end.touching) - 1;
    failure.job = end.touching_job;
  }
  name_limit(failure, *limits.stack);
  return outcome;
}

}  // namespace

LiveOutcome judge(const LiveEnd& end, const LiveLimitsInForce& limits, const LimitLadder& host) {
  if (end.failure) return told(end, limits, host);
  if (end.finished || end.stopped) return {};
  if (end.over_memory || (WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGKILL)) return killed(end, limits, host);
  if (end.aborted || WIFSIGNALED(end.status)) return died(end, limits);
  LiveOutcome outcome;
  outcome.error = fmt::format("the live run's process ended with status {} before its run did{}{}",
                              WEXITSTATUS(end.status), end.last_words.empty() ? "" : ": ", end.last_words);
  return outcome;
}

}  // namespace spawnpoint
