#include "map/runner.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>

#include "os/capture.hpp"
#include "os/event.hpp"
#include "os/transfer.hpp"

namespace shmkit::map {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kBuffer = 1U << 16U;
constexpr const char* kPipe = "output of a command";

double since_epoch() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::optional<Clock::time_point> deadline_after(std::chrono::duration<double> timeout) {
  if (timeout.count() <= 0) return std::nullopt;
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(timeout);
}

// Rounded up, so that it is over afterwards; no deadline is for ever, -1 to poll(2).
milliseconds until(const std::optional<Clock::time_point>& deadline) {
  constexpr milliseconds kLong{24 * 3600 * 1000};
  if (!deadline) return milliseconds(-1);
  return std::clamp(std::chrono::ceil<milliseconds>(*deadline - Clock::now()), milliseconds(0), kLong);
}

}  // namespace

Runner::Runner(const Job& job, MapMemory memory, std::uint32_t worker, const os::ParentWatch& parent)
    : job_(job),
      memory_(memory),
      worker_(worker),
      desk_(memory.desk(worker)),
      parent_(parent),
      invocation_(job),
      streams_{Stream{{}, Spool(job.scratch[worker].output)}, Stream{{}, Spool(job.scratch[worker].error)}},
      buffer_(kBuffer) {}

Result Runner::run(std::uint64_t task) {
  const std::uint64_t index = job_.index_of(task);
  const Fields fields{index, worker_, job_.items.at(index)};
  // Acquire: "the session has read these outputs".
  const bool all_printed =
      desk_.printed.load(std::memory_order_acquire) == desk_.posted.load(std::memory_order_relaxed);
  for (Stream& stream : streams_) {
    if (all_printed) stream.spool.rewind();
    stream.spool.begin();
  }
  Result result;
  result.task = static_cast<std::uint32_t>(task);
  do {
    for (Stream& stream : streams_) stream.spool.discard();
    result.start = since_epoch();
    const auto begin = Clock::now();
    const Ending ending = attempt(fields, task);
    result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    result.outcome = ending.outcome;
    result.value = ending.value;
  } while (result.outcome != Outcome::done && may_run_again(task));
  result.attempts = memory_.starts(task).load(std::memory_order_relaxed);
  result.output = streams_[0].spool.extent();
  result.error = streams_[1].spool.extent();
  return result;
}

bool Runner::may_run_again(std::uint64_t task) const noexcept {
  return memory_.starts(task).load(std::memory_order_relaxed) <= job_.options.retries &&
         memory_.board().stop.load(std::memory_order_relaxed) == 0;
}

Runner::Ending Runner::attempt(const Fields& fields, std::uint64_t task) {
  memory_.starts(task).fetch_add(1, std::memory_order_relaxed);
  os::Launch launch;
  if (const int error = invocation_.prepare(fields, launch); error != 0) return {Outcome::not_started, error};
  for (Stream& stream : streams_) stream.pipe = os::make_small_pipe();
  launch.input = job_.input.get();
  launch.output = streams_[0].pipe.writer.get();
  launch.error = streams_[1].pipe.writer.get();
  launch.group = &desk_.group;
  launch.stop = &memory_.board().stop;
  os::Command command(launch, job_.inheritance);
  for (Stream& stream : streams_) stream.pipe.writer = os::Fd();
  if (command.error() == 0) return watch(command);
  desk_.group.store(0, std::memory_order_relaxed);
  return {command.error() == ECANCELED ? Outcome::stopped : Outcome::not_started, command.error()};
}

Runner::Ending Runner::watch(os::Command& command) {
  auto deadline = deadline_after(job_.options.timeout);
  bool timed_out = false;
  for (bool ended = false; !ended;) {
    const std::array descriptors = {command.pidfd(), streams_[0].pipe.reader.get(),
                                    streams_[1].pipe.reader.get(), parent_.descriptor()};
    for (const std::size_t ready : os::wait_readable(descriptors, until(deadline))) {
      if (ready == 3) throw Orphaned{};
      if (ready == 0) ended = true;
      if (ready == 1 || ready == 2) pump(streams_[ready - 1]);
    }
    if (!ended && deadline && Clock::now() >= *deadline) {
      command.signal(os::kSignalKill);
      timed_out = true;
      deadline.reset();
    }
  }
  for (Stream& stream : streams_) drain(stream);
  // Before it is reaped: afterwards the number may be another group's.
  desk_.group.store(0, std::memory_order_relaxed);
  const os::ExitStatus status = command.reap();
  if (timed_out) return {Outcome::timed_out, 0};
  if (status.signalled) return {Outcome::killed, status.value};
  return {status.value == 0 ? Outcome::done : Outcome::failed, status.value};
}

void Runner::pump(Stream& stream) {
  const auto got = os::read_some(stream.pipe.reader, buffer_, kPipe);
  if (!got) return;
  if (*got == 0) stream.pipe.reader = os::Fd();
  stream.spool.add(std::span(buffer_).first(*got));
}

// What is there now, and not what comes until the end: a process in the background may never end.
void Runner::drain(Stream& stream) {
  if (!stream.pipe.reader) return;
  for (std::size_t left = os::bytes_waiting(stream.pipe.reader); left > 0;) {
    const auto got =
        os::read_some(stream.pipe.reader, std::span(buffer_).first(std::min(left, kBuffer)), kPipe);
    if (!got) continue;
    stream.spool.add(std::span(buffer_).first(*got));
    left -= *got;
  }
  stream.pipe.reader = os::Fd();
}

}  // namespace shmkit::map
