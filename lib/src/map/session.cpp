#include "map/session.hpp"

#include <utility>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "map/ending_text.hpp"
#include "map/worker.hpp"
#include "os/command.hpp"

namespace shmkit::map {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPeriod{200};
constexpr std::chrono::seconds kGrace{5};

}  // namespace

Session::Session(const Job& job, std::uint32_t workers, Joblog* log, MapReport& report)
    : job_(job),
      report_(report),
      shared_(MapMemory::bytes(workers, job.tasks)),
      memory_(shared_.data(), workers, job.tasks),
      queue_(memory_.queue()),
      crew_(memory_.pool(), [this, parent = os::process_id()](
                                queue::Owner me) { worker_main(job_, memory_, me, parent, crew_.event()); }),
      signals_(job.inheritance, crew_.event()),
      vain_deaths_(memory_.pool()),
      delivery_(job, memory_, log),
      open_(job.tasks) {
  shared_.ensure(0, shared_.size());
  queue_.fill(kEpoch);
  // No tickets: commands start in the order of their items, which people expect. A claim then looks at all
  // words that others have claimed since, which is nothing beside the start of a process.
  memory_.hints().ticket.store(0, std::memory_order_relaxed);
}

Session::~Session() {
  memory_.board().stop.store(1, std::memory_order_seq_cst);
  crew_.kill_all();
  for (std::uint32_t worker = 0; worker < memory_.workers(); ++worker)
    os::signal_group(memory_.desk(worker).group.load(std::memory_order_seq_cst), os::kSignalKill);
}

void Session::run() {
  crew_.fill_vacancies();
  while (open_ > 0) step();
  delivery_.wait_no_longer();
  delivery_.flush();
  if (os::StopSignals::wishes() > wishes_) hear_wish();
  if (delivery_.reader_gone()) report_.signal = os::kSignalNoReader;
}

void Session::step() {
  const auto deaths = crew_.wait(kPeriod);
  collect();
  bury(deaths);
  look_for_reasons_to_stop();
  const std::uint64_t settled = report_.skipped + report_.done + report_.failures.size();
  if (job_.options.progress) job_.options.progress(settled, report_.items);
}

void Session::collect() {
  for (std::uint32_t worker = 0; worker < memory_.workers(); ++worker) {
    Desk& desk = memory_.desk(worker);
    // Acquire: the results up to it.
    const std::uint64_t posted = desk.posted.load(std::memory_order_acquire);
    for (std::uint64_t taken = desk.taken.load(std::memory_order_relaxed); taken < posted;) {
      take(worker, desk.result(++taken));
      // Release: "the session has read the result that was here".
      desk.taken.store(taken, std::memory_order_release);
    }
  }
  delivery_.flush();
  queue_.done(kEpoch);  // Moves the mark: sweeps, and what follows a death, begin there.
}

void Session::take(std::uint32_t worker, const Result& result) {
  if (result.outcome == Outcome::broken) {
    const auto& slot = memory_.pool().worker(worker);
    delivery_.flush();
    throw Error(static_cast<Errc>(result.value), slot.message.get(), slot.hint.get());
  }
  --open_;
  // What we have ended ourselves has not failed, and is to be done another time.
  const bool cut_short = patience_ && result.outcome != Outcome::done;
  delivery_.add(worker, result, cut_short ? std::string() : line_of(result));
  if (!cut_short) count(result);
}

void Session::count(const Result& result) {
  report_.retries += result.attempts - 1;
  if (result.outcome == Outcome::done) {
    ++report_.done;
  } else {
    fail(result, ending_text(result, job_.options.timeout.count()));
  }
}

void Session::fail(const Result& result, std::string reason) {
  const std::uint64_t index = job_.index_of(result.task);
  report_.failures.push_back({index, job_.items.at(index).text, result.attempts, std::move(reason)});
  if (job_.options.halt != Halt::never) start_no_more();
  if (job_.options.halt == Halt::now && !patience_) stop(os::kSignalTerminate);
}

std::string Session::line_of(const Result& result) const {
  const std::uint64_t index = job_.index_of(result.task);
  return joblog_line({index, result, job_.items.at(index).text});
}

