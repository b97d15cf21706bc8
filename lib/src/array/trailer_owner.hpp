#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "array/trailer.hpp"

namespace shmkit::trailer {

/// The owner in an extension (trailer_layout.hpp). Empty: it has none, or its bytes are damaged. An array
/// whose owner is not certain has none, and is never taken back.
std::optional<Owner> load_owner(std::span<const std::byte> extension) noexcept;

void store_owner(std::span<std::byte> extension, const Owner& owner) noexcept;

}  // namespace shmkit::trailer
