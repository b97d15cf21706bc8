#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// LD_PRELOAD library: one system call of a process tree fails. The environment says which:
//
//   FAIL_CALL   the name of a function below
//   FAIL_NTH    which of its calls in all processes of the tree fails, from 1 on; 0: none
//   FAIL_ERRNO  the errno that it fails with
//   FAIL_COUNT  an existing file of 8 bytes, in which the calls are counted
//
// A call that fails is not made. The functions are defined under other names than headers declare them with,
// since there some are variadic: on Linux that makes no difference to how integers and pointers are passed.
namespace {

using Count = std::atomic<std::uint64_t>;

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

struct Fault {
  std::string_view call;
  std::uint64_t nth = 0;
  int error = 0;
  Count* count = nullptr;

  Fault() {
    const char* file = std::getenv("FAIL_COUNT");
    if (file == nullptr) return;
    const int fd = next<int (*)(const char*, int)>("open")(file, 2);
    void* page = next<void* (*)(void*, std::size_t, int, int, int, long)>("mmap")(
        nullptr, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    next<int (*)(int)>("close")(fd);
    if (page == MAP_FAILED) std::abort();
    call = std::getenv("FAIL_CALL");
    nth = std::strtoull(std::getenv("FAIL_NTH"), nullptr, 10);
    error = std::atoi(std::getenv("FAIL_ERRNO"));
    count = static_cast<Count*>(page);
  }
};

bool is_due(std::string_view call) {
  static const Fault fault;
  if (call != fault.call || fault.count->fetch_add(1) + 1 != fault.nth) return false;
  errno = fault.error;
  return true;
}

std::string_view system_call(long number) {
  switch (number) {
    case SYS_pidfd_open:
      return "pidfd_open";
    case SYS_pidfd_send_signal:
      return "pidfd_send_signal";
    case SYS_close_range:
      return "close_range";
    case SYS_futex:
      return "futex";
    default:
      return {};
  }
}

}  // namespace

#define SHMKIT_MAY_FAIL(result, name, parameters, arguments, failed) \
  extern "C" result failing_##name parameters __asm__(#name);        \
  extern "C" result failing_##name parameters {                      \
    static const auto real = next<result(*) parameters>(#name);      \
    return is_due(#name) ? failed : real arguments;                  \
  }

SHMKIT_MAY_FAIL(int, access, (const char* path, int mode), (path, mode), -1)
SHMKIT_MAY_FAIL(int, dup2, (int from, int to), (from, to), -1)
SHMKIT_MAY_FAIL(int, dup3, (int from, int to, int flags), (from, to, flags), -1)
SHMKIT_MAY_FAIL(int, eventfd, (unsigned count, int flags), (count, flags), -1)
SHMKIT_MAY_FAIL(int, fchmod, (int fd, unsigned mode), (fd, mode), -1)
SHMKIT_MAY_FAIL(int, fcntl, (int fd, int command, void* argument), (fd, command, argument), -1)
SHMKIT_MAY_FAIL(int, fork, (), (), -1)
SHMKIT_MAY_FAIL(int, fstat, (int fd, void* status), (fd, status), -1)
SHMKIT_MAY_FAIL(int, fstatfs, (int fd, void* status), (fd, status), -1)
SHMKIT_MAY_FAIL(int, fstatvfs, (int fd, void* status), (fd, status), -1)
SHMKIT_MAY_FAIL(int, fsync, (int fd), (fd), -1)
SHMKIT_MAY_FAIL(int, ftruncate, (int fd, long size), (fd, size), -1)
SHMKIT_MAY_FAIL(int, getrlimit, (int resource, void* limit), (resource, limit), -1)
SHMKIT_MAY_FAIL(int, linkat, (int from, const char* path, int to, const char* link, int flags),
                (from, path, to, link, flags), -1)
SHMKIT_MAY_FAIL(int, lstat, (const char* path, void* status), (path, status), -1)
SHMKIT_MAY_FAIL(int, madvise, (void* begin, std::size_t size, int advice), (begin, size, advice), -1)
SHMKIT_MAY_FAIL(int, memfd_create, (const char* name, unsigned flags), (name, flags), -1)
SHMKIT_MAY_FAIL(void*, mmap, (void* at, std::size_t size, int access, int flags, int fd, long offset),
                (at, size, access, flags, fd, offset), MAP_FAILED)
SHMKIT_MAY_FAIL(int, open, (const char* path, int flags, unsigned mode), (path, flags, mode), -1)
SHMKIT_MAY_FAIL(int, openat, (int directory, const char* path, int flags, unsigned mode),
                (directory, path, flags, mode), -1)
SHMKIT_MAY_FAIL(int, pipe2, (int* ends, int flags), (ends, flags), -1)
SHMKIT_MAY_FAIL(int, poll, (void* polls, unsigned long count, int timeout), (polls, count, timeout), -1)
SHMKIT_MAY_FAIL(int, posix_fallocate, (int fd, long begin, long size), (fd, begin, size), errno)
SHMKIT_MAY_FAIL(int, prctl, (int option, long a, long b, long c, long d), (option, a, b, c, d), -1)
SHMKIT_MAY_FAIL(long, pread, (int fd, void* out, std::size_t size, long offset), (fd, out, size, offset), -1)
SHMKIT_MAY_FAIL(long, read, (int fd, void* out, std::size_t size), (fd, out, size), -1)
SHMKIT_MAY_FAIL(int, rename, (const char* from, const char* to), (from, to), -1)
SHMKIT_MAY_FAIL(int, sched_getaffinity, (int pid, std::size_t size, void* set), (pid, size, set), -1)
SHMKIT_MAY_FAIL(int, setsid, (), (), -1)
SHMKIT_MAY_FAIL(int, sigaction, (int number, const void* now, void* before), (number, now, before), -1)
SHMKIT_MAY_FAIL(int, unlink, (const char* path), (path), -1)
SHMKIT_MAY_FAIL(int, waitid, (int type, unsigned id, void* info, int options), (type, id, info, options), -1)
SHMKIT_MAY_FAIL(int, waitpid, (int pid, int* status, int options), (pid, status, options), -1)
SHMKIT_MAY_FAIL(long, write, (int fd, const void* in, std::size_t size), (fd, in, size), -1)

extern "C" long failing_syscall(long number, long a, long b, long c, long d, long e,
                                long f) __asm__("syscall");
extern "C" long failing_syscall(long number, long a, long b, long c, long d, long e, long f) {
  static const auto real = next<long (*)(long, long, long, long, long, long, long)>("syscall");
  return is_due(system_call(number)) ? -1 : real(number, a, b, c, d, e, f);
}
