#include "pool/supervisor.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "os/daemon.hpp"
#include "os/futex.hpp"
#include "os/lock.hpp"
#include "os/signal_bell.hpp"
#include "os/space.hpp"
#include "pool/bells.hpp"
#include "pool/named_home.hpp"
#include "pool/pool_file.hpp"
#include "pool/predecessor.hpp"
#include "pool/segment_names.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::pool {
namespace {

using queue::fault_point;
using queue::FaultPoint;
using std::chrono::milliseconds;

constexpr milliseconds kIdlePeriod{1000};
constexpr milliseconds kClientPeriod{20};  // How late a client's death may be noticed.
constexpr milliseconds kStartPeriod{50};
constexpr std::uint64_t kSlowest = 9;  // Powers of two of a millisecond between two starts.

os::UnnamedFile make_file(const std::string& name, std::uint32_t workers) {
  auto file = os::UnnamedFile::create_for(pool_path(name), 0600, name);
  os::reserve(file.fd(), PoolMemory::bytes(workers, kMaxClients), name);
  return file;
}

}  // namespace

Supervisor::Supervisor(std::string name, std::uint32_t workers, os::Fd& starter)
    : name_(std::move(name)),
      starter_(starter),
      file_(make_file(name_, workers)),
      mapping_(file_.fd(), PoolMemory::bytes(workers, kMaxClients), os::Open::read_write, name_),
      pool_(mapping_.data(), workers, kMaxClients),
      segments_(name_, kMaxClients),
      overtime_(pool_),
      crew_(pool_, [this](queue::Owner me) { be_worker(me); }),
      vain_deaths_(pool_) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  pool_.header().identity = {kPoolMagic,
                             build_number(),
                             workers,
                             kMaxClients,
                             static_cast<std::uint32_t>(os::process_id()),
                             0,
                             std::chrono::duration_cast<std::chrono::seconds>(now).count()};
  // Job memory never has the name of one in an earlier pool of this name, whose client may still live.
  const auto serial = static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
  for (std::uint32_t client = 0; client < kMaxClients; ++client)
    pool_.client(client).serial.store(serial, std::memory_order_relaxed);
  os::try_lock(file_.fd(), kSupervisorByte);  // Of a file that nobody else knows.
  fault_point(FaultPoint::pool_made);
}

// In the forked worker.
void Supervisor::be_worker(queue::Owner me) {
  os::leave_signals_to_parent();
  starter_ = os::Fd();
  const os::Fd own = os::reopen(file_.fd(), name_);
  if (!os::try_lock(own, kWorkerBytes + me.slot)) std::_Exit(1);
  fault_point(FaultPoint::worker_locked);
  // The supervisor's lock is let go when ours is held, and then looked at: there is no moment in which a
  // client could find both free and us about to work. (A dying process loses its locks before its children
  // learn of it.)
  file_.leave_to_parent();
  if (!os::is_locked(own, kSupervisorByte)) std::_Exit(1);
  for (std::uint32_t client = 0; client < pool_.clients(); ++client) segments_.forget(client);
  NamedHome home(name_, pool_);
  worker_main(pool_, me, home);
}

void Supervisor::open() {
  os::ring_on_signals(pool_.header().office.bell);
  crew_.fill_vacancies();
  wait_until_ready();
  if (!take_back_dead_pool(name_))
    throw Error(Errc::exists, fmt::format("there is a pool '{}' already", name_),
                "use it, choose another name, or stop it first with `shmtool pool stop`");
  file_.publish(false, name_);
  fault_point(FaultPoint::pool_named);
}

void Supervisor::wait_until_ready() {
  for (auto& bell = pool_.header().office.bell;;) {
    const std::uint32_t heard = bell.load(std::memory_order_acquire);
    if (crew_.living() < crew_.size()) {
      throw Error(Errc::failed,
                  fmt::format("only {} of {} workers could be started", crew_.living(), crew_.size()),
                  "fewer of them, or higher limits (`ulimit -u`, `ulimit -n`, pids cgroup)");
    }
    if (crew_.all_ready()) return;
    sleep(heard, kStartPeriod);
    replace_the_dead();
    if (vain_deaths_.excess() > 0)
      throw Error(Errc::pool_lost, "workers die as soon as they start", "is memory short? see `dmesg`");
  }
}

