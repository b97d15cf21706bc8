#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>

#include <shmkit/error.hpp>

#include "job/chunk_runner.hpp"
#include "pool/collect_tracks.hpp"
#include "pool/job_description.hpp"
#include "pool/pool_file.hpp"
#include "pool/recovery.hpp"
#include "pool/status.hpp"

// What holds for any bytes in the shared memory of a pool: they are refused with not_an_array, or are used
// within bounds, without undefined behaviour and without an end that never comes.
//
// An input: one byte that says what it is for, then
//   0: 8 bytes for the length of a pool's file, and the identity that it begins with
//   1: a byte each for the number of workers and of clients, and the memory of the pool
//   2: a description, and the memory of the job
//   3: a pid, the words of eight chunks, and their trace: how many notes there are, records, notes
// Memory goes on with zeros, as it begins. Seeds are in corpus/pool.
namespace {

using namespace shmkit;
using namespace shmkit::pool;

using Bytes = std::span<const std::byte>;

void require(bool condition) {
  if (!condition) std::abort();
}

// Exactly as long as it says: a read behind the end is seen by AddressSanitizer.
class Memory {
 public:
  Memory(std::uint64_t size, Bytes content)
      : size_(size), data_(static_cast<std::byte*>(::operator new(size, kAlignment))) {
    std::memset(data_, 0, size);
    if (!content.empty()) std::memcpy(data_, content.data(), std::min<std::uint64_t>(size, content.size()));
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() { ::operator delete(data_, kAlignment); }

  std::byte* data() const noexcept { return data_; }
  std::uint64_t size() const noexcept { return size_; }

 private:
  static constexpr std::align_val_t kAlignment{queue::kLine};
  std::uint64_t size_;
  std::byte* data_;
};

template <class T>
T take(Bytes& input) {
  T value{};
  const std::size_t size = std::min(sizeof(T), input.size());
  if (size > 0) std::memcpy(static_cast<void*>(&value), input.data(), size);
  input = input.subspan(size);
  return value;
}

void try_identity(Bytes input) {
  const auto file_bytes = take<std::uint64_t>(input);
  const auto identity = take<PoolIdentity>(input);
  const Geometry found = checked_geometry(identity, file_bytes, "fuzzed");
  require(found.workers >= 1 && found.workers <= WorkerPool::kMaxWorkers);
  require(found.clients >= 1 && found.clients <= kMaxClients);
  require(PoolMemory::bytes(found.workers, found.clients) <= file_bytes);
}

void try_pool(Bytes input) {
  const std::uint32_t workers = take<std::uint8_t>(input) % 4U + 1;
  const std::uint32_t clients = take<std::uint8_t>(input) % 4U + 1;
  const Memory memory(PoolMemory::bytes(workers, clients), input);
  const PoolMemory pool(memory.data(), workers, clients);
  const PoolStatus status = read_status(pool, "no/such/pool");  // No file can have that name.
  require(status.workers.size() == workers && status.jobs.size() <= clients);
  for (const auto& worker : status.workers) require(worker.state != "vacant" || worker.pid == 0);
  for (std::uint32_t client = 0; client < clients; ++client) {
    const auto job = leased_job(pool.client(client));
    if (job) require(job->word.state == SlotState::running || job->word.state == SlotState::draining);
  }
}

// Whatever the words say, the calls end, and chunks that they hand out are chunks of the job.
std::uint64_t use_queue(queue::ChunkQueue queue, std::uint32_t epoch, std::uint32_t retries) {
  const queue::Owner me{1, 1};
  const queue::Owner dead{2, 7};
  for (const std::uint64_t chunk :
       queue.recover(dead, epoch, retries, {queue::Ending::signal, 9}, ~std::uint64_t{0}))
    require(chunk < queue.size());
  queue::Cursor cursor;
  std::uint64_t last = 0;
  for (int i = 0; i < 64; ++i) {
    const auto chunk = queue.try_claim(me, epoch, cursor);
    if (!chunk) break;
    require(*chunk < queue.size());
    last = *chunk;
    queue.commit(*chunk, me, epoch);
  }
  require(queue.mark(epoch) <= queue.size());
  queue.any_free(epoch);
  queue.close(epoch);
  if (queue.done(epoch)) require(queue.done(epoch) && queue.mark(epoch) <= queue.size());
  for (const std::uint64_t chunk : queue.losses().poisoned) {
    require(chunk < queue.size());
    text(queue::cause_of(queue.was(chunk)));
  }
  return last;
}

// One chunk, over elements that are zero.
void use_kernel(const job::Plan& plan, std::uint64_t chunk, JobMemory memory) {
  constexpr std::uint64_t kMost = 1 << 16;
  const std::uint64_t begin = plan.partition.begin(chunk);
  const std::uint64_t end = plan.partition.begin(chunk + 1);
  require(begin <= end && end <= plan.partition.size());
  if (end - begin > kMost) return;
  if (plan.selections != nullptr) return;  // They are believed only beside the arrays.
  const Memory elements((end - begin) * 16, {});
  const auto base = [&](Kind kind) {
    return reinterpret_cast<std::byte*>(reinterpret_cast<std::uintptr_t>(elements.data()) -
                                        begin * DType(kind).itemsize());
  };
  job::ChunkRunner runner(plan, {{base(plan.kinds[0]), base(plan.kinds[1])}, base(plan.out_kind)});
  runner.run(chunk, memory.partials(plan) + chunk * plan.stride);
}

void try_job(Bytes input) {
  constexpr std::uint64_t kMost = 1 << 18;
  const auto job = take<JobDescription>(input);
  const auto details = take<JobDetails>(input);
  const std::uint64_t bytes = std::clamp<std::uint64_t>(input.size(), sizeof(JobHeader), kMost);
  const job::Plan plan = checked_plan(job, job.detailed != 0 ? &details : nullptr, {}, bytes);
  require(plan.partition.chunks() == job.chunks && plan.partition.size() == job.size);
  const Memory memory(bytes, input);
  const JobMemory view(memory.data());
  const auto epoch = static_cast<std::uint32_t>(job.serial);  // Any number that the input can choose.
  for (const auto& name : view.header().names) require(name.get().size() <= 4096);
  if (plan.selections != nullptr) {
    for (const job::View& selected : plan.selections->views) fits(selected, 1000);
  }
  const std::uint64_t chunk = use_queue(view.queue(job.chunks), epoch, job.retries);
  use_kernel(plan, chunk, view);
}

// The shown is that of workers that there can be, within its time, and no chunk is executed twice.
void check_timeline(const RunReport& report, std::uint64_t workers, std::uint64_t chunks) {
  std::uint64_t executed = 0;
  for (const TimelineEvent& event : report.timeline) {
    require(event.worker == TimelineEvent::kClient || event.worker < workers);
    if (event.kind == TimelineEvent::Kind::start || event.worker == TimelineEvent::kClient) continue;
    require(event.begin >= 2000 && event.begin <= event.end && event.end <= 1'000'000);
    if (event.kind == TimelineEvent::Kind::run && event.outcome != TimelineEvent::Outcome::died) ++executed;
  }
  require(executed <= chunks);
}

void try_trace(Bytes input) {
  constexpr std::uint64_t kChunks = 8;
  const Memory workers(PoolMemory::bytes(2, 1), {});
  const PoolMemory pool(workers.data(), 2, 1);
  pool.worker(1).state = WorkerState::idle;
  pool.worker(1).pid = take<std::uint32_t>(input);
  std::array<queue::Word, kChunks> words{};
  for (queue::Word& word : words) word = take<std::uint64_t>(input);
  queue::Hints hints{};
  const Memory memory(JobTrace::bytes(kChunks), {});
  const JobTrace trace(memory.data(), kChunks);
  trace.header().taken = take<std::uint64_t>(input);
  const std::size_t records = std::min(input.size(), kChunks * sizeof(JobTrace::Record));
  if (records > 0) std::memcpy(static_cast<void*>(&trace.record(0)), input.data(), records);
  input = input.subspan(records);
  const std::size_t notes = std::min(input.size(), sizeof(trace.header().notes));
  if (notes > 0) std::memcpy(static_cast<void*>(&trace.header().notes), input.data(), notes);
  RunReport report;
  job::add_pass(report, {job::Partition(100, kChunks), 1000, 2000, 1'000'000,
                         collect_tracks(pool, trace, queue::ChunkQueue(hints, words))});
  check_timeline(report, pool.workers(), kChunks);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = std::as_bytes(std::span(data, size));
  try {
    switch (take<std::uint8_t>(input) % 4) {
      case 0:
        try_identity(input);
        break;
      case 1:
        try_pool(input);
        break;
      case 2:
        try_job(input);
        break;
      default:
        try_trace(input);
    }
  } catch (const Error& e) {
    require(e.errc() == Errc::not_an_array);
  }
  return 0;
}
