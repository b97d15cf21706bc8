#include <benchmark/benchmark.h>
#include <signal.h>

#include <chrono>
#include <optional>
#include <thread>

#include "fixture.hpp"
#include "partner.hpp"
#include "pool/job_segment.hpp"
#include "pool/pool_file.hpp"
#include "round_trip.hpp"
#include "scratch.hpp"
#include "scratch_pool.hpp"

// How long is a chunk without an owner when its worker is killed: until its word is free, and until somebody
// else has leased it? Seen from outside, by a process that looks at the word again and again, with short
// sleeps: on two CPUs a spinning one would take from the supervisor the very CPU that the dead worker has
// left. The longest gap between two of its looks says what the machine adds.
namespace {

using namespace shmkit;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kBytes = std::uint64_t{1} << 26U;  // 64 MiB of doubles.
constexpr std::uint64_t kChunks = 1024;                    // Of 64 KiB: some microseconds each.
constexpr int kKills = 200;                                // Some tenths of a second.
constexpr std::chrono::microseconds kPause{10};
constexpr std::chrono::milliseconds kLong{100};  // After which nobody waits for a chunk any more.

struct Sample {
  double freed = 0;
  double leased = 0;
  double longest_gap = 0;
};

class Onlooker {
 public:
  explicit Onlooker(const std::string& pool) : file_(pool::open_pool(pool)), pool_(pool) {}

  /// Kills a worker that holds a chunk. Empty: it had committed before it died, or the chunk was lost().
  std::optional<Sample> kill_one(std::uint32_t worker) {
    const pool::WorkerSlot& slot = file_.memory.worker(worker);
    const auto pid = static_cast<pid_t>(slot.pid.load());
    const std::uint64_t said = slot.holding.load();
    if (said == 0 || !map_job()) return std::nullopt;
    const std::uint64_t chunk = pool::unpack_holding(said).chunk;
    const queue::Lease lease = queue().was(chunk);
    if (lease.state != queue::State::leased || lease.owner.slot != worker || ::kill(pid, SIGKILL) != 0)
      return std::nullopt;
    return watch(chunk, lease);
  }

  /// How many chunks nobody leased within kLong: they have no time.
  std::uint64_t lost() const noexcept { return lost_; }

 private:
  queue::ChunkQueue queue() const { return pool::JobMemory(job_->data()).queue(kChunks); }

  bool map_job() {
    if (job_) return true;
    const std::uint64_t serial = file_.memory.client(0).serial.load();
    if (serial != 0) job_ = pool::open_job_segment(pool_, 0, serial);
    return job_.has_value();
  }

  std::optional<Sample> watch(std::uint64_t chunk, const queue::Lease& lost) {
    const auto start = Clock::now();
    Sample sample;
    for (auto before = start;;) {
      const queue::Lease now = queue().was(chunk);
      const auto time = Clock::now();
      const auto seconds = [](auto duration) { return std::chrono::duration<double>(duration).count(); };
      sample.longest_gap = std::max(sample.longest_gap, seconds(time - before));
      before = time;
      const bool held =
          now.state == queue::State::leased && now.owner == lost.owner && now.epoch == lost.epoch;
      if (!held && now.attempt == lost.attempt) return std::nullopt;  // Committed, and perhaps a later job.
      if (!held && sample.freed == 0) sample.freed = seconds(time - start);
      if (!held && now.state != queue::State::free) {
        sample.leased = seconds(time - start);
        return sample;
      }
      if (time - start > kLong) {
        ++lost_;
        return std::nullopt;
      }
      std::this_thread::sleep_for(kPause);
    }
  }

  pool::PoolFile file_;
  std::string pool_;
  std::optional<os::Mapping> job_;
  std::uint64_t lost_ = 0;
};

void work_until_the_pool_ends(const std::string& pool, AnyArray& array) {
  RunOptions options;
  options.chunks = kChunks;
  options.retries = 30;
  try {
    PoolClient client = PoolClient::connect(pool);
    for (;;) client.run("max", array, options);
  } catch (const Error&) {
    return;
  }
}

void report(benchmark::State& state, const std::vector<Sample>& samples, std::uint64_t lost) {
  const auto microseconds = [&](double Sample::*what) {
    std::vector<double> values;
    for (const Sample& sample : samples) values.push_back(sample.*what * 1e6);
    return values;
  };
  if (samples.empty()) return state.SkipWithError("no worker was caught with a chunk");
  for (const auto& [name, what] : {std::pair{"freed", &Sample::freed}, std::pair{"leased", &Sample::leased},
                                   std::pair{"gap", &Sample::longest_gap}}) {
    state.counters[std::string(name) + "_p50_us"] = bench::percentile(microseconds(what), 50);
    state.counters[std::string(name) + "_p99_us"] = bench::percentile(microseconds(what), 99);
  }
  state.counters["lost"] = static_cast<double>(lost);
  state.counters["kills"] = static_cast<double>(samples.size());
}

/// What there is to do, for all repetitions.
class Work {
 public:
  explicit Work(std::uint64_t bytes) : scratch_(Kind::float64, {bytes / sizeof(double)}) {
    RunOptions serially;
    serially.via = Via::serial;
    run("arange", scratch_.array(), serially);
  }
  AnyArray& array() noexcept { return scratch_.array(); }

 private:
  bench::ScratchArray scratch_;
};

void recovery(benchmark::State& state) {
  Work* work = bench::fixture<Work>(state, kBytes);
  if (work == nullptr) return;
  std::vector<Sample> samples;
  std::optional<bench::ScratchPool> pool(std::in_place, 2);
  const bench::Partner client([&] { work_until_the_pool_ends(pool->name(), work->array()); });
  Onlooker onlooker(pool->name());
  for (std::uint32_t turn = 0; auto _ : state) {
    std::optional<Sample> sample;
    const auto give_up = Clock::now() + std::chrono::seconds(10);
    while (!sample && Clock::now() < give_up) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      sample = onlooker.kill_one(++turn % 2);
    }
    if (!sample) state.SkipWithError("no worker was caught with a chunk");
    if (!sample) break;
    samples.push_back(*sample);
    state.SetIterationTime(sample->leased);
  }
  report(state, samples, onlooker.lost());
  pool.reset();  // Which ends the client, for whom the partner waits.
}

BENCHMARK(recovery)
    ->Name("recovery/shmkit_pool")
    ->UseManualTime()
    ->Iterations(kKills)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
