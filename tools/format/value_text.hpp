#pragma once

#include <string>

#include <shmkit/value.hpp>

namespace shmkit::tool {

/// How `print` writes the NumPy scalar: "0.9999999963", "1e-05", "(1+2j)", "True", "3"; "None" for no value.
std::string value_text(const Value& value);

}  // namespace shmkit::tool
