#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace shmkit::tool {

/// An S element without its padding.
std::string_view bytes_of(std::span<const std::byte> element);

/// A U element without its padding.
std::u32string characters_of(std::span<const std::byte> element);

/// As Python writes bytes: b'ab\xfe'.
std::string bytes_repr(std::string_view bytes);

/// As Python writes a string: 'caf\xe9' with the letter itself, what cannot be printed as an escape.
///
/// Not as Python: code points that Unicode 14 does not assign are written as they are, for want of a table
/// of 700 ranges, except in the largest gaps; values that are no code points, on which NumPy
/// raises an exception, are written as \Uxxxxxxxx.
std::string string_repr(std::u32string_view characters);

/// UTF-8. Surrogates and values that are no code points become U+FFFD (where print() would raise an
/// exception).
std::string to_utf8(std::u32string_view characters);

/// As NumPy writes a void scalar: b'\x00\xAB', every byte as an escape.
std::string void_text(std::span<const std::byte> element);

}  // namespace shmkit::tool
