// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/world/modeled_threads.hpp"

#include <algorithm>
#include <csignal>
#include <string>

namespace spawnpoint {

static_assert(ThreadWorld<ModeledThreads>);

namespace {

SpawnRefusal describe(const kernel::Refusal& refusal, const Runtime& runtime) {
  return {.call = std::string(refusal.call),
          .cause = refusal.cause,
          .limit = refusal.limit,
          .value = refusal.value,
          .message = runtime.message};
}

}  // namespace

ModeledThreads::Spawn ModeledThreads::spawn_thread(Task<> body) {
  if (keeps_jobs_) jobs_of_threads_.push_back(starting_);
  // What it was made for is all that it does until its job begins.
  if (recording_.recorder() != nullptr) doing(static_cast<Thread>(kernel_.created() + 1)).job = starting_;
  return Spawn(*this, std::move(body));
}

std::expected<ModeledThreads::Thread, SpawnRefusal> ModeledThreads::Spawn::await_resume() const {
  const auto result = spawn_.await_resume();
  if (result) return *result;
  return std::unexpected(describe(result.error(), *world_->runtime_));
}

void ModeledThreads::fail(JobId job, const SpawnRefusal& refusal) {
  recording_.fail(FailurePoint{.job = job,
                               .threads = kernel_.created(),
                               .call = refusal.call,
                               .cause = refusal.cause,
                               .limit = std::string(refusal.limit->name),
                               .value = refusal.value,
                               .message = refusal.message,
                               .at = now()},
                  kernel_.current(), MarkKind::failure);
}

FailurePoint ModeledThreads::at_death(const kernel::Refusal& death) const {
  FailurePoint failure{.job = starting_,
                       .threads = kernel_.created(),
                       .call = std::string(death.call),
                       .cause = death.cause,
                       .limit = std::string(death.limit->name),
                       .value = death.value,
                       .message = runtime_->abort_message,
                       .at = now()};
  const auto* signal = std::get_if<Signal>(&death.cause);
  // One of the runtime's own threads; a program that finds no room has not begun, and says nothing.
  if (signal == nullptr) failure.message = death.call == runtime_->clone_call ? runtime_->message : "";
  if (signal != nullptr && *signal != Signal{SIGABRT}) failure.message = message_of(*signal);
  const bool overflowed = death.cause == Cause(Signal{SIGSEGV});
  // It is the thread's own doing, however many the main thread has started meanwhile.
  if ((overflowed || death.cause == Cause(Signal{SIGABRT})) && kernel_.current() > 0)
    failure.job = jobs_of_threads_.at(kernel_.current() - 1);
  if (overflowed) failure.threads = kernel_.current() - 1;
  return failure;
}

void ModeledThreads::finish() {
  kernel_.rethrow_error();
  recording_.flush();
  if (!kernel_.death()) return;
  const kernel::Refusal& death = *kernel_.death();
  // What is refused to the program itself is no signal.
  const MarkKind mark = death.cause == Cause(Signal{SIGKILL})         ? MarkKind::oom_kill
                        : std::holds_alternative<Signal>(death.cause) ? MarkKind::aborted
                                                                      : MarkKind::failure;
  recording_.fail(at_death(death), kernel_.current(), mark);
}

void ModeledThreads::threads_changed() {
  const kernel::ThreadCounts& counts = kernel_.counts();
  // Fewer threads take less of everything, and what more of them take was recorded when they came.
  if (counts.alive >= alive_before_) note_peaks(counts);
  alive_before_ = counts.alive;
  const std::int64_t threads = counts.alive + own_threads_;
  peak_threads_ = std::max(peak_threads_, threads);
  const kernel::ProcessMemory& memory = kernel_.memory();
  // What threads use of their stacks comes after them, and may be the most of what they take.
  const bool resident_follows = runtime_->touched == Bytes{};
  if (!resident_follows) recording_.sample_size(SeriesKind::resident, memory.resident(counts), now());
  recording_.sample(threads, now(), [&](const auto& add) {
    const auto add_size = [&add](SeriesKind kind, Bytes size) { add(kind, static_cast<double>(size.count)); };
    if (resident_follows) add_size(SeriesKind::resident, memory.resident(counts));
    add_size(SeriesKind::virtual_size, memory.virtual_size(counts));
    add_size(SeriesKind::kernel_stacks, memory.kernel_stacks(counts));
    add_size(SeriesKind::page_tables, memory.page_tables(counts));
    add_size(SeriesKind::slab, memory.slab(counts));
    add(SeriesKind::threads, static_cast<double>(threads));
  });
}

void ModeledThreads::set_aside(Thread thread, Instant at) {
  // A record has to end somewhere. What comes after it is told less exactly, as live records are.
  constexpr std::int64_t kMost = 2'000'000;
  if (set_asides_ == kMost) return;
  Doing& doing = this->doing(thread);
  if (doing.job == kNoJob || doing.aside) return;
  doing.before = recording_.recorder()->state_of(doing.job);
  if (!is_open(doing.before)) return;
  doing.aside = true;
  ++set_asides_;
  recording_.recorder()->enter(doing.job, JobState::ready, thread, at);
}

void ModeledThreads::taken_up(Thread thread, Instant at) {
  if (thread >= doing_.size() || !doing_[thread].aside) return;
  Doing& doing = doing_[thread];
  doing.aside = false;
  // One that has slept comes out of its call first, and then says what it does next.
  const JobState state = doing.before == JobState::starting ? JobState::starting : JobState::running;
  recording_.recorder()->enter(doing.job, state, thread, at);
}

void ModeledThreads::note_peaks(const kernel::ThreadCounts& counts) {
  // More of everything takes more memory, unless an arena takes less than what is mapped in its place.
  const bool more_arenas = counts.arenas != most_.arenas && runtime_->arena < runtime_->without_arena;
  if (!has_all_of(counts, most_) || more_arenas) peak_memory_ = with_peaks_of(most_);
  most_ = counts;
}

MemoryUse ModeledThreads::with_peaks_of(const kernel::ThreadCounts& counts) const {
  const kernel::ProcessMemory& memory = kernel_.memory();
  const Bytes stacks = memory.kernel_stacks(counts);
  const Bytes tables = memory.page_tables(counts);
  const Bytes slab = memory.slab(counts);
  MemoryUse peaks = peak_memory_;
  peaks.resident = std::max(peaks.resident, memory.resident(counts));
  peaks.virtual_size = std::max(peaks.virtual_size, memory.virtual_size(counts));
  if (stacks + tables + slab > peaks.kernel) {
    peaks.kernel = stacks + tables + slab;
    peaks.kernel_stacks = stacks;
    peaks.page_tables = tables;
    peaks.slab = slab;
  }
  return peaks;
}

}  // namespace spawnpoint
