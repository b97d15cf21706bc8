#pragma once

#include "map/job.hpp"
#include "map/memory.hpp"
#include "os/event.hpp"

namespace shmkit::map {

/// The life of a worker process: claims tasks and runs their commands until it is killed, or `parent` dies.
/// Rings `session` when there is a result.
void worker_main(const Job& job, MapMemory memory, queue::Owner me, int parent, const os::Event& session);

}  // namespace shmkit::map
