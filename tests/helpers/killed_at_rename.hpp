#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cstddef>

namespace shmkit::test {

/// From now on the kernel kills this process when it is about to rename a file. For children: there is no way
/// back. False: not permitted here.
inline bool die_at_rename() {
  const auto number = [](unsigned call) { return sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, call}; };
  const sock_filter kill{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS};
  std::array program = {
      sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
#ifdef SYS_rename
      number(SYS_rename),
      kill,
#endif
#ifdef SYS_renameat
      number(SYS_renameat),
      kill,
#endif
      number(SYS_renameat2),
      kill,
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace shmkit::test