void Supervisor::sleep(std::uint32_t heard, milliseconds most) noexcept {
  os::futex_wait(pool_.header().office.bell, heard, most);
}

void Supervisor::live() {
  for (auto& bell = pool_.header().office.bell;;) {
    const std::uint32_t heard = bell.load(std::memory_order_acquire);
    hear_wishes();
    if (over()) break;
    replace_the_dead();
    look_after_clients();
    overtime_.end_the_stuck(crew_, *this, Clock::now());
    sleep(heard, period());
  }
  close();
}

milliseconds Supervisor::period() const noexcept {
  bool clients = false;
  for (std::uint32_t client = 0; client < pool_.clients() && !clients; ++client)
    clients = pool_.client(client).state().state != SlotState::vacant;
  const bool stopping = pool_.header().office.stop.load(std::memory_order_relaxed) != StopRequest::none;
  const bool hurt = crew_.living() < crew_.size() || vain_deaths_.any();
  const milliseconds most = clients || stopping || hurt ? kClientPeriod : kIdlePeriod;
  return std::min(most, overtime_.period().value_or(most));
}

// Workers that die again and again before they do anything are started more and more rarely, and clients are
// told.
void Supervisor::replace_the_dead() {
  const auto deaths = crew_.wait(milliseconds(0));
  const auto now = Clock::now();
  unrecovered_.insert(unrecovered_.end(), deaths.begin(), deaths.end());
  std::erase_if(unrecovered_, [&](const Death& death) {
    const Recovered recovered = recover_worker(pool_, death, *this);
    if (recovered.complete) vain_deaths_.add(recovered.chunks == 0 ? 1 : 0, now);
    return recovered.complete;
  });
  pool_.header().office.deaths.fetch_add(deaths.size(), std::memory_order_relaxed);
  vain_deaths_.refresh(now);
  const std::uint64_t excess = vain_deaths_.excess();
  if (excess > 0 && !deaths.empty()) next_start_ = now + milliseconds(1U << std::min(excess, kSlowest));
  show(excess > 0 ? PoolState::degraded : PoolState::ready);
  // We may have taken a living worker's CPU: let it have what was freed before we fork, which takes long.
  if (!deaths.empty()) std::this_thread::yield();
  // A slot is used again when what the dead held there is recovered.
  if (unrecovered_.empty() && crew_.living() < crew_.size() && now >= next_start_) fill_vacancies();
}

void Supervisor::show(PoolState state) noexcept {
  auto& shown = pool_.header().office.state;
  if (shown.load(std::memory_order_relaxed) != PoolState::stopping)
    shown.store(state, std::memory_order_release);
}

void Supervisor::fill_vacancies() {
  try {
    crew_.fill_vacancies();
  } catch (const Error&) {
    // Not one process can be had at the moment.
    show(PoolState::degraded);
    next_start_ = Clock::now() + kClientPeriod;
  }
}

JobMemory Supervisor::memory_of(std::uint32_t client, const JobDescription& job) {
  const os::Mapping& mapping = segments_.of(client, job);
  if (job.chunks <= job::kMaxChunks && JobMemory::bytes(job.chunks, 0, job.traced != 0) <= mapping.size())
    return JobMemory(mapping.data());
  throw Error(Errc::not_an_array, "the memory of a job is too small for it", "submit it again");
}

void Supervisor::wake_client(ClientSlot& client) noexcept { os::futex_wake(client.done, 1); }

void Supervisor::look_after_clients() {
  for (std::uint32_t client = 0; client < pool_.clients(); ++client) {
    if (pool_.client(client).state().state == SlotState::vacant) {
      segments_.forget(client);
      continue;
    }
    // While we work on the slot the lock is ours, so that nobody takes it for free.
    if (os::is_locked(file_.fd(), kClientBytes + client)) continue;
    if (!os::try_lock(file_.fd(), kClientBytes + client)) continue;
    bury_client(client);
    os::unlock(file_.fd(), kClientBytes + client);
  }
}

