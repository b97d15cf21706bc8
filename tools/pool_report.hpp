#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <shmkit/pool.hpp>

// How `shmtool pool` shows what it found; schemas are in tests/schemas.
namespace shmkit::tool {

nlohmann::ordered_json started_json(const PoolInfo& info, const std::string& workers_reason);
nlohmann::ordered_json status_json(const PoolStatus& status);
nlohmann::ordered_json list_json(const std::vector<PoolStatus>& pools);

std::string status_text(const PoolStatus& status);
std::string list_text(const std::vector<PoolStatus>& pools);

}  // namespace shmkit::tool
