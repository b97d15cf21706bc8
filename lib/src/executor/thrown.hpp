#pragma once

#include <exception>

#include "executor/layout.hpp"

namespace shmkit::executor {

/// Writes the exception that is being handled into the output of a task. What does not fit is cut.
/// Requires: it is called in a catch clause.
void write_thrown(TaskSlot& slot) noexcept;

/// The RemoteError that write_thrown() has left.
std::exception_ptr read_thrown(const TaskSlot& slot);

}  // namespace shmkit::executor
