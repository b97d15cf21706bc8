#pragma once

#include <chrono>
#include <cstdint>

#include "pool/layout.hpp"

// Waking and sleeping inside a pool. Every wait ends by itself: a ring may be lost with whoever rang.
namespace shmkit::pool {

/// Client: there may be work in `client` for up to `workers` workers.
void ring_workers(PoolMemory pool, std::uint32_t client, std::uint64_t workers) noexcept;

/// This client has no jobs any more: nobody needs to look at its slot.
void forget_client(PoolMemory pool, std::uint32_t client) noexcept;

/// Worker: sleeps until the bell no longer shows `heard`. True if it rang; false: the time is over.
bool sleep_at_door(PoolMemory pool, WorkerSlot& me, std::uint32_t heard,
                   std::chrono::milliseconds timeout) noexcept;

/// Parent of the workers: `dead` will not wake up any more.
void forget_sleeper(PoolMemory pool, WorkerSlot& dead) noexcept;

/// Anybody: there is something for the supervisor of a named pool to look at.
void ring_supervisor(PoolMemory pool) noexcept;

/// Anybody: something about the job of this client may be worth a look. Returns whether the client sleeps.
bool announce(ClientSlot& client) noexcept;

/// Whoever cannot go on with a job says why: in the slot of `failure.worker`, then to its client, who is to
/// be woken.
void announce_failure(PoolMemory pool, std::uint32_t client, const Failure& failure,
                      const Error& error) noexcept;

}  // namespace shmkit::pool
