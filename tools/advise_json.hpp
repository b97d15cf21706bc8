#pragma once

#include <nlohmann/json.hpp>

#include "advise_report.hpp"

namespace shmkit::tool {

/// What `advise` has found out, for programs: schema shmkit.advise/1 (tests/schemas/advise.json).
nlohmann::ordered_json advise_json(const AdviseReport& report);

}  // namespace shmkit::tool
