// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/command_line/ranks.hpp"

#include <dlfcn.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace spawnpoint::command_line {
namespace {

/// What mpirun of Open MPI and MPICH, and srun with PMIx or PMI, tell the processes that they start.
bool started_with_others() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"}) {
    if (std::getenv(name) != nullptr) return true;
  }
  return false;
}

}  // namespace

void Ranks::pause() {
  std::this_thread::sleep_for(std::chrono::microseconds(200));
}

std::expected<std::unique_ptr<Ranks>, std::string> join_ranks() {
  if (!started_with_others()) return nullptr;
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& folder : {here, here.parent_path() / SPAWNPOINT_LIBDIR / "spawnpoint"}) {
    const fs::path library = folder / "spawnpoint-mpi.so";
    if (!fs::exists(library, error)) continue;
    // MPI's own parts look for its symbols in the whole process.
    void* loaded = dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (loaded == nullptr) return std::unexpected(std::string("MPI cannot be loaded: ") + dlerror());
    auto* join = reinterpret_cast<Ranks* (*)()>(dlsym(loaded, "spawnpoint_join_ranks"));
    if (join == nullptr) return std::unexpected(library.string() + " does not belong to this program");
    return std::unique_ptr<Ranks>(join());
  }
  return std::unexpected(
      "it was started by mpirun, but built without MPI; build it with Open MPI (libopenmpi-dev), or start it alone");
}

}  // namespace spawnpoint::command_line
