#include "npy/refuse.hpp"

#include <utility>

#include <fmt/format.h>

#include <shmkit/error.hpp>

namespace shmkit::npy {

void refuse(std::string_view file, std::string_view reason, std::string hint) {
  throw Error(Errc::not_an_array, fmt::format("cannot import '{}': {}", file, reason), std::move(hint));
}

}  // namespace shmkit::npy
