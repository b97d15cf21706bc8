#pragma once

#include <functional>

#include "executor/layout.hpp"
#include "queue/lease_word.hpp"

namespace shmkit::executor {

/// The life of a worker, process or thread: executes tasks, sleeps where there are none, returns when the
/// client has asked it to stop and there are none left. Calls `ready` once, when it is.
void serve(ExecutorMemory memory, queue::Owner me, const std::function<void()>& ready);

/// Which executor's task this is: the same for all tasks of one, null outside of tasks.
const void* served_executor() noexcept;

/// Counts tasks as ended, and wakes the client if it waits for that. `task`: which one.
void announce(ExecutorMemory memory, std::uint32_t task) noexcept;
/// Has the client look at everything, whatever it waits for.
void announce_all(ExecutorMemory memory) noexcept;

}  // namespace shmkit::executor
