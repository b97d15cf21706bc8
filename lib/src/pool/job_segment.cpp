#include "pool/job_segment.hpp"

#include <algorithm>
#include <bit>

#include "os/lock.hpp"
#include "os/space.hpp"
#include "pool/pool_file.hpp"
#include "pool/segment_names.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::pool {
namespace {

using queue::fault_point;
using queue::FaultPoint;

constexpr std::uint64_t kLeast = 64 << 10U;
constexpr const char* kWhat = "job memory";

// Under a name that only this client may use. What lies there is left over from a pool that died.
void publish(os::UnnamedFile& file, const std::string& path) {
  try {
    file.publish(false, kWhat);
  } catch (const Error& e) {
    if (e.errc() != Errc::exists) throw;
    os::unlink_file(path, kWhat);
    file.publish(false, kWhat);
  }
}

}  // namespace

JobSegment JobSegment::make(const std::string& pool, std::uint32_t client, ClientSlot& slot,
                            std::uint64_t bytes) {
  const std::uint64_t size = std::bit_ceil(std::max(bytes, kLeast));
  const std::uint64_t serial = slot.serial.load(std::memory_order_relaxed) + 1;
  const std::string path = job_path(pool, client, serial);
  auto file = os::UnnamedFile::create_for(path, 0600, kWhat);
  os::reserve(file.fd(), size, kWhat);
  os::try_lock(file.fd(), 0, kLockBytes);
  os::Mapping mapping(file.fd(), size, os::Open::read_write, kWhat);
  slot.serial.store(serial, std::memory_order_release);
  fault_point(FaultPoint::segment_intended);
  publish(file, path);
  fault_point(FaultPoint::segment_made);
  return {std::move(file), std::move(mapping), serial};
}

os::Mapping open_job_segment(const std::string& pool, std::uint32_t client, std::uint64_t serial) {
  const os::Fd fd = open_own(job_path(pool, client, serial), kWhat);
  const std::uint64_t bytes = os::status(fd, kWhat).size;
  if (bytes < kLeast) throw Error(Errc::not_an_array, "the memory of a job is damaged", "submit it again");
  return {fd, bytes, os::Open::read_write, kWhat};
}

void unlink_job_segment(const std::string& pool, std::uint32_t client, std::uint64_t serial) noexcept {
  if (serial == 0) return;
  try {
    os::unlink_file(job_path(pool, client, serial), kWhat);
  } catch (const Error&) {
    // There is none, or gc was faster.
  }
}

const os::Mapping& JobSegments::of(std::uint32_t client, const JobDescription& job) {
  Mapped& mapped = segments_[client];
  if (mapped.serial != job.serial) {
    mapped = {};
    mapped.mapping = open_job_segment(pool_, client, job.serial);
    mapped.serial = job.serial;
  }
  return mapped.mapping;
}

}  // namespace shmkit::pool
