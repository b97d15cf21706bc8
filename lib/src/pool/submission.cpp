#include "pool/submission.hpp"

#include <algorithm>
#include <new>

#include <fmt/format.h>

#include "os/process.hpp"
#include "pool/bells.hpp"
#include "pool/collect_tracks.hpp"
#include "pool/crew.hpp"
#include "queue/fault_point.hpp"
#include "queue/prefetch.hpp"

namespace shmkit::pool {
namespace {

using queue::fault_point;
using queue::FaultPoint;

// The absolute path, as a URL: the name that was given may be relative to somewhere else.
std::string url_of(const Name& name) {
  std::string url = name.in_shared_memory() ? name.url() : "file://" + name.path();
  if (url.size() <= decltype(JobHeader::names)::value_type::kBytes) return url;
  throw Error(Errc::usage, fmt::format("the path of '{}' is too long", name.text()));
}

}  // namespace

NamedRef named(const ArrayInfo& info) { return {{info.device, info.inode, -1}, url_of(info.name)}; }

NamedRef unnamed(ArrayDraft& draft) {
  NamedRef ref = named(draft.array().info());
  ref.ref.descriptor = draft.descriptor();
  return ref;
}

NamedRef opened_here(ArrayDraft& draft) {
  NamedRef ref = named(draft.array().info());
  ref.name = fmt::format("file:///proc/{}/fd/{}", os::process_id(), draft.descriptor());
  return ref;
}

NamedRefs named_refs(const JobArrays& arrays, NamedRef (*of_draft)(ArrayDraft&)) {
  const auto ref_of = [of_draft](const JobArray& array) {
    return array.draft() != nullptr ? of_draft(*array.draft()) : named(array.array().info());
  };
  NamedRefs refs;
  for (std::size_t i = 0; i < arrays.in.size() && i < refs.in.size(); ++i) refs.in[i] = ref_of(arrays.in[i]);
  if (arrays.out) refs.out = ref_of(*arrays.out);
  return refs;
}

void Submission::publish(const job::Plan& plan, const NamedRefs& arrays, JobMemory memory,
                         std::uint64_t serial, std::chrono::milliseconds chunk_timeout) {
  const PluginTexts plugin = plugin_texts(plan);  // Throws before anything is changed.
  if (plan.traced) submitted_ = job::timeline_now();
  // All of it was touched by workers last: brought in at once, and not one after the other.
  queue::prefetch_to_write(&pool_.header().door);
  queue::prefetch_to_write(&slot());
  const SlotWord before = slot().state();
  epoch_ = before.epoch == ~std::uint32_t{0} ? 1 : before.epoch + 1;
  queue_ = memory.queue(plan.partition.chunks());
  JobHeader& header = memory.header();
  header.complaints.forget();
  header.names[0].put(arrays.in[0].name);
  queue_.fill(epoch_);
  const JobDescription job = describe(plan, arrays.refs(), serial, chunk_timeout);
  if (job.detailed != 0) {
    header.names[1].put(arrays.in[1].name);
    header.names[2].put(arrays.out.name);
    header.details.write(details_of(plan, arrays.refs()));
    header.plugin.put(plugin.path);
    header.call.put(plugin.call);
  }
  if (plan.traced) memory.trace(plan.partition.chunks()).forget();
  slot().description.write(job);
  fault_point(FaultPoint::described);
  if (plan.traced) published_ = job::timeline_now();
  slot().change(before, {epoch_, SlotState::running});  // Release: "job description and fresh words".
  fault_point(FaultPoint::published);
  ring_workers(pool_, client_, plan.partition.chunks());
  fault_point(FaultPoint::rung);
}

void Submission::finish() noexcept {
  fault_point(FaultPoint::all_terminal);
  slot().change({epoch_, SlotState::running}, {epoch_, SlotState::idle});
  fault_point(FaultPoint::job_finished);
}

void Submission::give_up() noexcept {
  slot().change({epoch_, SlotState::running}, {epoch_, SlotState::draining});
  fault_point(FaultPoint::gave_up);
  queue_.close(epoch_);
}

bool Submission::settled() noexcept {
  const SlotWord now = slot().state();
  if (now.state == SlotState::idle) return true;
  if (now.state != SlotState::draining) return false;
  queue_.close(epoch_);  // Again: what dead workers held has become free meanwhile.
  if (!queue_.done(epoch_)) return false;
  return slot().change(now, {now.epoch, SlotState::idle});
}

void Submission::ring_if_needed() noexcept {
  if (queue_.any_free(epoch_)) ring_workers(pool_, client_, queue_.size());
}

void Submission::throw_reported_error() const {
  // Acquire: "the worker's error message".
  const Failure failure = unpack_failure(slot().failure.load(std::memory_order_acquire));
  if (failure.epoch != epoch_ || failure.worker >= pool_.workers()) return;
  const WorkerSlot& worker = pool_.worker(failure.worker);
  // Whoever damages a pool must not make a failure look like success.
  const bool known = failure.errc >= Errc::failed && failure.errc <= Errc::pool_lost;
  throw Error(known ? failure.errc : Errc::failed, worker.message.get(), worker.hint.get());
}

void Submission::count_losses(const job::Plan& plan, const JobMemory& memory, RunReport& report) const {
  const auto losses = queue_.losses();
  report.retries += losses.retries;
  for (const std::uint64_t chunk : losses.poisoned) {
    const queue::Lease lease = queue_.was(chunk);
    const queue::Cause cause = queue::cause_of(lease);
    const bool complained = cause.ending == queue::Ending::complained;
    report.failures.push_back(
        {chunk, plan.partition.begin(chunk), plan.partition.begin(chunk + 1), lease.attempt,
         complained ? memory.header().complaints.get(cause.value) : text(cause), complained});
  }
}

void Submission::add_timeline(const job::Plan& plan, const JobMemory& memory, RunReport& report) const {
  if (!plan.traced) return;
  const std::int64_t ended = job::timeline_now();
  try {
    job::add_pass(report, {plan.partition, submitted_, published_, ended,
                           collect_tracks(pool_, memory.trace(plan.partition.chunks()), queue_)});
  } catch (const std::bad_alloc&) {  // As add_pass() does: the answer stays.
  }
}

}  // namespace shmkit::pool
