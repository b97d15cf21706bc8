#pragma once

#include "kernels/kernel.hpp"

namespace shmkit::job {

/// The arguments that were given, and the defaults of the others. Throws Error (usage): one that the kernel
/// does not have, or one that it needs and did not get.
Arguments complete_arguments(const kernel::Kernel& kernel, const Arguments& given);

}  // namespace shmkit::job
