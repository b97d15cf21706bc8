#include "pool/bells.hpp"

#include <algorithm>

#include "os/futex.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::pool {

void ring_workers(PoolMemory pool, std::uint32_t client, std::uint64_t workers) noexcept {
  auto& door = pool.header().door;
  const std::uint64_t bit = std::uint64_t{1} << (client % 64);
  if ((door.active[client / 64].load(std::memory_order_relaxed) & bit) == 0)
    door.active[client / 64].fetch_or(bit, std::memory_order_release);
  // Sequentially consistent, as sleep_at_door(): one of the two sees the other.
  door.bell.fetch_add(1, std::memory_order_seq_cst);
  if (door.sleepers.load(std::memory_order_seq_cst) == 0) return;
  os::futex_wake(door.bell, static_cast<std::uint32_t>(std::min<std::uint64_t>(workers, pool.workers())));
}

void forget_client(PoolMemory pool, std::uint32_t client) noexcept {
  pool.header().door.active[client / 64].fetch_and(~(std::uint64_t{1} << (client % 64)),
                                                   std::memory_order_release);
}

bool sleep_at_door(PoolMemory pool, WorkerSlot& me, std::uint32_t heard,
                   std::chrono::milliseconds timeout) noexcept {
  auto& door = pool.header().door;
  // In this order: whoever dies in between is counted too often, never too rarely.
  door.sleepers.fetch_add(1, std::memory_order_seq_cst);
  me.asleep.store(1, std::memory_order_relaxed);
  queue::fault_point(queue::FaultPoint::asleep);
  if (door.bell.load(std::memory_order_seq_cst) == heard) os::futex_wait(door.bell, heard, timeout);
  me.asleep.store(0, std::memory_order_relaxed);
  door.sleepers.fetch_sub(1, std::memory_order_seq_cst);
  return door.bell.load(std::memory_order_acquire) != heard;
}

void forget_sleeper(PoolMemory pool, WorkerSlot& dead) noexcept {
  if (dead.asleep.exchange(0, std::memory_order_relaxed) != 0)
    pool.header().door.sleepers.fetch_sub(1, std::memory_order_seq_cst);
}

void ring_supervisor(PoolMemory pool) noexcept {
  auto& bell = pool.header().office.bell;
  bell.fetch_add(1, std::memory_order_seq_cst);
  os::futex_wake(bell, 1);
}

void announce_failure(PoolMemory pool, std::uint32_t client, const Failure& failure,
                      const Error& error) noexcept {
  WorkerSlot& worker = pool.worker(failure.worker);
  worker.message.put(error.what());
  worker.hint.put(error.hint());
  // Release: "the worker's error message".
  pool.client(client).failure.store(pack(failure), std::memory_order_release);
  announce(pool.client(client));
}

bool announce(ClientSlot& client) noexcept {
  client.done.fetch_add(1, std::memory_order_seq_cst);
  return client.waiting.load(std::memory_order_seq_cst) != 0;
}

}  // namespace shmkit::pool
