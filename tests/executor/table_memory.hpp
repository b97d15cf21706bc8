#pragma once

#include <cstring>
#include <memory>
#include <new>

#include "executor/task_table.hpp"

namespace shmkit::test {

/// The memory of an executor, without processes.
class TableMemory {
 public:
  explicit TableMemory(std::uint32_t workers = 4)
      : bytes_(static_cast<std::byte*>(::operator new(executor::ExecutorMemory::bytes(workers), kAlignment))),
        memory(bytes_.get(), workers) {
    std::memset(bytes_.get(), 0, executor::ExecutorMemory::bytes(workers));
  }

 private:
  static constexpr std::align_val_t kAlignment{executor::kLine};
  struct Free {
    void operator()(std::byte* bytes) const { ::operator delete(bytes, kAlignment); }
  };
  std::unique_ptr<std::byte, Free> bytes_;

 public:
  executor::ExecutorMemory memory;
};

}  // namespace shmkit::test
