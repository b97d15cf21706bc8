#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include <shmkit/dtype.hpp>

namespace shmkit::tool {

/// An element from memory that may be unaligned. A bool is true unless its byte is 0.
template <class T>
T load(const std::byte* element) {
  if constexpr (std::is_same_v<T, bool>) {
    return *element != std::byte{0};
  } else {
    T value;
    std::memcpy(&value, element, sizeof value);
    return value;
  }
}

/// How `print` writes an array of rank 0 with this element: "0.1", "(1+2j)", "b'ab'", "text", "5 days".
std::string element_text(const DType& dtype, const std::byte* element);

/// How NumPy writes these elements within one array: a text for each, in their order; numbers, bools and
/// times padded to a common width.
std::vector<std::string> column_texts(const DType& dtype, std::span<const std::byte* const> elements);

}  // namespace shmkit::tool
