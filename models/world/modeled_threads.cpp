// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/world/modeled_threads.hpp"

#include <algorithm>
#include <string>

namespace spawnpoint {

static_assert(ThreadWorld<ModeledThreads>);

namespace {

SpawnRefusal describe(const kernel::Refusal& refusal, const Runtime& runtime) {
  return {.call = std::string(refusal.call),
          .errno_name = std::string(refusal.errno_name),
          .limit = std::string(to_string(refusal.limit)),
          .value = refusal.value,
          .message = runtime.message};
}

}  // namespace

ModeledThreads::Spawn ModeledThreads::spawn_thread(Task<> body) {
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
                               .errno_name = refusal.errno_name,
                               .limit = refusal.limit,
                               .value = refusal.value,
                               .message = refusal.message,
                               .at = now()},
                  kernel_.current(), MarkKind::failure);
}

void ModeledThreads::finish() {
  if (!kernel_.death()) return;
  const kernel::Refusal& death = *kernel_.death();
  const bool killed = death.errno_name == "SIGKILL";
  recording_.fail(FailurePoint{.job = starting_,
                               .threads = kernel_.created(),
                               .call = std::string(death.call),
                               .errno_name = std::string(death.errno_name),
                               .limit = std::string(to_string(death.limit)),
                               .value = death.value,
                               .message = killed ? "Killed" : runtime_->abort_message,
                               .at = now()},
                  kernel_.current(), killed ? MarkKind::oom_kill : MarkKind::aborted);
}

void ModeledThreads::threads_changed() {
  const kernel::ThreadCounts& counts = kernel_.counts();
  const std::int64_t threads = counts.alive + runtime_->base_threads;
  const kernel::ProcessMemory& memory = kernel_.memory();
  const Bytes resident = memory.resident(counts);
  const Bytes stacks = memory.kernel_stacks(counts);
  const Bytes tables = memory.page_tables(counts);
  const Bytes slab = memory.slab(counts);
  const Bytes virtual_size = memory.virtual_size(counts);
  peak_memory_.resident = std::max(peak_memory_.resident, resident);
  peak_memory_.virtual_size = std::max(peak_memory_.virtual_size, virtual_size);
  if (stacks + tables + slab > peak_memory_.kernel) {
    peak_memory_.kernel = stacks + tables + slab;
    peak_memory_.kernel_stacks = stacks;
    peak_memory_.page_tables = tables;
    peak_memory_.slab = slab;
  }
  recording_.sample(threads, now(), [&](const auto& add) {
    add(SeriesKind::resident, static_cast<double>(resident.count));
    add(SeriesKind::virtual_size, static_cast<double>(virtual_size.count));
    add(SeriesKind::kernel_stacks, static_cast<double>(stacks.count));
    add(SeriesKind::page_tables, static_cast<double>(tables.count));
    add(SeriesKind::slab, static_cast<double>(slab.count));
    add(SeriesKind::threads, static_cast<double>(threads));
    add(SeriesKind::runnable, static_cast<double>(kernel_.runnable()));
  });
}

}  // namespace spawnpoint
