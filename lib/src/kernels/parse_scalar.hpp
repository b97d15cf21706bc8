#pragma once

#include <string_view>

#include <shmkit/dtype.hpp>

#include "kernels/integer_sum.hpp"
#include "kernels/narrow.hpp"

namespace shmkit::kernel {

/// An argument of a kernel as the user wrote it.
struct ArgumentText {
  std::string_view kernel;
  std::string_view name;
  std::string_view text;
};

/// The value that the text stands for, as an element of type T.
///
/// Integers are decimal and exact. Floating-point numbers are decimal ("1e-3"), "inf" or "nan", always with a
/// point, whatever the locale, and rounded to double first, as NumPy does. Complex numbers are "3", "2j" or
/// "1+2j". Bools are true, false, 1 or 0. A leading + is fine, blanks are not. Throws Error (usage) if it is
/// not a T, or is finite and does not fit.
template <Element T>
T parse_scalar(const ArgumentText& argument);

/// As parse_scalar(), with the same checks, but not yet rounded to T. T: floating-point or complex.
template <Element T>
Wide<T> parse_wide(const ArgumentText& argument);

/// Any integer from -(2^64 - 1) to 2^64 - 1. Throws Error (usage).
int128 parse_integer(const ArgumentText& argument);

/// A number of things to do, from `least` to `most`. Throws Error (usage).
std::uint64_t parse_count(const ArgumentText& argument, std::uint64_t least, std::uint64_t most);

}  // namespace shmkit::kernel
