#include "os/cpu_time.hpp"

#include <cstdint>
#include <ctime>
#include <fstream>
#include <string>

namespace shmkit::os {
namespace {

double read_clock(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Nanoseconds on a CPU (as old as the last timer tick), nanoseconds in a run queue, time slices.
double waiting_time(const std::string& path) {
  std::ifstream in(path);
  std::uint64_t running = 0;
  std::uint64_t waiting = 0;
  return in >> running >> waiting ? static_cast<double>(waiting) * 1e-9 : 0;
}

}  // namespace

CpuTime cpu_time() {
  return {read_clock(CLOCK_THREAD_CPUTIME_ID), waiting_time("/proc/thread-self/schedstat")};
}

CpuTime cpu_time(int pid) {
  clockid_t clock{};
  if (::clock_getcpuclockid(pid, &clock) != 0) return {};
  return {read_clock(clock), waiting_time("/proc/" + std::to_string(pid) + "/schedstat")};
}

}  // namespace shmkit::os
