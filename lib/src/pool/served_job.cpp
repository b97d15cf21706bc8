#include "pool/served_job.hpp"

#include <cstddef>

#include <fmt/format.h>

#include "pool/bells.hpp"
#include "queue/fault_point.hpp"
#include "queue/prefetch.hpp"

namespace shmkit::pool {
namespace {

using queue::fault_point;
using queue::FaultPoint;

constexpr std::uint64_t kAhead = 32;

void check_array(const AnyArray& array, const job::Plan& plan) {
  if (array.dtype() == plan.dtype && array.shape().size() == plan.partition.size()) return;
  throw Error(Errc::not_an_array,
              fmt::format("'{}' is not the array that the job is about", array.info().name.text()),
              "submit the job again");
}

}  // namespace

bool ServedJob::look(PoolMemory pool, std::uint32_t client, std::uint32_t worker, WorkerHome& home,
                     MappingCache& arrays) {
  const std::uint64_t now = pool.client(client).word.load(std::memory_order_acquire);
  if (now == seen_) return able_;
  end();
  seen_ = now;
  if (unpack_slot(now).state == SlotState::vacant) home.forget_job_memory(client);
  if (unpack_slot(now).state != SlotState::running) return false;
  try {
    begin(pool, client, home, arrays);
  } catch (const Error& e) {
    announce_failure(pool, client, {unpack_slot(now).epoch, e.errc(), worker}, e);
    home.wake_client(pool.client(client));
  }
  return able_;
}

void ServedJob::end() noexcept {
  able_ = worked_ = false;
  array_.reset();
  cursor_ = {};
}

void ServedJob::begin(PoolMemory pool, std::uint32_t client, WorkerHome& home, MappingCache& arrays) {
  ClientSlot& slot = pool.client(client);
  const JobDescription job = slot.description.read();
  if (slot.word.load(std::memory_order_acquire) != seen_) {
    seen_ = 0;  // Its client was faster: look again next time.
    return;
  }
  fault_point(FaultPoint::job_read);
  const auto [memory, bytes] = home.job_memory(client, job);
  plan_ = checked_plan(job, bytes);
  const auto access = plan_.kernel->info.generates ? Access::read_write : Access::read_only;
  array_ = arrays.attach(job.array, access, [&memory = memory] { return memory.header().array_name.get(); });
  check_array(*array_, plan_);
  // A reduction only reads through this pointer, and its pages are mapped read-only.
  data_ = const_cast<std::byte*>(array_->bytes().data());
  partials_ = memory.partials(job.chunks);
  queue_ = memory.queue(job.chunks);
  epoch_ = unpack_slot(seen_).epoch;
  able_ = true;
  fault_point(FaultPoint::job_attached);
}

void ServedJob::prefetch(ClientSlot& slot) const noexcept {
  for (std::size_t line = 0; line < offsetof(ClientSlot, done); line += queue::kLine)
    __builtin_prefetch(reinterpret_cast<const std::byte*>(&slot) + line);
  queue::prefetch_to_write(&slot.done);
  queue::prefetch_to_write(queue_.first_line());
  queue::prefetch_to_write(partials_);
}

void ServedJob::execute(std::uint64_t chunk, queue::Owner me) noexcept {
  std::byte* first = data_ + plan_.partition.begin(chunk) * plan_.dtype.itemsize();
  // The commit waits for the partial result to be written: have its line before it is needed.
  queue::prefetch_to_write(partials_ + (chunk + kAhead) * plan_.stride);
  job::execute(plan_, chunk, first, partials_);
  queue_.commit(chunk, me, epoch_);
  worked_ = true;
}

bool ServedJob::finished() noexcept {
  if (!worked_) return false;
  worked_ = false;
  return queue_.done(epoch_);
}

}  // namespace shmkit::pool
