#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <shmkit/dtype.hpp>

namespace shmkit::npy {

/// What the 'descr' of a header says.
struct Descr {
  DType dtype;
  bool swapped = false;  ///< The elements are in the other byte order than this machine's.
};

/// Throws Error (not_an_array) for objects, for elements without bytes and for dtypes that NumPy or this
/// machine does not have.
Descr parse_descr(std::string_view text, std::string_view file);

/// NumPy's descr of `dtype` in either byte order: "<f8", ">f8", "|S5".
std::string format_descr(const DType& dtype, bool big_endian);

/// How many bytes change places together when the byte order changes: a complex number has two such units, a
/// unicode element one per character. 1: the byte order does not matter.
std::size_t swap_unit(const DType& dtype) noexcept;

}  // namespace shmkit::npy
