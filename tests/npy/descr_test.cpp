#include "npy/descr.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <string>
#include <vector>

namespace shmkit::npy {
namespace {

constexpr bool kLittle = std::endian::native == std::endian::little;

Descr parsed(std::string_view text) { return parse_descr(text, "x.npy"); }

// Oracle: np.dtype(text), .str and .newbyteorder('>').str of NumPy 1.24.
struct Row {
  std::string little;
  std::string big;
  DType dtype;
  std::size_t unit;
};

std::vector<Row> rows() {
  std::vector<Row> all = {{"|b1", "|b1", Kind::boolean, 1},
                          {"|i1", "|i1", Kind::int8, 1},
                          {"|u1", "|u1", Kind::uint8, 1},
                          {"<i2", ">i2", Kind::int16, 2},
                          {"<u2", ">u2", Kind::uint16, 2},
                          {"<i4", ">i4", Kind::int32, 4},
                          {"<u4", ">u4", Kind::uint32, 4},
                          {"<i8", ">i8", Kind::int64, 8},
                          {"<u8", ">u8", Kind::uint64, 8},
                          {"<f2", ">f2", Kind::float16, 2},
                          {"<f4", ">f4", Kind::float32, 4},
                          {"<f8", ">f8", Kind::float64, 8},
                          {"<c8", ">c8", Kind::complex64, 4},
                          {"<c16", ">c16", Kind::complex128, 8},
                          {"|S5", "|S5", DType::flexible(Kind::bytes, 5), 1},
                          {"<U3", ">U3", DType::flexible(Kind::unicode, 12), 4},
                          {"|V12", "|V12", DType::flexible(Kind::raw, 12), 1},
                          {"<M8[ns]", ">M8[ns]", DType::time(Kind::datetime64, TimeUnit::ns), 8},
                          {"<m8[25s]", ">m8[25s]", DType::time(Kind::timedelta64, TimeUnit::s, 25), 8},
                          {"<M8", ">M8", Kind::datetime64, 8}};
  if (sizeof(long double) == 16) {
    all.push_back({"<f16", ">f16", Kind::longdouble, 16});
    all.push_back({"<c32", ">c32", Kind::clongdouble, 16});
  }
  return all;
}

TEST(Descr, KnowsEveryDTypeInBothByteOrders) {
  for (const Row& row : rows()) {
    EXPECT_EQ(parsed(row.little).dtype, row.dtype) << row.little;
    EXPECT_EQ(parsed(row.big).dtype, row.dtype) << row.big;
    EXPECT_EQ(parsed(row.big).swapped, kLittle && row.unit > 1) << row.big;
    EXPECT_EQ(parsed(row.little).swapped, !kLittle && row.unit > 1) << row.little;
    EXPECT_EQ(format_descr(row.dtype, false), row.little);
    EXPECT_EQ(format_descr(row.dtype, true), row.big);
    EXPECT_EQ(swap_unit(row.dtype), row.unit) << row.little;
  }
}

TEST(Descr, TakesAMissingOrAnIdleByteOrderAsNative) {
  for (const char* text : {"f8", "=f8", "|f8", "float64"}) {
    EXPECT_EQ(parsed(text).dtype, DType(Kind::float64)) << text;
    EXPECT_FALSE(parsed(text).swapped) << text;
  }
  for (const char* text : {">i1", ">b1", ">S5", ">V3"}) EXPECT_FALSE(parsed(text).swapped) << text;
}

}  // namespace
}  // namespace shmkit::npy
