#pragma once

#include <cstdint>
#include <string_view>

#include <shmkit/run.hpp>

namespace shmkit::advise_model {

/// Whether `argument` is one that says how much a compute kernel has to do, so that a size would contradict
/// it.
bool says_how_much(std::string_view kernel, std::string_view argument) noexcept;

/// The arguments for `items` out of the middle of `total`: those that say how much there is to do are
/// replaced. Throws Error (usage): an argument that is needed for that is missing, or nothing is known of the
/// kernel.
Arguments for_items(std::string_view kernel, const Arguments& arguments, std::uint64_t items,
                    std::uint64_t total);

}  // namespace shmkit::advise_model
