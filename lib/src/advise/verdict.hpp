#pragma once

#include <shmkit/advise.hpp>

namespace shmkit::advise_model {

/// Draws the conclusion from times, size and `bytes` (of all arrays): fills verdict, workers, gains and
/// memory_bound. Requires: a size, and times that are not empty.
void judge(Advice& advice, const Costs& costs, double bytes);

/// What else than one loop must gain to be worth the trouble.
inline constexpr double kWorthwhile = 1.1;

}  // namespace shmkit::advise_model
