#pragma once

#include <unistd.h>

#include <string>

#include <shmkit/pool.hpp>

namespace shmkit::bench {

/// A named pool for the time of a benchmark.
class ScratchPool {
 public:
  explicit ScratchPool(unsigned workers)
      : name_("bench-" + std::to_string(::getpid()) + "-" + std::to_string(++count_)) {
    start_pool(name_, workers);
  }
  ~ScratchPool() {
    try {
      stop_pool(name_, Stop::now);
    } catch (const Error&) {  // Lost already.
    }
  }
  ScratchPool(const ScratchPool&) = delete;
  ScratchPool& operator=(const ScratchPool&) = delete;

  const std::string& name() const noexcept { return name_; }

 private:
  inline static int count_ = 0;
  std::string name_;
};

}  // namespace shmkit::bench
