#pragma once

#include "os/event.hpp"
#include "pool/layout.hpp"
#include "queue/lease_word.hpp"

namespace shmkit::pool {

/// The life of a worker process: waits at the doorbell, claims, executes and commits until it is killed.
[[noreturn]] void worker_main(Control control, queue::Owner me, const os::Event& client);

}  // namespace shmkit::pool
