#include "executor/thread_home.hpp"

#include <system_error>

#include <fmt/format.h>

#include "executor/worker.hpp"
#include "os/process.hpp"
#include "pool/bells.hpp"

namespace shmkit::executor {

ThreadHome::ThreadHome(unsigned workers)
    : workers_(workers),
      process_(os::process_id()),
      bytes_(ExecutorMemory::bytes(workers)),
      memory_(bytes_.data(), workers) {
  bytes_.ensure(0, bytes_.size());
  try {
    for (std::uint32_t slot = 0; slot < workers; ++slot)
      threads_.emplace_back([this, slot] { serve(memory_, {slot, 0}, [] {}); });
  } catch (const std::system_error& e) {
    const std::size_t started = threads_.size();
    stop();
    throw Error(Errc::failed, fmt::format("cannot start worker thread {}: {}", started + 1, e.what()),
                "fewer workers, or a higher limit (`ulimit -u`)");
  }
}

void ThreadHome::stop() noexcept {
  if (threads_.empty()) return;
  // A forked copy of this process has none of the threads: there is nobody to wait for.
  if (os::process_id() != process_) {
    for (auto& thread : threads_) thread.detach();
  } else {
    memory_.office().stop.store(1, std::memory_order_release);
    pool::ring_workers(memory_.pool(), 0, workers_);
    for (auto& thread : threads_) thread.join();
  }
  threads_.clear();
}

}  // namespace shmkit::executor
