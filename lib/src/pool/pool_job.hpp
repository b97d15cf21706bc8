#pragma once

#include <map>
#include <string>

#include <shmkit/run.hpp>

#include "job/plan.hpp"
#include "os/shared_memory.hpp"
#include "pool/crew.hpp"
#include "pool/layout.hpp"

namespace shmkit::pool {

ArrayRef named(const ArrayInfo& info);
ArrayRef unnamed(ArrayDraft& draft);

/// One job on a crew, from the client's side: publish, watch, recover, combine. Counts into the report.
class PoolJob {
 public:
  /// `epoch`: that of the pool's last job; advanced here. All references outlive this object.
  PoolJob(os::SharedMemory& memory, Crew& crew, std::uint32_t& epoch, const ArrayRef& array,
          RunReport& report)
      : memory_(memory),
        control_(memory.data()),
        crew_(crew),
        epoch_(epoch),
        array_(array),
        report_(report) {}

  /// Empty if chunks failed: report.failures says which. Throws Error; then all workers have been killed, and
  /// the next job starts with new ones.
  Value run(const job::Plan& plan);

 private:
  void run_chunks(const job::Plan& plan);
  void publish(const job::Plan& plan);
  void watch(const job::Plan& plan);
  void recover(const Death& death, const job::Plan& plan);
  void throw_reported_error();
  void check_progress(const job::Plan& plan);
  void ring(std::uint64_t waiters);
  queue::ChunkQueue queue(const job::Plan& plan) const { return control_.queue(plan.partition.chunks); }

  os::SharedMemory& memory_;
  Control control_;
  Crew& crew_;
  std::uint32_t& epoch_;
  const ArrayRef& array_;
  RunReport& report_;
  std::uint64_t deaths_without_progress_ = 0;
  std::uint64_t terminal_seen_ = 0;
};

}  // namespace shmkit::pool