void Session::bury(const std::vector<pool::Death>& deaths) {
  if (deaths.empty()) return;
  const auto now = Clock::now();
  for (const pool::Death& death : deaths) vain_deaths_.add(bury(death) ? 0 : 1, now);
  report_.deaths += deaths.size();
  collect();
  if (patience_) return;
  vain_deaths_.refresh(now);
  if (vain_deaths_.excess() > 0) {
    throw Error(Errc::pool_lost, "workers die again and again before they do anything",
                "is memory short? see `dmesg`");
  }
  crew_.fill_vacancies();
}

bool Session::bury(const pool::Death& death) {
  Desk& desk = memory_.desk(death.owner.slot);
  os::signal_group(desk.group.exchange(0, std::memory_order_relaxed), os::kSignalKill);
  adopt(death.owner);
  const std::uint64_t held = desk.holding.exchange(0, std::memory_order_relaxed);
  const std::uint64_t task = held == 0 ? 0 : held - 1;
  const queue::Lease lease = queue_.was(task);
  const bool holding = held > 0 && lease.state == queue::State::leased && lease.owner == death.owner;
  const unsigned starts = holding ? memory_.starts(task).load(std::memory_order_relaxed) : 0;
  const bool given_up = starts > job_.options.retries || patience_;
  // A task whose command was not started costs nothing: it is free again, however often that happens.
  const std::uint32_t retries = given_up ? 0 : queue::kMaxAttempt;
  for (const std::uint64_t moved : queue_.recover(death.owner, kEpoch, retries, death.cause, task)) {
    if (given_up) lose(moved, death.cause);
  }
  return starts > 0;
}

// Its last result, if it died between committing and posting.
void Session::adopt(queue::Owner dead) {
  Desk& desk = memory_.desk(dead.slot);
  const std::uint64_t number = desk.posted.load(std::memory_order_relaxed) + 1;
  const Result& result = desk.result(number);
  if (result.number != number) return;
  const queue::Lease lease = queue_.was(result.task);
  if (lease.state == queue::State::committed && lease.owner == dead)
    desk.posted.store(number, std::memory_order_relaxed);
}

void Session::lose(std::uint64_t task, queue::Cause cause) {
  --open_;
  if (patience_) return delivery_.add_line(task, {});
  Result result;
  result.task = static_cast<std::uint32_t>(task);
  result.outcome = Outcome::lost;
  result.attempts = memory_.starts(task).load(std::memory_order_relaxed);
  delivery_.add_line(task, line_of(result));
  report_.retries += result.attempts - 1;
  fail(result, ending_text(cause));
}

void Session::look_for_reasons_to_stop() {
  const bool wished = os::StopSignals::wishes() > wishes_;
  if (delivery_.reader_gone() && !patience_) return stop(os::kSignalTerminate);
  const bool first_wish = wished && report_.signal == 0;
  if (wished) hear_wish();
  if (first_wish && !patience_) return stop(report_.signal);
  if (patience_ && ((wished && !first_wish) || Clock::now() > *patience_)) kill_all();
}

void Session::hear_wish() {
  wishes_ = os::StopSignals::wishes();
  if (report_.signal == 0) report_.signal = os::StopSignals::last();
}

void Session::start_no_more() {
  if (std::exchange(closed_, true)) return;
  queue_.close(kEpoch);
  for (std::uint64_t task = 0; task < queue_.size(); ++task)
    open_ -= queue_.was(task).state == queue::State::closed ? 1 : 0;
}

void Session::stop(int signal) {
  patience_ = Clock::now() + kGrace;
  delivery_.hurry();
  // In this order: a command that is about to start sees the one, or we see its group.
  memory_.board().stop.store(1, std::memory_order_seq_cst);
  for (std::uint32_t worker = 0; worker < memory_.workers(); ++worker)
    os::signal_group(memory_.desk(worker).group.load(std::memory_order_seq_cst), signal);
  start_no_more();
}

void Session::kill_all() {
  patience_ = Clock::now();
  memory_.board().stop.store(1, std::memory_order_seq_cst);
  for (const pool::Death& death : crew_.kill_all()) bury(death);
  collect();
  open_ = 0;
}

}  // namespace shmkit::map
