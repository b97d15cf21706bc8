#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <shmkit/array.hpp>

namespace shmkit::tool {

nlohmann::ordered_json attachments_json(const std::vector<Attachment>& attached);

/// "2 processes seen: 4711 python3, 4712 shmtool"
std::string attachments_text(const std::vector<Attachment>& attached);

}  // namespace shmkit::tool
