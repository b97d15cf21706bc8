#include "npy/box.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <utility>
#include <vector>

#include "npy/strided_copy.hpp"

namespace shmkit::npy {
namespace {

using Access = BoxPlan::Access;

// Oracle: element by element. The element with index (i, j, k) is at i + n0 * (j + n1 * k) of a file in
// Fortran order.
std::vector<std::byte> c_order(const std::vector<std::byte>& fortran, const Shape& shape,
                               std::size_t itemsize) {
  std::vector<std::byte> result(fortran.size());
  for (std::uint64_t flat = 0; flat < shape.size(); ++flat) {
    std::uint64_t rest = flat;
    std::uint64_t at = 0;
    std::uint64_t stride = shape.size();
    for (std::size_t axis = shape.rank(); axis-- > 0;) {
      stride /= shape.extent(axis);
      at += rest % shape.extent(axis) * stride;
      rest /= shape.extent(axis);
    }
    std::memcpy(&result[flat * itemsize], &fortran[at * itemsize], itemsize);
  }
  return result;
}

std::vector<std::byte> some_bytes(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 2654435761U >> 13U);
  return bytes;
}

std::vector<std::byte> imported(const BoxPlan& plan, const std::vector<std::byte>& file,
                                std::size_t itemsize) {
  std::vector<std::byte> array(file.size());
  std::vector<std::byte> buffer(plan.buffer_bytes());
  plan.for_each([&](const Box& box) {
    plan.for_each_piece(box, [&](std::uint64_t file_byte, std::size_t box_byte, std::size_t bytes) {
      std::memcpy(&buffer.at(box_byte), &file.at(file_byte), bytes);
    });
    strided_copy(array.data() + plan.array_offset(box), buffer.data(), plan.box_to_array(box), itemsize);
  });
  return array;
}

std::vector<std::byte> exported(const BoxPlan& plan, const std::vector<std::byte>& array,
                                std::size_t itemsize) {
  std::vector<std::byte> file(array.size());
  std::vector<std::byte> buffer(plan.buffer_bytes());
  plan.for_each([&](const Box& box) {
    strided_copy(buffer.data(), array.data() + plan.array_offset(box), plan.array_to_box(box), itemsize);
    plan.for_each_piece(box, [&](std::uint64_t file_byte, std::size_t box_byte, std::size_t bytes) {
      std::memcpy(&file.at(file_byte), &buffer.at(box_byte), bytes);
    });
  });
  return file;
}

const std::vector<Shape> kShapes = {{1},          {7},          {5, 3},    {70, 33},     {33, 70},
                                    {2, 3, 5},    {5, 1, 7, 1}, {1, 1, 9}, {4, 3, 5, 2}, {2, 2, 2, 2, 2, 2},
                                    {100, 2, 37}, {3, 1000}};

TEST(BoxPlan, TurnsTheOrderAroundWhateverTheBufferHolds) {
  for (const Shape& shape : kShapes) {
    for (const std::size_t itemsize : {1U, 2U, 4U, 8U, 16U, 5U, 32U}) {
      const auto file = some_bytes(shape.size() * itemsize);
      const auto array = c_order(file, shape, itemsize);
      for (const std::size_t buffer : {1U, 40U, 100U, 1000U, 100000U}) {
        for (const Access access : {Access::stream, Access::seek}) {
          const BoxPlan plan(shape, itemsize, buffer, access);
          ASSERT_EQ(imported(plan, file, itemsize), array)
              << shape.text() << " " << itemsize << " " << buffer;
          ASSERT_EQ(exported(plan, array, itemsize), file)
              << shape.text() << " " << itemsize << " " << buffer;
        }
      }
    }
  }
}

TEST(BoxPlan, StaysWithinItsBufferOrTakesOneElement) {
  for (const Shape& shape : kShapes) {
    for (const Access access : {Access::stream, Access::seek}) {
      EXPECT_LE(BoxPlan(shape, 8, 100, access).buffer_bytes(), 100U) << shape.text();
      EXPECT_EQ(BoxPlan(shape, 32, 1, access).buffer_bytes(), 32U) << shape.text();
    }
  }
}

TEST(BoxPlan, VisitsAStreamFromFrontToBack) {
  for (const Shape& shape : kShapes) {
    std::uint64_t expected = 0;
    const BoxPlan plan(shape, 8, 100, Access::stream);
    plan.for_each([&](const Box& box) {
      plan.for_each_piece(box, [&](std::uint64_t file_byte, std::size_t box_byte, std::size_t bytes) {
        EXPECT_EQ(file_byte, expected) << shape.text();
        EXPECT_EQ(box_byte, 0U) << shape.text();
        EXPECT_EQ(bytes, box.size() * 8) << shape.text();
        expected += bytes;
      });
    });
    EXPECT_EQ(expected, shape.size() * 8) << shape.text();
  }
}

// A gigabyte as three long columns, which a stream has to scatter in crumbs.
TEST(BoxPlan, CutsLongPiecesAndLongRunsWhereItMaySeek) {
  constexpr std::size_t kBuffer = 4U << 20U;
  const BoxPlan plan({40000000, 3}, 8, kBuffer, Access::seek);
  std::size_t pieces = 0;
  bool first = true;
  plan.for_each([&](const Box& box) {
    if (!std::exchange(first, false)) return;
    EXPECT_EQ(box.extent[1], 3U);
    plan.for_each_piece(box, [&](std::uint64_t, std::size_t, std::size_t bytes) {
      EXPECT_GE(bytes, 1U << 20U);
      ++pieces;
    });
  });
  EXPECT_EQ(pieces, 3U);
}

}  // namespace
}  // namespace shmkit::npy
