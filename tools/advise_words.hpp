#pragma once

#include <string>
#include <string_view>

#include <shmkit/advise.hpp>

namespace shmkit::tool {

/// The advice in a few sentences: what to do, and why.
std::string verdict_text(const Advice& advice, const Costs& costs);

std::string_view verdict_name(Verdict verdict) noexcept;  ///< "sequential"

/// "1,000 elements", "1 item".
std::string amount_text(const Advice& advice);
/// "1,234,567"; of large numbers three digits: "1.23e+15".
std::string count_text(double count);

}  // namespace shmkit::tool
