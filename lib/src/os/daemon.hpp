#pragma once

#include <functional>
#include <string>

#include "os/fd.hpp"

namespace shmkit::os {

/// Runs `body` in a process of its own that outlives this one: in a new session, in the root directory, with
/// nothing open but /dev/null on the standard streams and the writing end of a pipe, which body closes when
/// it has no more to say. Returns what body wrote into it. The process exits when body returns. Throws Error:
/// no process can be had. Requires: this process has no other threads.
std::string run_detached(const std::function<void(Fd report)>& body);

/// Writes all of `text`. False: nobody listens any more.
bool write_report(const Fd& report, const std::string& text) noexcept;

}  // namespace shmkit::os
