#include <chrono>
#include <thread>

#include <fmt/format.h>

#include <shmkit/pool.hpp>

#include "os/lock.hpp"
#include "os/process.hpp"
#include "pool/bells.hpp"
#include "pool/pool_file.hpp"
#include "pool/predecessor.hpp"
#include "pool/segment_names.hpp"
#include "pool/status.hpp"
#include "pool/supervisor.hpp"
#include "pool/worker_limit.hpp"

namespace shmkit {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

bool has_supervisor(const pool::PoolFile& file) { return os::is_locked(file.fd, pool::kSupervisorByte); }

// In a lost pool nobody corrects what the workers said last.
void show_the_living(const pool::PoolFile& file, PoolStatus& status) {
  for (std::uint32_t i = 0; i < file.memory.workers(); ++i) {
    if (os::is_locked(file.fd, pool::kWorkerBytes + i)) continue;
    status.workers[i].pid = 0;
    status.workers[i].state = "vacant";
  }
}

void request_stop(pool::PoolFile& file, Stop how) {
  auto& office = file.memory.header().office;
  office.stop.store(how == Stop::now ? pool::StopRequest::now : pool::StopRequest::drain,
                    std::memory_order_release);
  pool::ring_supervisor(file.memory);
}

void wait_for_end(const std::string& name, const pool::PoolFile& file, std::optional<milliseconds> patience) {
  const auto start = std::chrono::steady_clock::now();
  while (os::is_locked(file.fd, 0, pool::kWorkerBytes + file.memory.workers())) {
    if (patience && std::chrono::steady_clock::now() - start > *patience) {
      throw Error(Errc::timed_out, fmt::format("pool '{}' still runs: it has jobs to finish", name),
                  "`shmtool pool stop --now` does not wait for them");
    }
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace

PoolInfo start_pool(const std::string& name, unsigned workers) {
  pool::check_pool_name(name);
  workers = pool::checked_workers(workers);
  return {name, workers, pool::start_supervisor(name, workers)};
}

void stop_pool(const std::string& name, Stop how, std::optional<std::chrono::milliseconds> patience) {
  pool::check_pool_name(name);
  pool::PoolFile file = pool::open_pool(name);
  if (has_supervisor(file)) request_stop(file, how);
  wait_for_end(name, file, patience);
  file.fd = os::Fd();
  pool::take_back_dead_pool(name);  // What a supervisor that was killed could not.
}

PoolStatus pool_status(const std::string& name) {
  pool::check_pool_name(name);
  const pool::PoolFile file = pool::open_pool(name);
  PoolStatus status = pool::read_status(file.memory, name);
  if (has_supervisor(file)) return status;
  status.state = "lost";
  show_the_living(file, status);
  return status;
}

std::vector<std::string> list_pools() {
  std::vector<std::string> names;
  for (const auto& leaf : os::directory_entries("/dev/shm")) {
    const auto found = pool::parse_segment_name(leaf);
    if (found && !found->job && found->user == os::user_id()) names.push_back(found->pool);
  }
  return names;
}

}  // namespace shmkit
