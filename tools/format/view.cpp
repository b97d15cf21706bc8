#include "format/view.hpp"

namespace shmkit::tool {

View whole(const DType& dtype, const Shape& shape, std::span<const std::byte> data) {
  View view{dtype, shape, std::vector<std::int64_t>(shape.rank()), data.data()};
  // Unsigned: an array without elements may have extents whose product overflows. Its strides are never used.
  std::uint64_t stride = dtype.itemsize();
  for (std::size_t axis = shape.rank(); axis-- > 0;) {
    view.strides[axis] = static_cast<std::int64_t>(stride);
    stride *= shape.extent(axis);
  }
  return view;
}

}  // namespace shmkit::tool
