#pragma once

#include <string>
#include <string_view>

namespace shmkit::npy {

/// Throws Error (not_an_array): "cannot import 'x.npy': <reason>".
[[noreturn]] void refuse(std::string_view file, std::string_view reason, std::string hint = {});

}  // namespace shmkit::npy
