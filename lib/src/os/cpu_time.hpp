#pragma once

namespace shmkit::os {

/// What a thread or process had of the CPUs since it began. Seconds; 0 where the kernel does not tell.
struct CpuTime {
  double running = 0;
  double waiting = 0;  ///< It could have run, but others had the CPU.
};

/// Of the calling thread.
CpuTime cpu_time();

/// Of another process (`waiting`: of its first thread). 0 also if there is none that can be seen.
CpuTime cpu_time(int pid);

}  // namespace shmkit::os
