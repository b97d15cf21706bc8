#include "npy/box.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace shmkit::npy {
namespace {

// A piece of the file that is worth a system call.
constexpr std::size_t kPieceBytes = 32U << 10U;

std::uint64_t product(std::span<const std::uint64_t> factors) {
  return std::accumulate(factors.begin(), factors.end(), std::uint64_t{1}, std::multiplies<>());
}

// Counts up the first axis fastest. False: it was the last one.
bool advance(std::vector<std::uint64_t>& at, std::span<const std::uint64_t> step,
             std::span<const std::uint64_t> end) {
  for (std::size_t axis = 0; axis < at.size(); ++axis) {
    at[axis] += step[axis];
    if (at[axis] < end[axis]) return true;
    at[axis] = 0;
  }
  return false;
}

}  // namespace

std::uint64_t Box::size() const noexcept { return product(extent); }

BoxPlan::BoxPlan(const Shape& shape, std::size_t itemsize, std::size_t buffer_bytes, Access access)
    : extents_(shape.extents().begin(), shape.extents().end()),
      file_strides_(shape.rank()),
      array_strides_(shape.rank()),
      box_extents_(shape.rank(), 1),
      itemsize_(itemsize) {
  std::exclusive_scan(extents_.begin(), extents_.end(), file_strides_.begin(), std::uint64_t{1},
                      std::multiplies<>());
  std::exclusive_scan(extents_.rbegin(), extents_.rend(), array_strides_.rbegin(), std::uint64_t{1},
                      std::multiplies<>());
  const std::size_t lead_bytes =
      access == Access::stream ? buffer_bytes : std::min(kPieceBytes, buffer_bytes);
  choose(std::max<std::size_t>(1, lead_bytes / itemsize), std::max<std::size_t>(1, buffer_bytes / itemsize));
}

// First a piece of the file, `lead` elements long; then as much of the array's last axes as `budget` allows;
// what is left of it makes the pieces longer. With lead == budget nothing is left, and the box is contiguous
// in the file.
void BoxPlan::choose(std::uint64_t lead, std::uint64_t budget) {
  const auto grow = [this](std::size_t axis, std::uint64_t elements) {
    const std::uint64_t others = product(box_extents_) / box_extents_[axis];
    box_extents_[axis] = std::min(extents_[axis], std::max(box_extents_[axis], elements / others));
    return box_extents_[axis] == extents_[axis];
  };
  const std::size_t rank = extents_.size();
  for (std::size_t axis = 0; axis < rank && grow(axis, lead); ++axis) {
  }
  for (std::size_t axis = rank; axis > 0 && grow(axis - 1, budget); --axis) {
  }
  for (std::size_t axis = 0; axis < rank && grow(axis, budget); ++axis) {
  }
}

std::size_t BoxPlan::buffer_bytes() const noexcept { return product(box_extents_) * itemsize_; }

void BoxPlan::for_each(const std::function<void(const Box&)>& visit) const {
  Box box{std::vector<std::uint64_t>(extents_.size(), 0), box_extents_};
  do {
    for (std::size_t axis = 0; axis < extents_.size(); ++axis) {
      box.extent[axis] = std::min(box_extents_[axis], extents_[axis] - box.begin[axis]);
    }
    visit(box);
  } while (advance(box.begin, box_extents_, extents_));
}

void BoxPlan::for_each_piece(const Box& box, const PieceVisitor& visit) const {
  // Axes before `whole` are complete in the box, so that one piece covers them and the next one.
  const auto whole =
      static_cast<std::size_t>(std::ranges::mismatch(box.extent, extents_).in1 - box.extent.begin());
  const std::size_t covered = std::min(whole + 1, extents_.size());
  const std::span<const std::uint64_t> extent(box.extent);
  const std::size_t piece = product(extent.first(covered)) * itemsize_;
  const std::uint64_t first =
      std::inner_product(box.begin.begin(), box.begin.end(), file_strides_.begin(), std::uint64_t{0});

  const std::vector<std::uint64_t> ones(extents_.size() - covered, 1);
  std::vector<std::uint64_t> at(ones.size(), 0);
  std::size_t box_byte = 0;
  do {
    const std::uint64_t element = std::inner_product(
        at.begin(), at.end(), file_strides_.begin() + static_cast<std::ptrdiff_t>(covered), first);
    visit(element * itemsize_, box_byte, piece);
    box_byte += piece;
  } while (advance(at, ones, extent.subspan(covered)));
}

std::uint64_t BoxPlan::array_offset(const Box& box) const noexcept {
  return itemsize_ *
         std::inner_product(box.begin.begin(), box.begin.end(), array_strides_.begin(), std::uint64_t{0});
}

std::vector<Loop> BoxPlan::box_to_array(const Box& box) const {
  std::vector<Loop> loops;
  std::uint64_t box_stride = 1;
  for (std::size_t axis = 0; axis < extents_.size(); ++axis) {
    loops.push_back({box.extent[axis], box_stride, array_strides_[axis]});
    box_stride *= box.extent[axis];
  }
  return loops;
}

std::vector<Loop> BoxPlan::array_to_box(const Box& box) const {
  std::vector<Loop> loops = box_to_array(box);
  for (Loop& loop : loops) std::swap(loop.from_stride, loop.to_stride);
  return loops;
}

}  // namespace shmkit::npy
