// SPDX-License-Identifier: GPL-3.0-or-later
// Preloaded into one of our programs: lets the n-th allocation, or the n-th system call of a kind, fail.
//   SPAWNPOINT_INJECT="KIND N ERRNO"   KIND: malloc, mmap, open, read, write, stat, move, pipe, start; N counts from 1;
//                                      "memory": the n-th allocation and all after it
//   SPAWNPOINT_COUNT=FILE              writes there, at the end, how many there were of the kind
// Counting begins with the program's own main(): what its libraries construct before cannot be caught by anyone.
#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace {

char kind[16] = "";
long fails_at = -1;
int error_number = ENOMEM;
bool for_good = false;
const char* count_file = nullptr;
std::atomic<long> calls{0};
std::atomic<bool> counting{false};

bool fails(const char* what) {
  if (!counting || std::strcmp(what, kind) != 0) return false;
  const long call = ++calls;
  if (call != fails_at && (call < fails_at || !for_good)) return false;
  errno = error_number;
  return true;
}

__attribute__((constructor(65535))) void begin() {
  if (const char* what = std::getenv("SPAWNPOINT_INJECT"))
    std::sscanf(what, "%15s %ld %d", kind, &fails_at, &error_number);
  if (std::strcmp(kind, "memory") == 0) {
    std::strcpy(kind, "malloc");
    for_good = fails_at > 0;
  }
  count_file = std::getenv("SPAWNPOINT_COUNT");
}

__attribute__((destructor)) void end() {
  counting = false;
  if (count_file == nullptr) return;
  char text[32];
  const int length = std::snprintf(text, sizeof text, "%ld\n", calls.load());
  const int fd = ::open(count_file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd >= 0 && ::write(fd, text, static_cast<size_t>(length)) == length) ::close(fd);
}

int (*programs_main)(int, char**, char**) = nullptr;

int main_with_failures(int argc, char** argv, char** environment) {
  counting = kind[0] != '\0';
  return programs_main(argc, argv, environment);
}

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int __libc_start_main(int (*main)(int, char**, char**), int argc, char** argv, void (*init)(), void (*fini)(),
                      void (*rtld_fini)(), void* stack_end) {
  programs_main = main;
  return real<int(int (*)(int, char**, char**), int, char**, void (*)(), void (*)(), void (*)(), void*)>(
      "__libc_start_main")(main_with_failures, argc, argv, init, fini, rtld_fini, stack_end);
}

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) {
  return fails("malloc") ? nullptr : __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  return fails("malloc") ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* old, size_t size) {
  return fails("malloc") ? nullptr : __libc_realloc(old, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  return fails("malloc") ? nullptr : __libc_memalign(alignment, size);
}

void* mmap(void* at, size_t length, int protection, int flags, int fd, off_t offset) {
  static auto* const call = real<void*(void*, size_t, int, int, int, off_t)>("mmap");
  return fails("mmap") ? MAP_FAILED : call(at, length, protection, flags, fd, offset);
}

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(more, int)) : 0;
  va_end(more);
  static auto* const call = real<int(const char*, int, ...)>("open");
  return fails("open") ? -1 : call(path, flags, mode);
}
FILE* fopen(const char* path, const char* how) {
  static auto* const call = real<FILE*(const char*, const char*)>("fopen");
  return fails("open") ? nullptr : call(path, how);
}
int memfd_create(const char* name, unsigned flags) {
  static auto* const call = real<int(const char*, unsigned)>("memfd_create");
  return fails("open") ? -1 : call(name, flags);
}
ssize_t read(int fd, void* into, size_t size) {
  static auto* const call = real<ssize_t(int, void*, size_t)>("read");
  return fails("read") ? -1 : call(fd, into, size);
}
ssize_t pread(int fd, void* into, size_t size, off_t offset) {
  static auto* const call = real<ssize_t(int, void*, size_t, off_t)>("pread");
  return fails("read") ? -1 : call(fd, into, size, offset);
}
size_t fread(void* into, size_t size, size_t count, FILE* file) {
  static auto* const call = real<size_t(void*, size_t, size_t, FILE*)>("fread");
  return fails("read") ? 0 : call(into, size, count, file);
}
ssize_t write(int fd, const void* from, size_t size) {
  static auto* const call = real<ssize_t(int, const void*, size_t)>("write");
  return fails("write") ? -1 : call(fd, from, size);
}
ssize_t pwrite(int fd, const void* from, size_t size, off_t offset) {
  static auto* const call = real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return fails("write") ? -1 : call(fd, from, size, offset);
}
size_t fwrite(const void* from, size_t size, size_t count, FILE* file) {
  static auto* const call = real<size_t(const void*, size_t, size_t, FILE*)>("fwrite");
  return fails("write") ? 0 : call(from, size, count, file);
}
int fflush(FILE* file) {
  static auto* const call = real<int(FILE*)>("fflush");
  return fails("write") ? EOF : call(file);
}
int fstat(int fd, struct stat* status) {
  static auto* const call = real<int(int, struct stat*)>("fstat");
  return fails("stat") ? -1 : call(fd, status);
}
int ftruncate(int fd, off_t size) {
  static auto* const call = real<int(int, off_t)>("ftruncate");
  return fails("stat") ? -1 : call(fd, size);
}
int rename(const char* from, const char* to) {
  static auto* const call = real<int(const char*, const char*)>("rename");
  return fails("move") ? -1 : call(from, to);
}
int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  static auto* const call = real<int(int, const char*, int, const char*, int)>("linkat");
  return fails("move") ? -1 : call(from_folder, from, to_folder, to, flags);
}
int pipe2(int* ends, int flags) {
  static auto* const call = real<int(int*, int)>("pipe2");
  return fails("pipe") ? -1 : call(ends, flags);
}
int posix_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const argv[], char* const envp[]) {
  static auto* const call = real<decltype(posix_spawn)>("posix_spawn");
  return fails("start") ? error_number : call(pid, path, actions, attributes, argv, envp);
}
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument) {
  static auto* const call = real<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create");
  return fails("start") ? error_number : call(thread, attributes, body, argument);
}

}  // extern "C"
