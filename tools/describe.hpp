#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <shmkit/array.hpp>

namespace shmkit::tool {

/// Prints one JSON value. Bytes in names that are not UTF-8 become U+FFFD.
void print_json(const nlohmann::ordered_json& value);

/// The same with `created` filled, which only info() and list() of the library do.
ArrayInfo with_creation_time(ArrayInfo made);

/// An array for programs: schema shmkit.array/1 (tests/schemas/array.json).
nlohmann::ordered_json array_json(const ArrayInfo& info);

/// Lines "  dtype      float64" for people.
std::string array_text(const ArrayInfo& info);

/// One line: "frames: float64 (3, 5, 7), 840 B".
std::string array_line(const ArrayInfo& info);

std::string_view life_name(Life life) noexcept;  ///< "alive", "dead", "unknown"
std::string user_name(std::uint32_t uid);
std::string mode_text(std::uint32_t mode);  ///< "0600"
/// Local time, "2026-01-31 12:00:05"; "-" where the file system does not say.
std::string created_text(const ArrayInfo& info);

/// Which SharedArray builds can open it: "SharedArray 3.1 and later, any NumPy".
std::string_view readers(TrailerKind kind) noexcept;

}  // namespace shmkit::tool
