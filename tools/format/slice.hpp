#pragma once

#include <string_view>

#include "format/view.hpp"

namespace shmkit::tool {

/// Selects what NumPy's basic indexing `view[text]` would, without copying.
///
///     slice(view, "0")          the first row           slice(view, "1:5, ::-1")   four rows, backwards
///     slice(view, "..., -1")    the last column         slice(view, "::2")         every other row
///
/// An integer drops its axis; slices out of range are cut off; axes not named are whole. Selecting a single
/// element leaves a view of rank 0. None (a new axis) and arrays of indices are not understood.
/// Throws Error (usage): text that is no index, an integer out of range, more indices than axes, a second
/// "...", a step of zero.
View slice(const View& view, std::string_view text);

}  // namespace shmkit::tool
