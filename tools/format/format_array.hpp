#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "format/view.hpp"

namespace shmkit::tool {

/// What Python prints for `print(a)`, character by character, as NumPy 1.24 does it with its default options.
///
/// Lines are at most `width` characters (unless one element is longer). Of an array of more than 1000
/// elements only the first and last three along every long axis are shown, and only those are read: the time
/// does not depend on the size.
///
/// Differences from NumPy, all of them where it raises an exception, overflows or has no single answer:
///   * datetime64 without a unit: the plain numbers (NumPy cannot print them);
///   * days next to the ends of the int64 range (see datetime_text());
///   * unassigned code points, surrogates and values that are no code points in U elements (see
///   string_text.hpp);
///   * structured dtypes, which are V here: their bytes.
std::string format_array(const View& view, int width = 75);

/// The same for all of a C-ordered array. Requires: data.size() == shape.size() * dtype.itemsize().
std::string format_array(const DType& dtype, const Shape& shape, std::span<const std::byte> data,
                         int width = 75);

}  // namespace shmkit::tool
