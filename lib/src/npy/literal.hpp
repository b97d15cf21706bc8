#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shmkit::npy {

/// The dictionary in an .npy header, as written.
struct Fields {
  std::string descr;  ///< Printable ASCII.
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

/// Parses the Python literal {'descr': '<f8', 'fortran_order': False, 'shape': (3, 5), }: exactly these keys,
/// in any order, with either kind of quotes, any white space, and a comma after the last item or none.
/// `python2` also allows integers such as 3L, which old writers left in versions 1 and 2.
///
/// Everything else that Python's grammar offers (escapes, prefixes, comments, other bases) is refused: no
/// writer uses it, and the text may be hostile. Throws Error (not_an_array); `file` is what messages call its
/// origin.
Fields parse_fields(std::string_view text, bool python2, std::string_view file);

}  // namespace shmkit::npy
