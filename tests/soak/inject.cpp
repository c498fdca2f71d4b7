// SPDX-License-Identifier: GPL-3.0-or-later
// Preloaded into one of our programs: lets the n-th allocation, or the n-th system call of a kind, fail.
//   SPAWNPOINT_INJECT="KIND N ERRNO"   KIND: malloc, mmap, open, read, write, stat, move, pipe, start; N counts from 1;
//                                      "memory": the n-th allocation and all after it
//   SPAWNPOINT_COUNT=FILE              writes there, at the end, how many there were of the kind
// Counting begins with the program's own main(): what its libraries construct before cannot be caught by anyone.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
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

// NOLINTBEGIN(bugprone-macro-parentheses): parameters and arguments come with theirs.
#define MAY_FAIL(kind_of_call, result, failure, name, parameters, arguments) \
  result name parameters {                                                   \
    static auto* const call = real<result parameters>(#name);                \
    return fails(kind_of_call) ? (failure) : call arguments;                 \
  }
// NOLINTEND(bugprone-macro-parentheses)

MAY_FAIL("mmap", void*, MAP_FAILED, mmap, (void* at, size_t length, int protection, int flags, int fd, off_t offset),
         (at, length, protection, flags, fd, offset))
MAY_FAIL("mmap", void*, MAP_FAILED, mmap64, (void* at, size_t length, int protection, int flags, int fd, off_t offset),
         (at, length, protection, flags, fd, offset))
MAY_FAIL("open", FILE*, nullptr, fopen, (const char* path, const char* how), (path, how))
MAY_FAIL("open", FILE*, nullptr, fopen64, (const char* path, const char* how), (path, how))
MAY_FAIL("open", DIR*, nullptr, opendir, (const char* path), (path))
MAY_FAIL("open", int, -1, memfd_create, (const char* name, unsigned flags), (name, flags))
MAY_FAIL("open", int, -1, eventfd, (unsigned value, int flags), (value, flags))
MAY_FAIL("read", ssize_t, -1, read, (int fd, void* into, size_t size), (fd, into, size))
MAY_FAIL("read", ssize_t, -1, pread, (int fd, void* into, size_t size, off_t offset), (fd, into, size, offset))
MAY_FAIL("read", size_t, 0, fread, (void* into, size_t size, size_t count, FILE* file), (into, size, count, file))
MAY_FAIL("write", ssize_t, -1, write, (int fd, const void* from, size_t size), (fd, from, size))
MAY_FAIL("write", ssize_t, -1, writev, (int fd, const struct iovec* from, int count), (fd, from, count))
MAY_FAIL("write", ssize_t, -1, pwrite, (int fd, const void* from, size_t size, off_t offset), (fd, from, size, offset))
MAY_FAIL("write", size_t, 0, fwrite, (const void* from, size_t size, size_t count, FILE* file),
         (from, size, count, file))
MAY_FAIL("write", int, EOF, fflush, (FILE * file), (file))
MAY_FAIL("write", int, -1, ftruncate, (int fd, off_t size), (fd, size))
MAY_FAIL("stat", int, -1, stat, (const char* path, struct stat* status), (path, status))
MAY_FAIL("stat", int, -1, lstat, (const char* path, struct stat* status), (path, status))
MAY_FAIL("stat", int, -1, fstat, (int fd, struct stat* status), (fd, status))
MAY_FAIL("stat", int, -1, stat64, (const char* path, struct stat64* status), (path, status))
MAY_FAIL("stat", int, -1, fstat64, (int fd, struct stat64* status), (fd, status))
MAY_FAIL("stat", int, -1, statx, (int folder, const char* path, int flags, unsigned mask, struct statx* status),
         (folder, path, flags, mask, status))
MAY_FAIL("move", int, -1, rename, (const char* from, const char* to), (from, to))
MAY_FAIL("move", int, -1, renameat2, (int from_folder, const char* from, int to_folder, const char* to, unsigned flags),
         (from_folder, from, to_folder, to, flags))
MAY_FAIL("move", int, -1, linkat, (int from_folder, const char* from, int to_folder, const char* to, int flags),
         (from_folder, from, to_folder, to, flags))
MAY_FAIL("move", int, -1, mkdir, (const char* path, mode_t mode), (path, mode))
MAY_FAIL("pipe", int, -1, pipe2, (int* ends, int flags), (ends, flags))
MAY_FAIL("start", pid_t, -1, fork, (), ())

// Their mode is there only where they create.
#define OPEN_MAY_FAIL(name, parameters, last, arguments)                             \
  int name parameters {                                                              \
    va_list more;                                                                    \
    va_start(more, last);                                                            \
    const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; \
    const mode_t mode = creates ? static_cast<mode_t>(va_arg(more, int)) : 0;        \
    va_end(more);                                                                    \
    static auto* const call = real<int parameters>(#name);                           \
    return fails("open") ? -1 : call arguments;                                      \
  }
OPEN_MAY_FAIL(open, (const char* path, int flags, ...), flags, (path, flags, mode))
OPEN_MAY_FAIL(open64, (const char* path, int flags, ...), flags, (path, flags, mode))
OPEN_MAY_FAIL(openat, (int folder, const char* path, int flags, ...), flags, (folder, path, flags, mode))

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
