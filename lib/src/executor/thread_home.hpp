#pragma once

#include <thread>
#include <vector>

#include "executor/home.hpp"
#include "os/shared_memory.hpp"

namespace shmkit::executor {

/// Workers that are threads of this process.
class ThreadHome final : public Home {
 public:
  explicit ThreadHome(unsigned workers);  ///< Throws Error.
  ~ThreadHome() override { stop(); }
  ThreadHome(const ThreadHome&) = delete;
  ThreadHome& operator=(const ThreadHome&) = delete;

  ExecutorMemory memory() const noexcept override { return memory_; }
  unsigned workers() const noexcept override { return workers_; }
  bool has_code(const void* /*code*/) const noexcept override { return true; }
  bool lost() const noexcept override { return false; }
  Error why_lost() const override { return {Errc::pool_lost, "threads do not get lost"}; }
  void stop() noexcept override;

 private:
  unsigned workers_;
  int process_;
  os::SharedMemory bytes_;
  ExecutorMemory memory_;
  std::vector<std::thread> threads_;
};

}  // namespace shmkit::executor
