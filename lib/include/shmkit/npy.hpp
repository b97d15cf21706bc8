#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <shmkit/array.hpp>

namespace shmkit {

/// Called now and then with the bytes done and the bytes in all. May throw to stop the transfer.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct ExportOptions {
  bool fortran_order = false;
  bool big_endian = false;
  int major_version = 1;  ///< 1, 2 or 3.
  bool replace = true;    ///< Overwrite an existing file (atomically).
};

/// Reads an .npy file (format 1.0, 2.0, 3.0; C or Fortran order; either byte order) into a new array,
/// in C order and native byte order. `file` is a path, or "-" for standard input, which may be a pipe.
///
/// The name appears when everything has been read; whatever fails leaves nothing.
/// Throws Error: not_found, not_an_array (not .npy, truncated, structured or object dtype, hostile header),
/// and as ArrayDraft::create(). Format: numpy.lib.format.
AnyArray import_npy(const std::string& file, const Name& name, const CreateOptions& options = {},
                    const Progress& progress = {});

/// Writes an array as .npy. `file` is a path, which appears complete or not at all, or "-" for standard
/// output. Throws Error: no_space, exists, failed.
void export_npy(const AnyArray& array, const std::string& file, const ExportOptions& options = {},
                const Progress& progress = {});

}  // namespace shmkit
