#pragma once

#include <cstddef>

#include <nlohmann/json.hpp>

#include <shmkit/dtype.hpp>
#include <shmkit/value.hpp>

#include "format/view.hpp"

namespace shmkit::tool {

/// A value for programs to read.
///
///   bool                 true, false
///   integers             exact numbers, uint64 included
///   float16, 32, 64      numbers with the shortest digits of their own type (0.1, not 0.10000000149011612)
///   nan, infinities      "nan", "inf", "-inf"
///   longdouble           a number if a double holds it exactly, else a string of its shortest decimal digits
///   complex              [real, imaginary], each as above
///   no value             null
///   a list               a list of values
nlohmann::ordered_json value_json(const Value& value);

/// An element from memory, aligned or not; as above, and
///
///   S                    a string; bytes that are not UTF-8 as "\xNN" (so a reader cannot tell them from
///   such text) U                    a string; what is no code point as U+FFFD V                    a string
///   of two lower-case hexadecimal digits per byte datetime64           an ISO 8601 string as
///   datetime_text(), "NaT" timedelta64          the number of its units, an integer; "NaT"
nlohmann::ordered_json element_json(const DType& dtype, const std::byte* element);

/// All elements of a view, in lists of lists. Throws Error (usage) if they are too many.
nlohmann::ordered_json values_json(const View& view);

}  // namespace shmkit::tool
