#pragma once

#include <string>

#include "os/mapping.hpp"
#include "os/unnamed_file.hpp"
#include "pool/layout.hpp"

namespace shmkit::pool {

/// The job memory of a client of a named pool: a segment of its own, made by the client.
class JobSegment {
 public:
  /// Makes one of at least `bytes`. Its serial stands in the slot before its name appears, and it is locked
  /// as a whole by this process. Throws Error (no_space).
  static JobSegment make(const std::string& pool, std::uint32_t client, ClientSlot& slot,
                         std::uint64_t bytes);

  std::uint64_t bytes() const noexcept { return mapping_.size(); }
  std::uint64_t serial() const noexcept { return serial_; }
  JobMemory memory() const noexcept { return JobMemory(mapping_.data()); }

 private:
  JobSegment(os::UnnamedFile file, os::Mapping mapping, std::uint64_t serial)
      : file_(std::move(file)), mapping_(std::move(mapping)), serial_(serial) {}

  os::UnnamedFile file_;
  os::Mapping mapping_;
  std::uint64_t serial_;
};

/// The same seen by workers and the supervisor. Throws Error (not_found, not_an_array, failed).
os::Mapping open_job_segment(const std::string& pool, std::uint32_t client, std::uint64_t serial);

/// Takes the name of a client's job memory away, if there is one.
void unlink_job_segment(const std::string& pool, std::uint32_t client, std::uint64_t serial) noexcept;

/// The segments of others that one process has mapped, by client.
class JobSegments {
 public:
  explicit JobSegments(std::string pool, std::uint32_t clients)
      : pool_(std::move(pool)), segments_(clients) {}

  /// Of this job. Valid until the next call for this client. Throws Error.
  const os::Mapping& of(std::uint32_t client, const JobDescription& job);
  void forget(std::uint32_t client) noexcept { segments_[client] = {}; }

 private:
  struct Mapped {
    std::uint64_t serial = 0;
    os::Mapping mapping;
  };
  std::string pool_;
  std::vector<Mapped> segments_;
};

}  // namespace shmkit::pool