void Supervisor::bury_client(std::uint32_t client) {
  fault_point(FaultPoint::client_dead);
  ClientSlot& slot = pool_.client(client);
  SlotWord word = slot.state();
  if (word.state == SlotState::running) {
    const SlotWord draining{word.epoch, SlotState::draining};
    slot.change(word, draining);
    word = draining;
    fault_point(FaultPoint::draining);
  }
  if (word.state != SlotState::draining || drained(client, word)) vacate(client);
}

// Its words are nobody's any more when all are terminal: then no worker writes.
bool Supervisor::drained(std::uint32_t client, SlotWord word) {
  const JobDescription job = pool_.client(client).description.read();
  try {
    queue::ChunkQueue queue = memory_of(client, job).queue(job.chunks);
    queue.close(word.epoch);
    fault_point(FaultPoint::words_closed);
    return queue.done(word.epoch);
  } catch (const Error& e) {
    return is_for_good(e);  // Gone or damaged: no worker could begin with it.
  }
}

void Supervisor::vacate(std::uint32_t client) {
  ClientSlot& slot = pool_.client(client);
  unlink_job_segment(name_, client, slot.serial.load(std::memory_order_relaxed));
  segments_.forget(client);
  fault_point(FaultPoint::segment_unlinked);
  forget_client(pool_, client);
  slot.change(slot.state(), {slot.state().epoch, SlotState::vacant});
  fault_point(FaultPoint::slot_vacated);
}

// The first SIGTERM is a request to drain, the second one is meant.
void Supervisor::hear_wishes() {
  auto& stop = pool_.header().office.stop;
  if (os::wishes_to_end() == 1 && stop.load() == StopRequest::none) stop.store(StopRequest::drain);
  if (os::wishes_to_end() > 1) stop.store(StopRequest::now);
  if (stop.load() != StopRequest::none) pool_.header().office.state.store(PoolState::stopping);
}

// A job that takes two passes, or is repeated, is idle for some microseconds in between: looked at twice.
bool Supervisor::over() noexcept {
  const StopRequest stop = pool_.header().office.stop.load(std::memory_order_acquire);
  if (stop != StopRequest::drain) return stop == StopRequest::now;
  quiet_looks_ = anybody_runs() ? 0 : quiet_looks_ + 1;
  return quiet_looks_ > 1;
}

bool Supervisor::anybody_runs() const noexcept {
  for (std::uint32_t client = 0; client < pool_.clients(); ++client) {
    const SlotState state = pool_.client(client).state().state;
    if (state == SlotState::running || state == SlotState::draining) return true;
  }
  return false;
}

void Supervisor::close() {
  crew_.kill_all();
  fault_point(FaultPoint::workers_ended);
  for (std::uint32_t client = 0; client < pool_.clients(); ++client) {
    if (pool_.client(client).state().state != SlotState::vacant)
      unlink_job_segment(name_, client, pool_.client(client).serial.load(std::memory_order_relaxed));
  }
  const os::FileStatus status = os::status(file_.fd(), name_);
  if (os::identify(pool_path(name_)) == os::FileId{status.device, status.inode})
    os::unlink_file(pool_path(name_), name_);
}

int start_supervisor(const std::string& name, std::uint32_t workers) {
  // "ready PID", or "errc\nmessage\nhint".
  const std::string report = os::run_detached([&](os::Fd report_to) {
    std::optional<Supervisor> supervisor;
    try {
      supervisor.emplace(name, workers, report_to);
      supervisor->open();
    } catch (const Error& e) {
      const int errc = static_cast<int>(e.errc());
      supervisor.reset();
      os::write_report(report_to, fmt::format("{}\n{}\n{}", errc, e.what(), e.hint()));
      return;
    }
    const bool heard = os::write_report(report_to, fmt::format("ready {}", os::process_id()));
    report_to = os::Fd();
    // Whoever wanted the pool has died, and perhaps looked for it in vain before it had its name.
    heard ? supervisor->live() : supervisor->close();
  });
  if (report.starts_with("ready ")) return std::stoi(report.substr(6));
  const auto first = report.find('\n');
  if (first == std::string::npos)
    throw Error(Errc::pool_lost, fmt::format("the supervisor of '{}' died while it started", name),
                "try again");
  const auto second = report.find('\n', first + 1);
  throw Error(static_cast<Errc>(std::stoi(report)), report.substr(first + 1, second - first - 1),
              report.substr(second + 1));
}

}  // namespace shmkit::pool
