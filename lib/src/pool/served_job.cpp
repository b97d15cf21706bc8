#include "pool/served_job.hpp"

#include <cstddef>
#include <exception>

#include <fmt/format.h>

#include "pool/bells.hpp"
#include "queue/fault_point.hpp"
#include "queue/prefetch.hpp"

namespace shmkit::pool {
namespace {

using queue::fault_point;
using queue::FaultPoint;

constexpr std::uint64_t kAhead = 32;

[[noreturn]] void refuse(const AnyArray& array) {
  throw Error(Errc::not_an_array,
              fmt::format("'{}' is not the array that the job is about", array.info().name.text()),
              "submit the job again");
}

void check_input(const AnyArray& array, const job::Plan& plan, std::size_t i) {
  if (array.dtype() != DType(plan.kinds[i])) refuse(array);
  const std::uint64_t size = array.shape().size();
  if (plan.selections == nullptr && size != plan.partition.size()) refuse(array);
  if (plan.selections == nullptr) return;
  job::View reach = plan.selections->views[i];
  if (plan.along_axis() && !add_axis(reach, plan.selections->lanes[i])) refuse(array);
  if (!fits(reach, size)) refuse(array);
}

void check_output(const AnyArray& array, const job::Plan& plan) {
  if (array.dtype() != DType(plan.out_kind) || array.shape().size() != plan.partition.size()) refuse(array);
}

}  // namespace

bool ServedJob::look(PoolMemory pool, std::uint32_t client, std::uint32_t worker, WorkerHome& home,
                     MappingCache& arrays) {
  const std::uint64_t now = pool.client(client).word.load(std::memory_order_acquire);
  if (now == seen_) return able_;
  end();
  seen_ = now;
  worker_ = worker;
  if (unpack_slot(now).state == SlotState::vacant) home.forget_job_memory(client);
  if (unpack_slot(now).state != SlotState::running) return false;
  try {
    begin(pool, client, home, arrays);
  } catch (const Error& e) {
    // The client has checked what its user asked for: what makes no sense here was damaged on its way.
    const Errc errc = e.errc() == Errc::usage ? Errc::not_an_array : e.errc();
    announce_failure(pool, client, {unpack_slot(now).epoch, errc, worker}, e);
    home.wake_client(pool.client(client));
  } catch (
      const std::exception& thrown) {  // Also of a user's code, and where there is no memory for a chunk.
    const Error e(Errc::failed, fmt::format("a worker cannot begin with the job: {}", thrown.what()),
                  "is memory short? more --chunks need less of it");
    announce_failure(pool, client, {unpack_slot(now).epoch, e.errc(), worker}, e);
    home.wake_client(pool.client(client));
  }
  return able_;
}

void ServedJob::end() noexcept {
  able_ = worked_ = arrived_ = false;
  trace_ = {};
  for (auto& array : arrays_) array.reset();
  cursor_ = {};
}

// Read between two looks at the slot: with the same word before and after, the description is that job's.
std::optional<JobMemory> ServedJob::read_plan(ClientSlot& slot, std::uint32_t client, WorkerHome& home,
                                              ArrayRefs& refs) {
  const JobDescription job = slot.description.read();
  if (slot.word.load(std::memory_order_acquire) != seen_) return std::nullopt;
  fault_point(FaultPoint::job_read);
  const auto [memory, bytes] = home.job_memory(client, job);
  refs.in[0] = job.array;
  if (job.detailed == 0) {
    plan_ = checked_plan(job, nullptr, {}, bytes);
    return memory;
  }
  if (bytes < JobMemory::bytes(0, 0, false))
    throw Error(Errc::not_an_array, "a job is damaged: its memory is too small");
  const JobDetails details = memory.header().details.read();
  if (slot.word.load(std::memory_order_acquire) != seen_) return std::nullopt;
  refs.in[1] = details.second;
  refs.out = details.out;
  const std::string plugin = job.kernel == kPlugin ? memory.header().plugin.get() : "";
  const std::string call = job.kernel == kPlugin ? memory.header().call.get() : "";
  if (slot.word.load(std::memory_order_acquire) != seen_) return std::nullopt;
  plan_ = checked_plan(job, &details, {plugin, call}, bytes);
  return memory;
}

void ServedJob::attach(const JobMemory& memory, const ArrayRefs& refs, MappingCache& arrays) {
  const auto get = [&](const ArrayRef& ref, std::size_t place) {
    const auto access = plan_.writes(place) ? Access::read_write : Access::read_only;
    arrays_[place] = arrays.attach(ref, access, [&] { return memory.header().names[place].get(); });
    // What is only read is mapped so, whatever this pointer says.
    return const_cast<std::byte*>(arrays_[place]->bytes().data());
  };
  job::Bases bases;
  for (std::size_t i = 0; i < plan_.kernel->info.arrays; ++i) {
    bases.in[i] = get(refs.in[i], i);
    bases.extents[i] = arrays_[i]->shape().extents();
    check_input(*arrays_[i], plan_, i);
  }
  if (plan_.target == job::Target::out) {
    bases.out = get(refs.out, 2);
    check_output(*arrays_[2], plan_);
  }
  bases.extents[2] = bases.extents[0];
  runner_ = job::ChunkRunner(plan_, bases);
}

void ServedJob::begin(PoolMemory pool, std::uint32_t client, WorkerHome& home, MappingCache& arrays) {
  ArrayRefs refs;
  const auto memory = read_plan(pool.client(client), client, home, refs);
  if (!memory) {
    seen_ = 0;  // Its client was faster: look again next time.
    return;
  }
  if (plan_.traced) attach_.begin = job::timeline_now();
  attach(*memory, refs, arrays);
  if (plan_.traced) trace(*memory, pool.worker(worker_));
  runner_.attend({&pool.client(client).word, seen_, &pool.worker(worker_).progress});
  complaints_ = &memory->header().complaints;
  partials_ = memory->partials(plan_);
  queue_ = memory->queue(plan_.partition.chunks());
  epoch_ = unpack_slot(seen_).epoch;
  able_ = true;
  fault_point(FaultPoint::job_attached);
}

void ServedJob::trace(const JobMemory& memory, const WorkerSlot& slot) noexcept {
  attach_.end = job::timeline_now();
  trace_ = memory.trace(plan_.partition.chunks());
  who_ = {worker_, 1, slot.pid.load(std::memory_order_relaxed)};
  started_ = slot.started.load(std::memory_order_relaxed);
}

void ServedJob::prefetch(ClientSlot& slot) const noexcept {
  for (std::size_t line = 0; line < offsetof(ClientSlot, done); line += queue::kLine)
    __builtin_prefetch(reinterpret_cast<const std::byte*>(&slot) + line);
  queue::prefetch_to_write(&slot.done);
  queue::prefetch_to_write(queue_.first_line());
  queue::prefetch_to_write(partials_);
}

bool ServedJob::run_traced(std::uint64_t chunk) noexcept {
  if (!arrived_) trace_.arrive(who_, started_, attach_);
  arrived_ = true;
  who_.attempt = queue_.was(chunk).attempt + 1;
  trace_.begin(chunk, who_, asked_);
  fault_point(FaultPoint::traced_begin, chunk);
  const bool done = run(chunk);
  trace_.end(chunk);
  return done;
}

void ServedJob::execute(std::uint64_t chunk, queue::Owner me) noexcept {
  // The commit waits for the partial result to be written: have its line before it is needed.
  queue::prefetch_to_write(partials_ + (chunk + kAhead) * plan_.stride);
  worked_ = true;
  if (trace_ ? run_traced(chunk) : run(chunk)) return queue_.commit(chunk, me, epoch_);
  queue_.give_up(chunk, me, epoch_, {queue::Ending::complained, complaints_->add(runner_.complaint())});
}

bool ServedJob::finished() noexcept {
  if (!worked_) return false;
  worked_ = false;
  return queue_.done(epoch_);
}

}  // namespace shmkit::pool
